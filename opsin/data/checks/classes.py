"""Classes that are small, rare, or missing from a part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opsin.data.checks.facts import Fact
from opsin.data.checks.problem import Problem
from opsin.data.dataset import PARTS, Dataset

FEW = 20
"""Pictures, or things in them, to learn a class from, below which it is mentioned."""

UNEVEN = 3.0
"""How many times larger the largest class may be than the smallest; training weighs classes from there on."""


def class_sizes(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Classes with few pictures, or things, to learn from; and that the largest is much larger than the smallest."""
    counts = data.part("train").counts() if "train" in data.parts else data.counts()
    for label, count in counts.items():
        if count < FEW:
            yield Problem(kind="few", said=f"{label}: {count} to learn from", weight=-float(count))
    if not counts:
        return
    large, small = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    if counts[large] >= UNEVEN * counts[small]:
        what = "things" if data.task == "detection" else "pictures"
        said = f"{large} has {counts[large]} {what} to learn from, {small} has {counts[small]}"
        yield Problem(kind="imbalance", said=said)


def absences(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Classes of which a part has no picture."""
    for part in PARTS:
        if part in data.parts:
            for label, count in data.part(part).counts().items():
                if not count:
                    yield Problem(kind="absent", said=f"{label}: none in {part}")
