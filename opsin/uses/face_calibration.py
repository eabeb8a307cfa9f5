"""Thresholds for telling faces apart, measured on the user's own pictures; and what they do to each group of people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.acceptance import FEWEST, Acceptance
from opsin.core.errors import DataError, UsageError
from opsin.metrics.verification import LAXEST, acceptance, fold_accuracy, operating_point
from opsin.models import MODELS, card_of
from opsin.store.files import write_atomically
from opsin.store.progress import Progress, silent
from opsin.uses._acceptance_file import check_own, load_acceptance
from opsin.uses._face_looks import Looks, look_at
from opsin.uses._face_pairs import Pair, read_pairs
from opsin.uses._thresholds import MODEL

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

__all__ = ["Calibration", "Group", "Outcome", "calibrate", "load_acceptance"]

FOLDS = 10
"""Parts that the pairs are dealt into where the table has no folds of its own."""
_DECADES = tuple(10.0**-power for power in range(1, 10))


@dataclass(frozen=True)
class Outcome:
    """What the threshold for one rate does.

    Attributes:
        rate: the false-accept rate that it is for, measured on all pairs together.
        threshold: the similarity from which two count as the same.
        far: share of the impostor pairs with both faces found that it accepts; None where too few pairs tell.
        tar: share of the genuine pairs that it accepts, a face that was not found being a miss; None where too few
            pairs tell.
    """

    rate: float
    threshold: float
    far: float | None
    tar: float | None


@dataclass(frozen=True)
class Group:
    """What the thresholds do to some of the pairs.

    Attributes:
        name: of the group; "" for all pairs together.
        genuine: how many pairs of one person there are.
        impostors: how many pairs of two people with both faces found.
        outcomes: one for each rate, the laxest first.
    """

    name: str
    genuine: int
    impostors: int
    outcomes: tuple[Outcome, ...]

    @property
    def is_known(self) -> bool:
        """Whether there are enough pairs to tell of at least the laxest rate."""
        return self.outcomes[0].far is not None and self.outcomes[0].tar is not None


@dataclass(frozen=True)
class Calibration:
    """Thresholds measured on pairs of pictures.

    Attributes:
        model: what found and embedded the faces; thresholds hold for it only.
        acceptance: the thresholds by false-accept rate.
        accuracy: share of pairs judged rightly, by a threshold chosen on other pairs; None without genuine pairs.
        overall: what the thresholds do to all pairs.
        groups: what they do to each group, by name; none where the table has no groups.
        without_face: photos in which no face was found. Their pairs are not accepted by any threshold.
        unreadable: why photos could not be read, a line each. Their pairs are left out.
        left_out: how many pairs that is.
    """

    model: str
    acceptance: Acceptance
    accuracy: float | None
    overall: Group
    groups: tuple[Group, ...] = ()
    without_face: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    left_out: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; those of the acceptance stand among the others."""
        facts = dataclasses.asdict(self)
        del facts["acceptance"]
        return facts | self.acceptance.to_dict()

    def save(self, path: Path) -> None:
        """Keeps everything in a JSON file, which `load_acceptance` reads.

        Raises:
            UsageError: when the path is something else's.
            OpsinError: when it cannot be written.
        """
        check_own(path)
        with write_atomically(path) as file:
            file.write((json.dumps(self.to_dict(), indent=1, ensure_ascii=False) + "\n").encode())


def calibrate(
    pairs_csv: Path,
    *,
    root: Path | None = None,
    model: str = MODEL,
    save: Path | None = None,
    progress: Progress = silent,
) -> Calibration:
    """Measures thresholds on pairs of photos: of each, the largest face is looked at.

    Args:
        pairs_csv: a table `first,second,same`: paths of two photos, and 1 or 0. A column `group` is reported by; of a
            column `fold`, accuracy is measured on each with a threshold from the others.
        root: the folder that the paths start from; the table's own when left out.
        model: finds and embeds the faces.
        save: where to keep the result.
        progress: is told how many photos have been looked at.

    Raises:
        SourceError, DataError: when the table cannot be read or understood, or has too few pairs of different people.
        UsageError: for a model that embeds no faces, or a file to save to that is something else's.
        WeightsError: when the model's weights cannot be had.
    """
    _check_model(model)
    if save:
        check_own(save)
    pairs = read_pairs(pairs_csv)
    _check_enough(sum(not pair.same for pair in pairs), f"{pairs_csv} has")
    names = list(dict.fromkeys(name for pair in pairs for name in (pair.first, pair.second)))
    done = _measured(pairs, look_at(names, root or pairs_csv.parent, model, progress), model, pairs_csv)
    if save:
        done.save(save)
    return done


