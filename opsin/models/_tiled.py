"""Large pictures, looked at whole and in overlapping tiles, so that small things are found; for every detector.

The picture is seen at full size, at half, at a quarter ... and at last whole, each time in tiles as large as the
network's input. Each thing is small enough to lie whole in a tile of one of these levels and large enough to be seen in
it. So what a tile's border cuts can be left out: no piece has to be sewn to another.

Akyon et al., Slicing Aided Hyper Inference and Fine-tuning for Small Object Detection, 2022,
https://arxiv.org/abs/2202.06934, takes one level, and joins the pieces that overlap.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from math import log2

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes, Indices, iou, shared_of_smaller, suppress_where
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, tiled
from opsin.media.geometry import resize
from opsin.tasks.detection import DetectionOptions, Detections

Run = Callable[[Sequence[Image], Options], list[Detections]]
"""One look at each of some images."""

OVERLAP = 0.3
"""Of a tile's side, what neighbours share: a thing that is no longer lies whole in one of them."""
SPLIT = 0.075
"""Of a tile's side, the shortest thing that is believed from any level but the closest, which sees it better. The next
closer level shows it at most 2.9 times as large: still short enough for the overlap."""
EDGE = 0.01
"""Of a tile's side, how near to an inner border a box touches it."""
MAX_SHARED = 0.6
"""Of the smaller of two boxes with one label that two looks gave, the share inside the larger from which they are one
thing: seen twice, or a thing and a piece of it. Two thirds is what two boxes of one size share whose intersection over
union is 0.5."""
TOGETHER = 4
"""How many tiles go through the network at once."""


def is_tiled(options: Options) -> bool:
    """Whether tiles are asked for."""
    return isinstance(options, DetectionOptions) and options.tile


def run_tiled(run: Run, images: Sequence[Image], options: Options, tile: Size) -> list[Detections]:
    """One answer for each image: of `run` alone, or when the options ask for tiles, of all looks together.

    Args:
        run: the detector's own.
        images: of any size, in memory; only a few tiles of one of them are copied at a time.
        options: how to detect; `tile` says whether to look closer.
        tile: (height, width) of the network's input. No image that is as small is cut.
    """
    if not isinstance(options, DetectionOptions) or not options.tile:
        return run(images, options)
    return [_looked_at(run, image, options, tile) for image in images]


def _looked_at(run: Run, image: Image, options: DetectionOptions, tile: Size) -> Detections:
    whole = run([image], options)[0]
    times = max(whole.height / tile[0], whole.width / tile[1])
    if times <= 1:
        return whole
    looks = [_long_enough(whole, SPLIT * max(tile) * times)]
    for level in range(max(1, round(log2(times)))):
        looks += _level(run, image, options, tile, level)
    return _together(looks, options)


def _level(run: Run, image: Image, options: DetectionOptions, tile: Size, level: int) -> Iterator[Detections]:
    """What each tile shows of the image, halved `level` times."""
    parts = tiled((image.shape[0], image.shape[1]), 0.5**level, tile, round(OVERLAP * min(tile)), multiple=1)
    scaled = _scaled(image, parts[0])
    least = SPLIT * max(tile) * 2**level if level else 0.0
    for start in range(0, len(parts), TOGETHER):
        some = parts[start : start + TOGETHER]
        for part, found in zip(some, run([_cut(scaled, part) for part in some], options), strict=True):
            yield _long_enough(_placed(found, part, EDGE * min(tile)), least)


def _scaled(image: Image, part: Placement) -> Image:
    """The whole image at the scale of a part."""
    size = _scaled_size(part)
    return image if size == part.size else resize(image, size)


def _scaled_size(part: Placement) -> Size:
    """(height, width) of the whole image at the scale of a part."""
    return round(part.size[0] * part.scale[1]), round(part.size[1] * part.scale[0])


def _cut(scaled: Image, part: Placement) -> Image:
    """What a part shows, as an image of its own."""
    left, top = (round(-shift) for shift in part.shift)
    return np.ascontiguousarray(scaled[top : top + part.input_size[0], left : left + part.input_size[1]])


def _placed(found: Detections, part: Placement, edge: float) -> Detections:
    """What is seen whole in a part, in pixels of the original."""
    seen = found.take(_is_whole(found.boxes, part, edge))
    height, width = part.size
    return dataclasses.replace(seen, height=height, width=width, boxes=part.boxes_to_original(seen.boxes))


def _is_whole(boxes: Boxes, part: Placement, edge: float) -> NDArray[np.bool_]:
    """(n,) whether each box of a part keeps `edge` pixels away from where the part ends and the image goes on."""
    (height, width), (tall, wide) = part.input_size, _scaled_size(part)
    left, top = (round(-shift) for shift in part.shift)
    goes_on = np.array([left > 0, top > 0, left + width < wide, top + height < tall])
    away = np.concatenate([boxes[:, :2], (width, height) - boxes[:, 2:]], axis=1)  # (n, 4) from each border
    whole: NDArray[np.bool_] = ~((away < edge) & goes_on).any(axis=1)
    return whole


def _long_enough(found: Detections, least: float) -> Detections:
    """What is `least` pixels long or high, or more."""
    return found.take((found.boxes[:, 2:] - found.boxes[:, :2]).max(axis=1, initial=0) >= least)


def _together(looks: Sequence[Detections], options: DetectionOptions) -> Detections:
    """The answers of all looks as one. Within a look, what overlaps was judged by the detector itself."""
    boxes, scores = (np.concatenate([getattr(each, name) for each in looks]) for name in ("boxes", "scores"))
    labels = [label for each in looks for label in each.labels]
    kinds = np.unique(np.array(labels, str), return_inverse=True)[1]
    sources = np.repeat(np.arange(len(looks)), [len(each.labels) for each in looks])

    def is_one_thing(some: Indices, others: Indices) -> NDArray[np.bool_]:
        """(n, m) whether two boxes are looks at one thing."""
        may_be = (kinds[some][:, None] == kinds[others]) & (sources[some][:, None] != sources[others])
        ours, theirs = boxes[some], boxes[others]
        close = (shared_of_smaller(ours, theirs) > MAX_SHARED) | (iou(ours, theirs) > options.max_overlap)
        return np.asarray(may_be & close)

    kept = suppress_where(is_one_thing, scores, options.limit)
    chosen = tuple(labels[each] for each in kept)
    return dataclasses.replace(looks[0], labels=chosen, scores=scores[kept], boxes=boxes[kept])
