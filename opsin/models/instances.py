"""Instances: a detector says what is where, and a click network cuts each thing out of its box.

The boxes are clicked on as a person would: once in the middle, and beside the thing around it. See
https://arxiv.org/abs/2102.06583 for the click network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.core.clicks import Levels
from opsin.core.image import Image, Size
from opsin.core.masks import Cropped, Mask, cropped
from opsin.core.options import Options
from opsin.models._clicking import box_glimpses
from opsin.models._coco import LABELS
from opsin.models._glimpse import Glimpse, Window, in_window
from opsin.models._model import Pipeline
from opsin.models._registry import register
from opsin.tasks._instances import Instances
from opsin.tasks.detection import DetectionOptions, Detections
from opsin.tasks.segmentation import BACKGROUND, Segmentation, SegmentationOptions
from opsin.tasks.selection import LEVEL, sureness
from opsin.weights.card import Card

FOUND = DetectionOptions(min_score=0.2, limit=20)
"""What is asked of the detector: each box costs a look of the click network, a fifth of a second of a processor."""

INPUT_SIZE = (256, 256)
"""Of each look. On 60 things in photographs of COCO's train2017 the mean IoU of the masks is 0.725 with 256, and 0.722
with 320."""

REACH = 0.05
"""How far a mask may reach out of its box, as a share of the box's sides. On 40 photographs of COCO's train2017 the AP
is 0.281 with 0.02, 0.278 with 0.1 and 0.273 with 0.3."""

MIN_LEVEL = 0.25
"""A pixel is background where the score of an instance times how sure it is of the pixel is nowhere above this.
On the same photographs the mean IoU over VOC's labels is 0.565 with 0.1, 0.586 with 0.2, 0.581 with 0.25, 0.571 with
0.3 and 0.542 with 0.4; DeepLab's is 0.299."""


@register
class InstanceModel(Pipeline[Segmentation]):
    """Masks of the things that a detector finds, and the map that they make together."""

    cards = (
        Card(
            name="instances.coco",
            task="segmentation",
            summary="PicoDet's boxes, cut out by HRNet18-OCR64: each thing by itself, 80 labels and background.",
            labels=(BACKGROUND, *LABELS),
            parts={"detection": "picodet_small.coco", "clicks": "hrnet18_ocr64.cocolvis"},
            licence="Apache-2.0",
            measured={"mask AP on 79 photographs of COCO's val2017": 0.315},
        ),
        Card(
            name="instances_tiny",
            task="segmentation",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            labels=(BACKGROUND, "bright", "dark"),
            parts={"detection": "picodet_tiny.random", "clicks": "hrnet18_ocr64_tiny.random"},
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def run(self, images: Sequence[Image], options: Options) -> list[Segmentation]:
        """The instances of each image, and the map that they make."""
        found = self.parts["detection"].run(images, FOUND)
        return [self._answer(image, things, options) for image, things in zip(images, found, strict=True)]

    def _answer(self, image: Image, found: Detections, options: Any) -> Segmentation:
        asked = options if isinstance(options, SegmentationOptions) else SegmentationOptions()
        seen = self._cut_out(image, found)
        labels = self.card.labels
        laid = merged(seen, found.scores, [labels.index(each) for each in found.labels], found.size)
        return Segmentation(
            height=found.height,
            width=found.width,
            model=self.card.name,
            labels=labels,
            map=without_specks(laid, MIN_SHARE if asked.min_share is None else asked.min_share),
            instances=instances(found, seen),
        )

    def _cut_out(self, image: Image, found: Detections) -> list[Seen]:
        """How sure each pixel around each thing is to be part of it."""
        glimpses = box_glimpses(found.boxes, found.size)
        clicks: Any = self.parts["clicks"]
        levels = clicks.glance(image, glimpses, INPUT_SIZE)
        return [_seen(each, of, box) for each, of, box in zip(levels, glimpses, found.boxes, strict=True)]


MIN_SHARE = 0.005
"""Of the picture, what the things of one label must cover together on the map, as for DeepLab."""

Seen = tuple[Window, Levels]
"""A part of the picture, and (h, w) the levels of its pixels."""


def _seen(levels: Levels, glimpse: Glimpse, box: Boxes) -> Seen:
    """The levels at the picture's own size; 0 where they reach too far out of the box."""
    x0, y0, x1, y1 = glimpse.window
    reach = REACH * (box[2:] - box[:2])
    (left, top), (right, bottom) = box[:2] - reach, box[2:] + reach
    rows, columns = np.arange(y0, y1) + 0.5, np.arange(x0, x1) + 0.5
    inside = ((rows > top) & (rows < bottom))[:, None] & ((columns > left) & (columns < right))
    return glimpse.window, np.where(inside, in_window(levels, glimpse.window), np.float32(0))


def instances(found: Detections, seen: Sequence[Seen]) -> Instances:
    """The things that were found with their masks, the most certain first.

    The score of a thing is that of its box times how sure its pixels are, on average: a mask that is not sure of
    itself is more often wrong. What has no pixel is left out.
    """
    masks = [levels > LEVEL for _, levels in seen]
    scores = found.scores * np.array([sureness(seen[n][1], mask) for n, mask in enumerate(masks)], np.float32)
    order = [int(n) for n in np.argsort(-scores, kind="stable") if masks[n].any()]
    return Instances(
        labels=tuple(found.labels[n] for n in order),
        scores=scores[order],
        boxes=found.boxes[order],
        masks=tuple(_cropped(masks[n], seen[n][0], found.size) for n in order),
    )


def _cropped(mask: Mask, window: Window, size: Size) -> Cropped:
    """The mask (h, w) of a window as one of the whole picture."""
    cut = cropped(mask)
    return Cropped(size, (cut.corner[0] + window[0], cut.corner[1] + window[1]), cut.inside)


def merged(seen: Sequence[Seen], scores: NDArray[Any], numbers: Sequence[int], size: Size) -> NDArray[np.int16]:
    """(height, width) at each pixel the number of the label whose score times level is the highest; else 0.

    Args:
        seen: for each thing the levels of its pixels.
        scores: (n,) of the things, in 0..1.
        numbers: of their labels.
        size: (height, width) of the picture.
    """
    best, laid = np.full(size, MIN_LEVEL, np.float32), np.zeros(size, np.int16)
    for ((x0, y0, x1, y1), levels), score, number in zip(seen, scores, numbers, strict=True):
        part = (slice(y0, y1), slice(x0, x1))
        values = np.where(levels > LEVEL, levels * np.float32(score), np.float32(0))
        wins = values > best[part]
        best[part][wins] = values[wins]
        laid[part][wins] = number
    return laid


def without_specks(laid: NDArray[np.int16], min_share: float) -> NDArray[np.int16]:
    """The same map (h, w); what covers less than a share of it is background, number 0."""
    counts = np.bincount(laid.ravel(), minlength=1)
    return np.where(counts[laid] < min_share * laid.size, 0, laid).astype(np.int16)
