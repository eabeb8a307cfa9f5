"""What is odd about masks: those that mark nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from opsin.data.checks.facts import Fact
from opsin.data.checks.problem import Problem
from opsin.data.dataset import Dataset


def uniform(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """Masks in which all pixels of which anything is said are of one class, or nothing is said of any."""
    if data.task != "segmentation":
        return
    for index in range(len(data)):
        if len(data.shown(index)) < 2:
            yield Problem(kind="one_class", said=f"all of it is {data.summary(index)}", pictures=(index,))
