"""What `opsin data` tells of pictures: their parts, classes, things and sizes, in words and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.table import Table

from opsin.data.dataset import PARTS, Dataset

MARKS = {"detection": "boxes", "segmentation": "masks", "captioning": "captions"}
"""What is drawn on pictures, or written below them, by the task."""


def truths_of(data: Dataset) -> str:
    """How many things or captions there are; masks are not counted."""
    if data.task == "segmentation":
        return "masks"
    return f"{sum(map(len, data.truth)):,} {'things' if data.task == 'detection' else 'captions'}"


def parts_of(data: Dataset) -> str:
    """How many pictures there are, and in which parts."""
    counts = [(part, int((data.parts == part).sum())) for part in PARTS]
    return f"{len(data):,} pictures ({', '.join(f'{count:,} {part}' for part, count in counts if count)})"


def classes_table(data: Dataset, shares: Mapping[str, float]) -> Table:
    """A row for each class, a column for each part, and their sums; and the shares of pixels, where they are known."""
    present = [part for part in PARTS if part in data.parts]
    counts = {part: data.part(part).counts() for part in present}
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column("class", "all", footer_style="bold")
    for part in [*present, "all"]:
        total = sum(counts[part].values() if part in counts else data.counts().values())
        if shares:  # a picture shows many classes
            total = int((data.parts == part).sum()) if part in counts else len(data)
        table.add_column(part, f"{total:,}", justify="right", footer_style="bold")
    if shares:
        table.add_column("pixels", f"{sum(shares.values()):.0%}", justify="right", footer_style="bold")
    for label in data.labels:
        row = [counts[part][label] for part in present]
        share = [f"{shares[label]:.2%}"] if shares else []
        table.add_row(label, *(f"{count:,}" for count in [*row, sum(row)]), *share)
    return table


def things_told(told: dict[str, Any], pictures: int) -> str:
    """How many things are in so many pictures, and how large, as `opsin.data.facts.boxed` has it."""
    if not told["count"]:
        return f"Nothing is marked in these {pictures:,} pictures."
    each, sides = told["per_picture"], told["sides"]
    crowds = f", {told['crowds']:,} of them crowds" if told["crowds"] else ""
    return (
        f"{told['count']:,} things{crowds} in {pictures:,} pictures: {each['fewest']} to {each['most']} in each, "
        f"mostly {each['usual']:g}. Sides of boxes: {sides['smallest']:.0f} to {sides['largest']:.0f} pixels, mostly "
        f"{sides['usual']:.0f} ({told['small']:,} small, {told['medium']:,} medium, {told['large']:,} large)."
    )


def captions_told(told: dict[str, Any], pictures: str) -> str:
    """How many captions these pictures have, and how long they are, as `opsin.data.facts.described` has it."""
    each, length = told["per_picture"], told["per_caption"]
    return (
        f"{pictures} with {told['count']:,} captions: {each['fewest']} to {each['most']} of each, mostly "
        f"{each['usual']:g}. Words in a caption: {length['fewest']} to {length['most']}, mostly {length['usual']:g}; "
        f"{told['words']:,} different ones."
    )


def sizes_told(told: dict[str, Any]) -> str:
    """How large the pictures are, as `opsin.data.facts.sizes` has it."""
    if "usual" not in told:
        return "None of the pictures looked at can be read."
    small, usual, large = (f"{told[key][1]} x {told[key][0]}" for key in ("smallest", "usual", "largest"))
    sizes = f"all {usual}" if small == large else f"{small} to {large}, mostly {usual}"
    unreadable = f"; {told['unreadable']} cannot be read" if told["unreadable"] else ""
    return f"Width x height of {told['looked_at']} of them: {sizes}{unreadable}."
