"""What a folder, a table or an archive says of its pictures, before anything is checked or split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from opsin.core.image import Size
from opsin.data.dataset import Pictures, Truth


@dataclass(frozen=True)
class Noted:
    """Something wrong with how truth is written. The rest was read all the same, without it.

    Attributes:
        kind: as `opsin.data.checks.KINDS` names it.
        said: what, and where it stands, in a few words.
        picture: the number of the picture concerned; None where it is not among the pictures.
    """

    kind: str
    said: str
    picture: int | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class Listed:
    """Pictures with what is said of each.

    Attributes:
        name: of the data.
        source: where they were found.
        pictures: n pictures.
        labels: n names of classes; none where `truths` say more.
        parts: n parts, "" where nothing is said.
        columns: whatever else is said: n values each.
        empty: classes that are named and have no picture.
        truths: what is in each of the n pictures, where a label does not say it all.
        classes: their names, in the order of the numbers in `truths`.
        sizes: (height, width) of pictures by their number, where it is written down; it may be wrong.
        noted: what is wrong.
    """

    name: str
    source: Path | None
    pictures: Pictures
    labels: tuple[str, ...] = ()
    parts: tuple[str, ...]
    columns: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    truths: tuple[Truth, ...] = ()
    classes: tuple[str, ...] = ()
    sizes: Mapping[int, Size] = field(default_factory=dict)
    noted: tuple[Noted, ...] = ()


def classes(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels, each once: in the order of the alphabet, or of their value where all are whole numbers.

    >>> classes(["10", "9", "9"]), classes(["b", "a", "10"])
    (('9', '10'), ('10', 'a', 'b'))
    """
    found = set(labels)
    if all(label.isdecimal() and label.isascii() for label in found):
        return tuple(sorted(found, key=lambda label: (int(label), label)))
    return tuple(sorted(found))
