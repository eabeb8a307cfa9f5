"""What is wrong with labelled pictures, as far as it shows without a network: one small function for each question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from opsin.data.checks.boxes import broken_boxes, other_sizes, outside, tiny, twins, without_things
from opsin.data.checks.classes import absences, class_sizes
from opsin.data.checks.facts import Fact
from opsin.data.checks.looks import blur, exposure, sizes, turned, unreadable
from opsin.data.checks.masks import uniform
from opsin.data.checks.problem import KINDS, Kind, Problem
from opsin.data.checks.repeats import copies, group_leaks, near_copies
from opsin.data.dataset import Dataset

Check = Callable[[Dataset, Sequence[Fact]], Iterator[Problem]]
"""Data, and what was measured of each picture -> what is wrong."""

CHECKS: tuple[Check, ...] = (
    copies,
    near_copies,
    group_leaks,
    unreadable,
    broken_boxes,
    outside,
    twins,
    tiny,
    without_things,
    uniform,
    class_sizes,
    absences,
    exposure,
    blur,
    sizes,
    turned,
)
"""Every question that is asked. To add one: a function, and its kinds of problems in `KINDS`."""

__all__ = ["CHECKS", "KINDS", "Check", "Fact", "Kind", "Problem", "other_sizes"]
