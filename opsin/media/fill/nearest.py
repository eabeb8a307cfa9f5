"""For each patch that is to be filled, the known patch that looks most like it.

Barnes et al., PatchMatch: A Randomized Correspondence Algorithm for Structural Image Editing, 2009. What is good for a
patch is, moved along, good for its neighbours; so good finds spread. Here all patches look at the neighbours on one
side at the same time, some steps away and then nearer, so that numpy does the work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from opsin.media.fill.patches import Looks, Places

_EXACT = 10_000_000
"""Pairs up to which every patch is compared with every other."""
_AT_ONCE = 4_000_000
_STEPS = (8, 4, 2, 1, 1)
_SIDES = ((0, 1), (1, 0), (0, -1), (-1, 0))


@dataclass(frozen=True, eq=False)
class Known:
    """What can be copied.

    Attributes:
        places: (m, 2) the middles of the known patches.
        looks: (m, k) what they look like.
        number: (h, w) which of them has its middle here; -1 where none has.
    """

    places: Places
    looks: Looks
    number: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Field:
    """Where each patch is copied from.

    Attributes:
        targets: (n, 2) the middles of the patches to be filled.
        number: (h, w) which of them has its middle here; -1 where none has.
        found: (n, 2) the middle of the known patch that it is like.
        apart: (n,) how much the two differ, squared.
    """

    targets: Places
    number: NDArray[np.int64]
    found: Places
    apart: NDArray[np.float32]


def numbered(places: Places, size: tuple[int, ...]) -> NDArray[np.int64]:
    """(h, w) which of n places this is; -1 where it is none."""
    number = np.full(size, -1, np.int64)
    number[tuple(places.T)] = np.arange(len(places))
    return number


def improved(field: Field, known: Known, wanted: Looks, rounds: int, seed: int) -> Field:
    """The field with better finds for what the patches look like now, (n, k); none is worse than before."""
    if len(wanted) * len(known.looks) <= _EXACT:
        return exact(field, known, wanted)
    random = np.random.default_rng(seed)
    field = replace(field, apart=_apart(wanted, known.looks[known.number[tuple(field.found.T)]]))
    for _ in range(rounds):
        field = _spread(field, known, wanted)
        field = _searched(field, known, wanted, random)
    return field


def exact(field: Field, known: Known, wanted: Looks) -> Field:
    """The nearest of all known patches, for each."""
    squares = np.einsum("mk,mk->m", known.looks, known.looks)
    step = max(1, _AT_ONCE // len(known.looks))
    found = [
        np.argmin(squares - 2 * (wanted[first : first + step] @ known.looks.T), axis=1)
        for first in range(0, len(wanted), step)
    ]
    numbers = np.concatenate(found) if found else np.zeros(0, np.int64)
    return replace(field, found=known.places[numbers], apart=_apart(wanted, known.looks[numbers]))


def _spread(field: Field, known: Known, wanted: Looks) -> Field:
    """Each patch tries what its neighbours have found."""
    for step in _STEPS:
        for side in _SIDES:
            field = _tried(field, known, wanted, *_neighbours(field, known, np.multiply(side, step)))
    return field


def _neighbours(field: Field, known: Known, move: NDArray[np.int64]) -> tuple[NDArray[np.int64], Places]:
    """Which targets have a neighbour, and where its find, moved along, would lie for them."""
    there = field.targets - move
    height, width = field.number.shape
    inside = np.flatnonzero(((there >= 0) & (there < (height, width))).all(axis=1))
    neighbour = field.number[tuple(there[inside].T)]
    asking, neighbour = inside[neighbour >= 0], neighbour[neighbour >= 0]
    return asking, field.found[neighbour] + move


def _searched(field: Field, known: Known, wanted: Looks, random: np.random.Generator) -> Field:
    """Each patch looks about its find at random, ever nearer."""
    reach = max(field.number.shape)
    everyone = np.arange(len(field.targets))
    while reach >= 1:
        moves = random.integers(-reach, reach + 1, (len(everyone), 2))
        field = _tried(field, known, wanted, everyone, field.found + moves)
        reach //= 2
    return field


def _tried(field: Field, known: Known, wanted: Looks, asking: NDArray[np.int64], places: Places) -> Field:
    """The field, with what is better at these places for the targets that ask."""
    height, width = known.number.shape
    inside = ((places >= 0) & (places < (height, width))).all(axis=1)
    asking, number = asking[inside], known.number[tuple(places[inside].T)]
    asking, number = asking[number >= 0], number[number >= 0]
    apart = _apart(wanted[asking], known.looks[number])
    better = apart < field.apart[asking]
    found, nearest = field.found.copy(), field.apart.copy()
    found[asking[better]], nearest[asking[better]] = known.places[number[better]], apart[better]
    return replace(field, found=found, apart=nearest)


def _apart(some: Looks, others: Looks) -> NDArray[np.float32]:
    difference = some - others
    return np.asarray(np.einsum("nk,nk->n", difference, difference), np.float32)
