"""The page of a check: for each kind of problem why it matters, what to do, and the pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np

from opsin.core.errors import ImageError
from opsin.core.image import Image
from opsin.data.checks import Kind, Problem
from opsin.data.checks.facts import READING
from opsin.data.dataset import PARTS, Dataset
from opsin.data.files import Files, Zipped
from opsin.engine.box_sheet import with_truth
from opsin.reports import _page

SHOWN = 48
"""Problems of one kind whose pictures are on the page; all are in problems.json."""

TOGETHER = 6
"""Pictures that one problem shows at most."""


def check_page(data: Dataset, found: Mapping[Kind, Sequence[Problem]], notes: Sequence[str]) -> str:
    """The page, as HTML that needs nothing beside it.

    Args:
        data: what was looked at.
        found: problems by kind, the worst first.
        notes: what could not be looked for, and why.
    """
    some = {kind: problems for kind, problems in found.items() if problems}
    parts = [
        _page.notes(notes),
        _overview(some),
        *(_section(data, kind, problems) for kind, problems in some.items()),
        _classes(data),
    ]
    return _page.page(f"Check of {data.name}", _subtitle(data), parts)


def _subtitle(data: Dataset) -> str:
    where = f", from {data.source}" if data.source else ""
    return f"{len(data):,} pictures of {len(data.labels)} classes{where}"


def _overview(found: Mapping[Kind, Sequence[Problem]]) -> str:
    if not found:
        return _page.section("Nothing found", "None of the problems that were looked for.")
    rows = [(kind.title, len(problems)) for kind, problems in found.items()]
    return _page.section("Found", "The worst first.", _page.table(("problem", "times"), rows))


def _section(data: Dataset, kind: Kind, problems: Sequence[Problem]) -> str:
    shown = problems[:SHOWN]
    said = _said("Why it matters", kind.why) + _said("What to do", kind.remedy)
    if len(problems) > SHOWN:
        said += _said(f"The first {SHOWN} are here", f"All {len(problems)} are in problems.json.")
    return _page.section(f"{kind.title}: {len(problems)}", "", said, _pictures(data, shown))


def _said(head: str, text: str) -> str:
    return f"<p><b>{escape(head)}.</b> {escape(text)}</p>\n"


def _pictures(data: Dataset, shown: Sequence[Problem]) -> str:
    """What the problems are about: classes as words, single pictures in rows, pictures that belong together apart."""
    if not any(problem.pictures for problem in shown):
        return _page.table(("which",), [(problem.said,) for problem in shown])
    if any(len(problem.pictures) > 1 for problem in shown):
        return "".join(_group(data, problem) for problem in shown)
    return _page.pictures(_single(data, problem) for problem in shown)


def _single(data: Dataset, problem: Problem) -> str:
    """One picture and what is wrong with it."""
    (index,) = problem.pictures
    return _picture(data, index, [("wrong", problem.said), ("", _filed(data, index))], problem.things)


def _group(data: Dataset, problem: Problem) -> str:
    """Pictures that belong together, side by side."""
    shown = [_picture(data, index, [("", _filed(data, index))]) for index in problem.pictures[:TOGETHER]]
    left = len(problem.pictures) - len(shown)
    said = problem.said + (f"; {left} more" if left > 0 else "")
    pictures = _page.pictures(shown)
    return f"<p><b>{escape(said)}</b></p>\n{pictures}"


def _picture(data: Dataset, index: int, lines: Sequence[tuple[str, str]], things: Sequence[int] = ()) -> str:
    return _page.picture(_read(data, index, things), data.pictures.name(index), lines)


def _read(data: Dataset, index: int, things: Sequence[int]) -> Image:
    """The picture, with its mask, or the boxes of these things, or of all; an empty one if it cannot be read."""
    pictures = data.pictures
    try:
        if data.task != "classification":
            return with_truth(data, index, things or None)
        return pictures.reduced(index, READING) if isinstance(pictures, Files | Zipped) else pictures[index]
    # What is wrong with it stands under it.
    except ImageError:
        return np.full((2, 2, 3), 128, np.uint8)


def _filed(data: Dataset, index: int) -> str:
    """What it shows, and its part."""
    label, part = data.summary(index), str(data.parts[index])
    return f"{label}, {part}" if part else label


def _classes(data: Dataset) -> str:
    if not data.labels:
        return ""
    present = [part for part in PARTS if part in data.parts]
    counts = [data.part(part).counts() for part in present]
    rows: Iterator[Sequence[object]] = ((label, *(count[label] for count in counts)) for label in data.labels)
    return _page.section("Classes", "", _page.table(("class", *present), list(rows)))
