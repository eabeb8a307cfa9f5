"""Scenes: where a video cuts or becomes another picture, and which frame stands for each scene.

A cut is a difference, of colours and of a small grey picture, that stands out from those around it: Lienhart,
Comparison of Automatic Shot Boundary Detection Algorithms, 1999, https://doi.org/10.1117/12.333848, with a threshold
that adapts to the local median, as in Yeo and Liu, Rapid Scene Analysis on Compressed Video, 1995. Changes without a
cut (fades, a camera that turns) are found when the picture rests again and has become another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, pairwise, tee
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image

CUT = 0.12
"""Frames that differ less are of one scene. Fast hands make 0.05, a lorry that drives past 0.09, cuts 0.19 and more."""
STANDS_OUT = 3.0
"""How many times the median of the differences around it a cut's must be: one of many in a fast pan is none."""
AROUND = 8
"""Frames on each side that are around a cut."""
LASTS = 3
"""A cut's frames must differ from the one before it for so long: a flash is none."""

CHANGED = 0.2
"""A picture that differs so much from the first of its scene shows something else."""
RESTS = 0.04
"""A picture that differs less than this from the one REST_SECONDS ago has come to rest."""
REST_SECONDS = 0.5
SHORTEST_SECONDS = 0.5
"""What lasts less long between two cuts is no scene of its own."""
LONGEST_SECONDS = 10.0
"""Whatever lasts longer is looked at again."""

KEPT_SIDE = 640
"""Pixels of the longer side of the frames that are kept: enough for every captioner."""
KEPT_FRAMES = 12
"""Of a scene, at any time."""
FIRST_STRIDE = 0.2
"""Seconds from one frame that is kept to the next; twice as many whenever there are too many."""

