"""Alternative texts as a table for review, and the reviewed table read again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsin.core.errors import SourceError
from opsin.media.limits import DEFAULT_LIMITS, first_line, spoken

COLUMNS = ("picture", "page", "alt", "sure", "score", "existing")


@dataclass(frozen=True)
class AltText:
    """A picture of a site, and what became of its alternative text.

    Attributes:
        picture: its path within the site, with slashes; what the page calls it, where it is not to be had.
        page: the path of the page that it stands on; empty in a folder of pictures.
        alt: the text; empty where none was made, or where somebody found the picture to be decoration.
        sure: whether the model is; True of what somebody reviewed.
        score: how likely people would say so too, in 0..1; None of what somebody reviewed.
        existing: the text that the page had before; None for none.
        left: why the page is not changed; None where it is, or would be.
        error: why the picture or the page cannot be read or written.
    """

    picture: str
    page: str
    alt: str = ""
    sure: bool = True
    score: float | None = None
    existing: str | None = None
    left: str | None = None
    error: str | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is a text to be written."""
        return self.left is None and self.error is None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without what there is not."""
        told = {"picture": self.picture, "page": self.page}
        if self.error is not None or (self.left is not None and not self.alt):
            return told | {name: said for name in ("left", "error") if (said := getattr(self, name)) is not None}
        score = None if self.score is None else round(self.score, 6)
        rest = {"score": score, "existing": self.existing, "left": self.left}
        shown = {name: value for name, value in rest.items() if value is not None}
        return told | {"alt": self.alt, "sure": self.sure} | shown


def table_row(text: AltText) -> str:
    """A line of the table for a text, with its line end.

    >>> table_row(AltText("a.jpg", "index.html", "A dog, and a cat.", sure=False, score=0.25))
    'a.jpg,index.html,"A dog, and a cat.",no,0.250,\\n'
    """
    score = "" if text.score is None else f"{text.score:.3f}"
    return _line((text.picture, text.page, text.alt, "yes" if text.sure else "no", score, text.existing or ""))


def table_head() -> str:
    """The first line of the table."""
    return _line(COLUMNS)


def _line(values: tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(values)
    return line.getvalue()


Reviewed = Mapping[tuple[str, str], str]
"""A text for a page and a picture; for the page "" on all of them."""


def read_table(path: Path) -> Reviewed:
    """The texts of a reviewed table.

    Raises:
        SourceError: when it cannot be read, lacks a column, or says two things of one picture.
    """
    try:
        DEFAULT_LIMITS.check_bytes(str(path), path.stat().st_size)
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{spoken(path)} cannot be read as a table: {first_line(error)}.") from error
    texts: dict[tuple[str, str], str] = {}
    for number, row in enumerate(rows, start=2):
        place, text = _said(row, path, number)
        if texts.setdefault(place, text) != text:
            raise SourceError(f"{spoken(path)} says two things of {spoken(place[1])} (row {number}). Keep one.")
    return texts


def _said(row: Mapping[str, str | None], path: Path, number: int) -> tuple[tuple[str, str], str]:
    page, picture, text = row.get("page"), row.get("picture"), row.get("alt")
    if page is None or not picture or text is None:
        raise SourceError(
            f"{spoken(path)} must have the columns picture, page and alt, filled; row {number} lacks one."
        )
    return (page, picture), " ".join(text.split())
