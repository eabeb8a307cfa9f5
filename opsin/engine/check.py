"""Look for what is wrong with labelled pictures, before anything is learned from them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import MissingExtraError, RefusedError, WeightsError
from opsin.core.image import Image
from opsin.data.checks import CHECKS, KINDS, Fact, Kind, Problem, other_sizes
from opsin.data.checks.doubts import doubts
from opsin.data.checks.facts import read
from opsin.data.cut import cut
from opsin.data.dataset import Dataset
from opsin.data.load import as_written
from opsin.data.written import Written
from opsin.engine.check_page import check_page
from opsin.engine.doubting import held_out_scores
from opsin.engine.predict import options_for
from opsin.engine.stream import cores, in_order
from opsin.models import Model, open_model
from opsin.runtime.network import Place
from opsin.store.folders import check_own, folder_atomically
from opsin.store.progress import Progress, silent
from opsin.tasks import TASKS

EMBEDDER = "pplcnetv2_features.imagenet"
"""Turns pictures into vectors, on which labels are judged."""

PAGE, PROBLEMS = "index.html", "problems.json"


@dataclass(frozen=True, eq=False, kw_only=True)
class Checked:
    """What was found.

    Attributes:
        data: what was looked at, as it is: not split.
        problems: the worst kinds first, and in each the worst first.
        notes: what could not be looked for, and why.
    """

    data: Dataset
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()

    def of(self, kind: Kind) -> list[Problem]:
        """The problems of one kind."""
        return [problem for problem in self.problems if problem.kind == kind.name]

    def counts(self) -> dict[str, int]:
        """How many problems of each kind there are, of those kinds that there are."""
        found = Counter(problem.kind for problem in self.problems)
        return {kind.name: found[kind.name] for kind in KINDS if found[kind.name]}

    @property
    def leaks(self) -> int:
        """How many problems make figures measured on the data untrustworthy."""
        return sum(len(self.of(kind)) for kind in KINDS if kind.is_leak)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; pictures are named, with their labels and parts."""
        return {
            "name": self.data.name,
            "source": str(self.data.source) if self.data.source else None,
            "pictures": len(self.data),
            "counts": self.counts(),
            "leaks": self.leaks,
            "notes": list(self.notes),
            "problems": [self._plain(problem) for problem in self.problems],
        }

    def _plain(self, problem: Problem) -> dict[str, Any]:
        pictures = [
            {
                "image": self.data.pictures.name(index),
                "label": self.data.summary(index),
                "part": str(self.data.parts[index]),
            }
            for index in problem.pictures
        ]
        told = {"kind": problem.kind, "said": problem.said, "weight": round(problem.weight, 6), "pictures": pictures}
        return told | {"boxes": self._boxes(problem)} if problem.things else told

    def _boxes(self, problem: Problem) -> list[list[float]]:
        """The corners of the boxes concerned, in pixels."""
        boxes = self.data.truth[problem.pictures[0]].boxes[list(problem.things)]
        return [[round(float(value), 2) for value in box] for box in boxes]


def check(
    source: Any,
    *,
    save: Path | None = None,
    doubts_labels: bool = True,
    embedder: str = EMBEDDER,
    image: str = "image",
    label: str = "label",
    task: str | None = None,
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
    progress: Progress = silent,
) -> Checked:
    """What is wrong with labelled pictures: damaged files, copies, leaks between parts, odd looks, doubtful labels.

    Of boxes: which are empty, swapped, outside of the picture, there twice, tiny, or of unknown classes.

    Of masks: which are missing, of another size than their picture, all of one class, or hold unknown numbers.

    Every picture is read once; of each, little is kept.

    Args:
        source: as `opsin.data.load` takes it. It is looked at as it is: parts that it does not have are not made.
        save: a folder for index.html, a page with the pictures, and problems.json.
        doubts_labels: whether to look for wrong labels, which takes most of the time.
        embedder: the model whose vectors labels are judged by.
        image: the column of a table with paths of pictures.
        label: the column with what they show.
        task: "classification", "detection" or "segmentation", where the look of the data shall not decide.
        labels: what the numbers in masks stand for, as `opsin.data.load` takes it.
        ignore: numbers in masks of which nothing is said.
        progress: is told how many pictures are done.

    Raises:
        InputError: when the source cannot be read as data, as `opsin.data.load` says.
        UsageError: when `save` holds something else.
    """
    if save is not None:
        check_own(save, (PAGE, PROBLEMS))
    written = as_written(source, image=image, label=label, task=task, labels=labels, ignore=ignore, progress=progress)
    data = cut(written.data, (1.0, 0.0, 0.0), 0, False, progress)
    model, notes = _opened(data, embedder) if doubts_labels else (None, [])
    facts, vectors = _measured(data, model, progress)
    found = [*_noted(written, facts), *(problem for each in CHECKS for problem in each(data, facts))]
    if model is not None:
        found += doubts(data, held_out_scores(vectors, data.truth, len(data.labels), progress))
    checked = Checked(data=data, problems=_worst_first(found), notes=(*_unsplit(data), *notes))
    if save is not None:
        _save(checked, save)
    return checked