_GREY = (64, 36)
_BINS = [16, 8, 8]


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame, and what is compared of it.

    Attributes:
        seconds: its own time.
        image: (h, w, 3) uint8, its longer side at most KEPT_SIDE.
        grey: (36, 64) in 0..1.
        colours: (1024,) shares of the pixels by hue, saturation and value; they sum to 1.
    """

    seconds: float
    image: Image
    grey: NDArray[np.float32]
    colours: NDArray[np.float32]


@dataclass(frozen=True)
class Part:
    """A scene, or as much of it as is looked at together.

    Attributes:
        start, end: seconds; the end is where the next one starts.
        kept: a few of its frames, in their order.
        begins: how: with the "video", a "cut", a "change" without one, or "again" because it lasts long.
    """

    start: float
    end: float
    kept: tuple[Seen, ...]
    begins: str


def seen(seconds: float, image: Image) -> Seen:
    """A frame, made ready to be compared."""
    import cv2

    image = _shrunk(image)
    small = cv2.resize(image, _GREY, interpolation=cv2.INTER_AREA)
    grey = (cv2.cvtColor(small, cv2.COLOR_RGB2GRAY) / 255).astype(np.float32)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    counts = _soft(cv2.calcHist([hsv], [0, 1, 2], None, _BINS, [0, 180, 0, 256, 0, 256]))
    return Seen(seconds, image, grey, (counts.ravel() / counts.sum()).astype(np.float32))


def _soft(counts: NDArray[Any]) -> NDArray[Any]:
    """Counts spread to the bins beside them, so that a little more light does not move all pixels to another bin."""
    hues = np.concatenate([counts[-1:], counts, counts[:1]])  # they go round
    spread = np.pad(hues, [(0, 0), (1, 1), (1, 1)], mode="edge")
    for axis in range(3):
        width = spread.shape[axis] - 2
        spread = np.sum([np.take(spread, range(at, at + width), axis) for at in range(3)], axis=0)
    return spread


def _shrunk(image: Image) -> Image:
    import cv2

    scale = KEPT_SIDE / max(image.shape[:2])
    if scale >= 1:
        return image
    size = max(round(image.shape[1] * scale), 1), max(round(image.shape[0] * scale), 1)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def difference(one: Seen, other: Seen) -> float:
    """How much two frames differ, in 0..1: the mean of how much their greys do, and their colours."""
    greys = float(np.abs(one.grey - other.grey).mean())
    shared = float(np.minimum(one.colours, other.colours).sum())
    return (greys + 1 - shared) / 2


def cuts(frames: Iterable[Seen]) -> Iterator[tuple[Seen, bool]]:
    """Each frame, and whether a cut is right before it. AROUND frames are held back, and no more are in memory."""
    here, following = tee(frames)
    first = next(following, None)
    if first is None:
        return
    steps = (difference(before, after) for before, after in pairwise(here))
    stepped = chain([(first, 0.0)], zip(following, steps, strict=False))
    for window, at in _windows(stepped):
        yield window[at][0], at > 0 and _is_cut(window, at)


Stepped = tuple[Seen, float]
"""A frame, and its difference from the one before."""


def _windows(frames: Iterable[Stepped]) -> Iterator[tuple[list[Stepped], int]]:
    """For each frame those around it, and its place among them."""
    window: list[Stepped] = []
    at = 0
    for frame in frames:
        window.append(frame)
        if len(window) - at > AROUND:
            yield window, at
            window, at = (window[1:], at) if at == AROUND else (window, at + 1)
    while at < len(window):
        yield window, at
        at += 1


def _is_cut(window: list[Stepped], at: int) -> bool:
    steps = [each for _, each in window]
    step, others = steps[at], steps[:at] + steps[at + 1 :]
    if step < max(CUT, STANDS_OUT * float(np.median(others))):
        return False
    # A cut that is blended over two frames is at the larger step, and at the first of two that are as large.
    if step <= steps[at - 1] or step < max(steps[at + 1 : at + 2], default=0.0):
        return False
    later = window[min(at + LASTS, len(window) - 1)][0]
    return difference(window[at - 1][0], later) >= CUT


def parts(frames: Iterable[Seen]) -> Iterator[Part]:
    """The scenes of a video, one after the other; a long one in parts. The last frame lasts as long as the one before.

    Args:
        frames: all of its frames, in their order. They are taken one by one, and few are kept.
    """
    being: _Being | None = None
    recent: deque[Seen] = deque()
    times = 0.0, 0.0
    for frame, is_cut in cuts(frames):
        times = times[1], frame.seconds
        if being is None:
            being = _Being(frame.seconds, "video", frame)
        elif (begun := being.next(frame, is_cut, recent)) is not None:
            if begun.start > being.start:
                yield being.part(begun.start)
            being = begun
        if is_cut:
            recent.clear()
        being = being.also(frame)
        recent.append(frame)
        while frame.seconds - recent[0].seconds > REST_SECONDS:
            recent.popleft()
    if being is not None:
        yield being.part(2 * times[1] - times[0])


@dataclass(frozen=True)
class _Being:
    """A part that goes on.

    Attributes:
        start: seconds.
        begins: how.
        first: the frame that others are compared with.
        kept: frames of it so far.
        stride: seconds from one that is kept to the next.
    """

    start: float
    begins: str
    first: Seen
    kept: tuple[Seen, ...] = ()
    stride: float = FIRST_STRIDE

    def also(self, frame: Seen) -> _Being:
        """With one more frame; of too many every other one is forgotten."""
        if self.kept and frame.seconds - self.kept[-1].seconds < self.stride - 1e-6:
            return self
        if len(self.kept) < KEPT_FRAMES:
            return replace(self, kept=(*self.kept, frame))
        return replace(self, kept=self.kept[::2], stride=2 * self.stride).also(frame)

    def next(self, frame: Seen, is_cut: bool, recent: Iterable[Seen]) -> _Being | None:
        """The part that begins with this frame, or a moment ago; None while this one goes on.

        What lasted for less than SHORTEST_SECONDS gives its time to the one that follows.
        """
        if is_cut:
            is_short = frame.seconds - self.start < SHORTEST_SECONDS
            return _Being(self.start if is_short else frame.seconds, self.begins if is_short else "cut", frame)
        earlier = next(iter(recent), frame)
        if earlier.seconds > self.start and self._has_changed(frame, earlier):
            kept = tuple(each for each in self.kept if each.seconds >= earlier.seconds)
            return _Being(earlier.seconds, "change", frame, kept, self.stride)
        if frame.seconds - self.start >= LONGEST_SECONDS:
            return _Being(frame.seconds, "again", frame)
        return None

    def _has_changed(self, frame: Seen, earlier: Seen) -> bool:
        """Whether the picture rests, and is another than that of the beginning."""
        rested = frame.seconds - earlier.seconds
        return (
            rested > REST_SECONDS / 2 and difference(frame, earlier) < RESTS and difference(frame, self.first) > CHANGED
        )

    def part(self, end: float) -> Part:
        """Of a part that is over."""
        return Part(
            self.start, end, tuple(each for each in self.kept if each.seconds < end) or self.kept[:1], self.begins
        )


def typical(part: Part) -> Seen:
    """The frame that stands for a part: of the sharper half of its frames, the nearest to their mean."""
    grey = np.mean([each.grey for each in part.kept], axis=0)
    colours = np.mean([each.colours for each in part.kept], axis=0)
    mean = replace(part.kept[0], grey=grey, colours=colours)
    sharp = sorted(part.kept, key=sharpness, reverse=True)[: (len(part.kept) + 1) // 2]
    return min(sharp, key=lambda each: difference(each, mean))


def sharpness(frame: Seen) -> float:
    """How much fine detail there is: the variance of the Laplacian of its grey. Pech-Pacheco and others, Diatom
    autofocusing in brightfield microscopy, 2000, https://doi.org/10.1109/ICPR.2000.903548.
    """
    import cv2

    return float(cv2.Laplacian(cv2.cvtColor(frame.image, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())
