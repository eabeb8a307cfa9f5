"""Faces of a video that stay hidden before they are found, between, and after."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

from opsin.core.boxes import Boxes, as_boxes
from opsin.engine.follow import Following, FollowOptions, Seen, follow
from opsin.tasks.faces import Faces

T = TypeVar("T")

Places = dict[int, Boxes]
"""Where each track was seen in a frame, (4,) each, by its number."""


def held(frames: Iterable[tuple[T, Faces]], hold: int) -> Iterator[tuple[T, Boxes]]:
    """Each frame with (n, 4) boxes of all faces that are in it, or may be.

    A face that is seen stays for `hold` frames before its first sight and after its last; in a gap, it goes in a
    straight line from where it was to where it comes back. So many frames are in memory at once.

    Args:
        frames: anything, and the faces found in it.
        hold: frames; 0 for what is seen only.
    """
    options = FollowOptions(min_new=0.0, patience=max(1, 2 * hold))
    state, ahead = Following(options=options), deque[tuple[T, Places]]()
    last: dict[int, tuple[int, Boxes]] = {}
    for frame, faces in frames:
        state, numbers = follow(state, Seen(faces.boxes, faces.scores))
        ahead.append((frame, dict(zip(numbers.tolist(), faces.boxes, strict=True))))
        if len(ahead) > hold:
            yield _next(ahead, last, hold)
    while ahead:
        yield _next(ahead, last, hold)


def _next(ahead: deque[tuple[T, Places]], last: dict[int, tuple[int, Boxes]], hold: int) -> tuple[T, Boxes]:
    """The next frame with its boxes; `last` is how long ago each track was seen, and where."""
    frame, here = ahead.popleft()
    last.update({number: (0, box) for number, box in here.items()})
    coming = _coming([places for _, places in ahead])
    boxes = [_between(last.get(number), coming.get(number)) for number in last.keys() | coming.keys()]
    for number, (ago, box) in list(last.items()):
        last[number] = (ago + 1, box)
        if ago + 1 > hold:
            del last[number]
    return frame, as_boxes(boxes)


def _coming(ahead: list[Places]) -> dict[int, tuple[int, Boxes]]:
    """In how many frames each track will be seen next, and where."""
    coming: dict[int, tuple[int, Boxes]] = {}
    for steps, places in enumerate(ahead, start=1):
        for number, box in places.items():
            coming.setdefault(number, (steps, box))
    return coming


def _between(before: tuple[int, Boxes] | None, after: tuple[int, Boxes] | None) -> Boxes:
    """(4,) where it is now, from where it was so many frames ago and where it will be in so many."""
    if before is None or after is None:
        known = before or after
        return known[1] if known else np.zeros(4, np.float32)
    (ago, was), (until, will) = before, after
    share = np.float32(ago / (ago + until))
    return was + (will - was) * share
