"""Mattes of people by several networks: each looks at the whole picture and at each person, and they are compared.

A network made for portraits loses people who are small; one for what stands out takes the dog or the bus; one for
labels knows people, but no edges. They are seldom wrong together, so each counts by how much the others agree with it.
A detector says where the people are, and every one of them is looked at by all.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import areas
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.media.geometry import resize
from opsin.media.levels import Levels
from opsin.models._model import Pipeline
from opsin.models._registry import register
from opsin.models._views import Window, agreed, overlap, window
from opsin.tasks.detection import DetectionOptions
from opsin.tasks.matting import Matte, MattingOptions
from opsin.tasks.segmentation import Segmentation, SegmentationOptions
from opsin.weights.card import Card

PERSON = "person"

LOOK = DetectionOptions(min_score=0.4, limit=50)
"""What the detector is asked."""

MOST = 8
"""People who are looked at one by one, the largest; of a crowd, the others are seen in the whole picture only."""

LONGEST = 1280
"""Pixels of the longer side that are looked at. No network sees more of a person than half of that."""

SURE = 0.2, 0.8
"""Levels of the mean that are nobody, and somebody: one network in doubt must not leave holes in a face."""

CELL = 0.03
"""How far off the edges of labels are, of the longer side: they are made from cells twice as wide."""

EDGE = 0.03
"""How far to both sides of an edge the finest network is asked, of the longer side: for hair."""

TRUST = 0.9, 0.95
"""How far the finest network must agree, to be believed on edges not at all, and wholly."""


@register
class PeopleMatte(Pipeline[Matte]):
    """How much of each pixel is a person; where there is nobody, how much is what the picture is about."""

    cards = (
        Card(
            name="people_matte",
            task="matting",
            summary="Four networks that look at each person, and are compared: people of any size, to the hair.",
            parts={
                "detection": "picodet_small.coco",
                "fast": "selfie.people",
                "subject": "u2netp.duts",
                "finest": "modnet.portraits",
                "labels": "deeplab_v3.voc",
            },
            licence="Apache-2.0",
            measured={"mean IoU on 200 photographs of people": 0.923},
        ),
        Card(
            name="people_matte_tiny",
            task="matting",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            parts={
                "detection": "picodet_tiny.random",
                "fast": "selfie_tiny.random",
                "subject": "u2netp_tiny.random",
                "finest": "modnet_tiny.random",
                "labels": "deeplab_tiny.random",
            },
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def reading_size(self, options: Options) -> Size:
        """A square of the longer side that is looked at."""
        return LONGEST, LONGEST

    def run(self, images: Sequence[Image], options: Options) -> list[Matte]:
        """Each picture by itself: its people are a batch."""
        return [self._answer(image, options) for image in images]

    def _answer(self, image: Image, options: Options) -> Matte:
        height, width = image.shape[:2]
        seen = _reduced(image)
        boxes = self._people(seen)
        alpha = self._together(seen, boxes, options) if len(boxes) else self._alphas("subject", [seen], options)[0]
        matte = Matte(height=seen.shape[0], width=seen.shape[1], model=self.card.name, alpha=alpha)
        return matte.resized((height, width))

    def _people(self, image: Image) -> NDArray[np.float32]:
        """(n, 4) the boxes of people, the largest first."""
        found = self.parts["detection"].run([image], LOOK)[0]
        boxes: NDArray[np.float32] = found.boxes[np.array(found.labels, object) == PERSON].reshape(-1, 4)
        return boxes[np.argsort(-areas(boxes), kind="stable")]

    def _together(self, image: Image, boxes: NDArray[np.float32], options: Options) -> Levels:
        """(h, w) the people of all boxes on one matte; where they meet, the one who is surer."""
        size = (image.shape[0], image.shape[1])
        windows = [window(box, size) for box in boxes]
        whole = [self._alphas(role, [image], options)[0] for role in ("fast", "subject")]
        near = self._near([each.cut(image) for each in windows[:MOST]], options)
        alpha = np.zeros(size, np.float32)
        for index, each in enumerate(windows):
            part = alpha[each.rows, each.columns]
            np.maximum(part, _person(each, size, near[index] if index < MOST else [], whole), out=part)
        return alpha

    def _near(self, parts: list[Image], options: Options) -> list[list[Levels]]:
        """For each part of a picture its mattes by the networks, the finest one first."""
        mattes = [self._alphas(role, parts, options) for role in ("finest", "fast", "subject")]
        labelled = self.parts["labels"].run(parts, SegmentationOptions(device=options.device))
        return [list(views) for views in zip(*mattes, [_labelled(each) for each in labelled], strict=True)]

    def _alphas(self, role: str, images: Sequence[Image], options: Options) -> list[Levels]:
        asked = options if isinstance(options, MattingOptions) else MattingOptions()
        return [matte.alpha for matte in self.parts[role].run(images, asked)]


def _person(place: Window, size: Size, near: Sequence[Levels], whole: Sequence[Levels]) -> Levels:
    """(h, w) of the window: one person, by those who looked at the part and those who saw the whole picture.

    The smaller a person is in the whole picture, the less counts who saw only that.
    """
    reach = place.nearness()
    views = [view * reach for view in [*near, *(place.cut(each) for each in whole)]]
    weights = [1.0] * len(near) + [place.share(size)] * len(whole)
    low, high = SURE
    sure: Levels = ((agreed(views, weights) - low) / (high - low)).clip(0, 1)
    return with_edges_of(views[0], sure) if near else sure


def with_edges_of(finest: Levels, alpha: Levels) -> Levels:
    """A matte whose edges are those of another one, as far as they agree on the rest.

    Args:
        finest: (h, w) in 0..1, whose hair is to be kept.
        alpha: (h, w) in 0..1.
    """
    import cv2

    low, high = TRUST
    trust = float(np.clip((overlap(finest, alpha) - low) / (high - low), 0, 1))
    side = 2 * round(EDGE * max(alpha.shape)) + 1
    around = np.ones((side, side), np.uint8)
    edge = (cv2.dilate(alpha, around) > 0.5) & (cv2.erode(alpha, around) < 0.5)
    taken = trust * cv2.blur(edge.astype(np.float32), (side, side))
    return (alpha + taken * (finest - alpha)).clip(0, 1)


def _labelled(answer: Segmentation) -> Levels:
    """(h, w) where there is a person by its label, as blurred as the network is unsure of places."""
    import cv2

    if PERSON not in answer.labels:
        return np.zeros(answer.size, np.float32)
    mask = answer.mask(PERSON).astype(np.float32)
    blurred: Levels = cv2.GaussianBlur(mask, (0, 0), max(CELL * max(mask.shape), 0.1)).clip(0, 1)
    return blurred


def _reduced(image: Image) -> Image:
    """The image, no longer than the networks profit from."""
    height, width = image.shape[:2]
    shrink = min(1.0, LONGEST / max(height, width))
    return image if shrink == 1 else resize(image, (max(1, round(height * shrink)), max(1, round(width * shrink))))