@dataclass(frozen=True, eq=False)
class _Judged:
    """Pairs of photos that could be read, and how alike their faces are.

    Attributes:
        pairs: n of them.
        similarities: (n,)
        same: (n,) whether each is genuine.
        is_told: (n,) whether each says something of the thresholds. An impostor pair does when both faces were found:
            else it is kept out by luck, and would make them too lax.
    """

    pairs: tuple[Pair, ...]
    similarities: Floats
    same: Flags
    is_told: Flags

    @classmethod
    def of(cls, pairs: Sequence[Pair], looks: Looks) -> _Judged:
        readable = tuple(pair for pair in pairs if not {pair.first, pair.second} & looks.unreadable.keys())
        has_both = [{pair.first, pair.second} <= looks.embeddings.keys() for pair in readable]
        same = np.array([pair.same for pair in readable], bool)
        similarities = np.array([looks.similarity(pair.first, pair.second) for pair in readable], np.float64)
        return cls(readable, similarities, same, same | np.array(has_both, bool))

    def take(self, which: Flags) -> tuple[Floats, Flags]:
        """Similarities and `same` of those told among some of the pairs, (n,)."""
        return self.similarities[which & self.is_told], self.same[which & self.is_told]


def _measured(pairs: Sequence[Pair], looks: Looks, model: str, where: Path) -> Calibration:
    judged = _Judged.of(pairs, looks)
    impostors, _ = judged.take(~judged.same)
    _check_enough(len(impostors), f"Of the pairs in {where}, both faces were found in", looks)
    kept = acceptance(impostors, where.name)
    groups = np.array([pair.group for pair in judged.pairs])
    names = [str(name) for name in np.unique(groups) if name]
    return Calibration(
        model=model,
        acceptance=kept,
        accuracy=_accuracy(judged),
        overall=_group("", *judged.take(np.ones(len(groups), bool)), kept),
        groups=tuple(_group(name, *judged.take(groups == name), kept) for name in names),
        without_face=looks.without_face,
        unreadable=tuple(looks.unreadable.values()),
        left_out=len(pairs) - len(judged.pairs),
    )


def _group(name: str, similarities: Floats, same: Flags, kept: Acceptance) -> Group:
    """The outcomes at the whole decades among the rates."""
    rates = [rate for rate in _DECADES if rate in kept.rates]
    outcomes = tuple(_outcome(similarities, same, rate, kept.threshold(rate)) for rate in rates)
    return Group(name, int(same.sum()), int((~same).sum()), outcomes)


def _outcome(similarities: Floats, same: Flags, rate: float, threshold: float) -> Outcome:
    if not len(same):
        return Outcome(rate, threshold, None, None)
    point, impostors = operating_point(similarities, same, threshold), int((~same).sum())
    # Ten that have passed, or that should have, tell a rate; see `FEWEST`.
    is_far_known = impostors > 0 and impostors * max(rate, point.far) >= FEWEST
    return Outcome(rate, threshold, point.far if is_far_known else None, point.tar if same.sum() >= FEWEST else None)


def _accuracy(judged: _Judged) -> float | None:
    """By the table's folds, or by dealing genuine pairs and impostors out in turn."""
    same, folds = judged.same, np.array([pair.fold for pair in judged.pairs])
    if not same.any():
        return None
    if len(np.unique(folds)) < 2:
        folds = np.where(same, same.cumsum(), (~same).cumsum()) % FOLDS
    return fold_accuracy(judged.similarities, same, folds).mean


def _check_model(model: str) -> None:
    if "embedding" not in card_of(model).parts:
        fitting = [name for name in MODELS.names() if {"faces", "embedding"} == set(card_of(name).parts)]
        told = ", ".join(name for name in fitting if not card_of(name).is_tiny)
        raise UsageError(f"{model} does not embed faces, which calibration compares. Models that do: {told}.")


def _check_enough(impostors: int, told: str, looks: Looks | None = None) -> None:
    needed = round(FEWEST / LAXEST)
    if impostors >= needed:
        return
    lost = ""
    if looks:
        lost = f" {len(looks.unreadable)} photos could not be read, and {len(looks.without_face)} show no face."
        lost += f" {next(iter(looks.unreadable.values()))}" if looks.unreadable else ""
    raise DataError(
        f"{told} {impostors} pairs of different people (same = 0); thresholds need at least {needed}, and "
        f"{FEWEST * 1000:,} for a rate of 1e-3. Add some.{lost}"
    )
