"""Whose faces they are: one to many, where many are nobody's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError
from opsin.tasks.faces import UNKNOWN
from opsin.uses._gallery_roll import Roll


@dataclass(frozen=True, eq=False)
class Known:
    """Whose some faces are.

    Attributes:
        names: n names, or "unknown".
        similarities: (n,) how alike each is to the person that it is most like, the cosine, in -1..1.
        threshold: the similarity from which a face got a name.
        far: the share of strangers who get somebody's name. It is more than was asked for where there are so many
            people that the measurement cannot tell of a rate so low for each of them.
    """

    names: tuple[str, ...]
    similarities: NDArray[np.float32]
    threshold: float
    far: float


def known(
    roll: Roll, embeddings: ArrayLike, acceptance: Acceptance, far: float, *, is_one_picture: bool = False
) -> Known:
    """The most alike person for each embedding, or "unknown".

    A stranger is compared with everybody, and each time there is a chance of a mistake; so that `far` is kept for all
    together, each is granted its part of it. On Labeled Faces in the Wild, with 20 to 450 people in the gallery and
    `far` 0.01, names were given to 0.8 to 1.3 % of 791 strangers, and to 96 to 100 % of the other photos of the people.

    Args:
        roll: at least one person.
        embeddings: (n, d) of length 1.
        acceptance: thresholds by the share of pairs of strangers that are taken for the same.
        far: the share of strangers who may get somebody's name.
        is_one_picture: whether all are from one picture, in which a name is given once, to the most alike.

    Raises:
        OptionError: for a rate that the measurement cannot tell of.
        InputError: for embeddings of another length.
    """
    acceptance.threshold(far)  # refuses what cannot be promised to anybody, however few they are
    comparisons = _comparisons(roll)
    rate = max(far / comparisons, acceptance.lowest_rate)
    threshold = acceptance.threshold(rate)
    best, similarities = _nearest(roll, _checked(embeddings, roll))
    accepted = similarities >= threshold
    if is_one_picture:
        accepted &= _is_first(best, similarities)
    people = list(roll.people)
    names = tuple(people[each] if is_sure else UNKNOWN for each, is_sure in zip(best, accepted, strict=True))
    return Known(names, similarities, threshold, rate * comparisons)


def _comparisons(roll: Roll) -> float:
    """To how many comparisons of two photos the one with everybody comes, as mistakes go.

    The mean of several photos is more like strangers, too, than one photo is: on Labeled Faces in the Wild 1.6 times as
    many pass with 2, 1.6 with 3 and 2.3 with 5; about the square root.
    """
    return max(1.0, float(np.sqrt([len(photos) for photos in roll.people.values()]).sum()))


def _nearest(roll: Roll, embeddings: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Which person is most alike (n,), and how much (n,)."""
    similarities = embeddings @ roll.templates.T  # (n, people)
    best = similarities.argmax(axis=1)
    return best, similarities[np.arange(len(best)), best].clip(-1, 1)


def _is_first(best: NDArray[np.intp], similarities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which faces are the most alike of all that are nearest to the same person."""
    first = np.zeros(len(best), bool)
    order = np.argsort(-similarities, kind="stable")
    _, places = np.unique(best[order], return_index=True)
    first[order[places]] = True
    return first


def _checked(embeddings: ArrayLike, roll: Roll) -> NDArray[np.float32]:
    length = roll.templates.shape[1]
    given = np.asarray(embeddings, np.float32)
    given = given.reshape(0, length) if given.size == 0 else given
    if given.ndim != 2 or given.shape[1] != length:
        raise InputError(f"The gallery's embeddings are {length} numbers each, (n, {length}); got {given.shape}.")
    return given