def _noted(written: Written, facts: Sequence[Fact]) -> Iterator[Problem]:
    """What was found wrong in reading the truth."""
    yield from other_sizes(written.sizes, facts)
    for note in written.noted:
        yield Problem(kind=note.kind, said=note.said, pictures=() if note.picture is None else (note.picture,))


def _opened(data: Dataset, embedder: str) -> tuple[Model[Any] | None, list[str]]:
    """The model that labels are judged by; or why they cannot be."""
    if data.task != "classification":
        return None, ["Wrong labels were not looked for: that is done where each picture has one label."]
    if data.source is None:
        return None, ["Wrong labels were not looked for: the pictures of built-in sets are too small for it."]
    try:
        return open_model(embedder, Place(streams=cores())), []
    # All else is looked at without them; the page says what is missing.
    except (WeightsError, RefusedError, MissingExtraError) as error:
        return None, [f"Wrong labels were not looked for. {error}"]


def _unsplit(data: Dataset) -> list[str]:
    if len(set(data.parts.tolist())) > 1:
        return []
    return ["The data has no parts yet, so there was no leak between parts to look for. Opsin's own split makes none."]


def _measured(data: Dataset, model: Model[Any] | None, progress: Progress) -> tuple[list[Fact], NDArray[np.float16]]:
    """What is measured of each picture, and its vector (n, d); zeros where there is none."""

    def work(index: int) -> tuple[Fact, NDArray[np.float16] | None]:
        fact, image = read(data.pictures, index)
        return fact, None if model is None or image is None else _vector(model, image)

    facts, vectors = [], np.zeros((len(data), 0), np.float16)
    for index, (fact, vector) in enumerate(in_order(work, range(len(data)), cores())):
        facts.append(fact)
        if vector is not None:
            if not vectors.size:
                vectors = np.zeros((len(data), len(vector)), np.float16)
            vectors[index] = vector
        progress("looking at pictures", index + 1, len(data))
    return facts, vectors


def _vector(model: Model[Any], image: Image) -> NDArray[np.float16]:
    """(d,) of length 1. Half precision is plenty, and half the memory."""
    options = options_for(TASKS.get(model.card.task), {})
    return np.asarray(model.run([image], options)[0].vector, np.float16)


def _worst_first(found: Sequence[Problem]) -> tuple[Problem, ...]:
    order = {kind.name: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(found, key=lambda problem: (order[problem.kind], -problem.weight, problem.pictures)))


def _save(checked: Checked, folder: Path) -> None:
    with folder_atomically(folder, (PAGE, PROBLEMS)) as into:
        text = json.dumps(checked.to_dict(), ensure_ascii=False, indent=1)
        # A file's name may hold bytes that are no UTF-8; as an escape they come back the same.
        (into / PROBLEMS).write_bytes(text.encode("utf-8", "backslashreplace"))
        page = check_page(checked.data, {kind: checked.of(kind) for kind in KINDS}, checked.notes)
        (into / PAGE).write_bytes(page.encode("utf-8", "backslashreplace"))
