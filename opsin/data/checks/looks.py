"""Pictures that cannot be read, or that look odd among the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from opsin.data.checks.facts import Fact
from opsin.data.checks.problem import Problem
from opsin.data.dataset import Dataset

EVEN = 20
"""Levels of 256 between the lightest and the darkest of a picture that shows nothing."""

DARK, BRIGHT = 80, 170
"""Levels of 256. The lightest of a dark picture lie below the first, the darkest of a bright one above the second. Of
5,450 photographs of six kinds none does; of 24 that were darkened to a third or faded, 21 do, or show nothing."""

BLUR = 0.5
"""A picture is called blurred when it is less sharp than this share of what is usual in the data. Of 5,450 photographs
11 are; of those blurred with a sigma of 1 pixel in 256 or more, all."""

SMALL = 1 / 4
"""A picture is called small, or large, when its side is so much of what is usual, or that much the other way."""

LONG = 2.0
"""A picture has an odd shape when its long side, as a multiple of the short one, is so many times what is usual. One
that is wide among tall ones is not odd."""

SMALLEST = 48
"""Pixels of the shorter side below which the eye cannot tell blurred from sharp, and neither can we."""


def unreadable(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """What cannot be read, and why."""
    for index, fact in enumerate(facts):
        if fact.error:
            yield Problem(kind="unreadable", said=fact.error, pictures=(index,))


def exposure(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """What is too dark or too bright, or shows nothing at all. Characters are black and white: nothing is said."""
    if data.ink:
        return
    for index, fact in _readable(facts):
        if fact.high - fact.low < EVEN:
            said = f"nothing but one shade, around {fact.high:.0f} of 255"
            yield Problem(kind="empty", said=said, pictures=(index,), weight=-(fact.high - fact.low))
        elif fact.high < DARK:
            said = f"95 % of it is darker than {fact.high:.0f} of 255"
            yield Problem(kind="dark", said=said, pictures=(index,), weight=-fact.high)
        elif fact.low > BRIGHT:
            said = f"95 % of it is lighter than {fact.low:.0f} of 255"
            yield Problem(kind="bright", said=said, pictures=(index,), weight=fact.low)


def blur(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """What is far less sharp than the others."""
    judged = [
        (index, fact) for index, fact in _readable(facts) if min(fact.size) >= SMALLEST and fact.high - fact.low >= EVEN
    ]
    if data.ink or not judged:
        return
    usual = float(np.median([fact.sharpness for _, fact in judged]))
    for index, fact in judged:
        if fact.sharpness < BLUR * usual:
            share = fact.sharpness / usual
            said = f"{share:.0%} as sharp as is usual"
            yield Problem(kind="blurred", said=said, pictures=(index,), weight=-share)


def sizes(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """What is far smaller, larger or longer than the others."""
    readable = list(_readable(facts))
    if not readable:
        return
    sides = np.array([np.sqrt(fact.size[0] * fact.size[1]) for _, fact in readable])
    shapes = np.array([max(fact.size) / min(fact.size) for _, fact in readable])
    for (index, fact), size, shape in zip(
        readable, np.log(sides / np.median(sides)), shapes / np.median(shapes), strict=True
    ):
        said = f"{fact.size[1]} x {fact.size[0]} pixels"
        if abs(size) > -np.log(SMALL):
            yield Problem(kind="size", said=said, pictures=(index,), weight=abs(float(size)))
        if shape > LONG:
            yield Problem(kind="shape", said=said, pictures=(index,), weight=float(shape))


def turned(data: Dataset, facts: Sequence[Fact]) -> Iterator[Problem]:
    """What is stored lying, with a note that says so."""
    for index, fact in _readable(facts):
        if fact.orientation != 1:
            yield Problem(kind="turned", said=f"EXIF orientation {fact.orientation}", pictures=(index,))


def _readable(facts: Sequence[Fact]) -> Iterator[tuple[int, Fact]]:
    return ((index, fact) for index, fact in enumerate(facts) if not fact.error)
