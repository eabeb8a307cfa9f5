"""DeepLabV3: what each pixel belongs to, by convolutions that look far around without losing places.

Chen et al., Rethinking Atrous Convolution for Semantic Image Segmentation, 2017, https://arxiv.org/abs/1706.05587
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.image import Image
from opsin.core.options import Options
from opsin.core.placement import Placement, letterboxed
from opsin.media.geometry import resize
from opsin.models._carriers import AITOOLKIT
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.segmentation import BACKGROUND, Segmentation, best_map
from opsin.weights.card import Card

LABELS = (
    BACKGROUND,
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "dining table",
    "dog",
    "horse",
    "motorbike",
    "person",
    "potted plant",
    "sheep",
    "sofa",
    "train",
    "tv",
)
"""Those of PASCAL VOC, in its order."""

MIN_SHARE = 0.005
"""Of the picture, what a label must cover. On 159 photographs of COCO nothing is lost by it (mean IoU 0.317, without it
0.316), and specks are gone."""

PADDING = 127
"""The grey beside the picture: nothing, to a network that takes -1 to 1."""


@register
class DeepLab(SingleNetwork[Segmentation]):
    """A score for each of 21 labels at each of 257 x 257 places."""

    cards = (
        Card(
            name="deeplab_v3.voc",
            task="segmentation",
            summary="DeepLabV3 on MobileNetV2 at 257 x 257: 20 labels and background.",
            labels=LABELS,
            files={
                "network": AITOOLKIT.asset(
                    "deeplab_v3.tflite",
                    "deeplab_v3.tflite",
                    2_780_176,
                    "ff36e24d40547fe9e645e2f4e8745d1876d6e38b332d39a82f0bf0f5d1d561b3",
                ),
            },
            input_size=(257, 257),
            licence="Apache-2.0",
            trained_on="PASCAL VOC 2012",
            data_terms="photos from Flickr, of mixed terms",
            source="https://github.com/tensorflow/models/tree/master/research/deeplab",
            paper="https://arxiv.org/abs/1706.05587",
            measured={"mean IoU on 159 photographs of COCO": 0.317},
        ),
        Card(
            name="deeplab_tiny.random",
            task="segmentation",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            labels=(BACKGROUND, "red", "green", "blue"),
            input_size=(32, 32),
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network, which takes one image, scaled inside to -1..1."""
        graph = Graph("sub_7", {"scores": "ResizeBilinear_3"}, mean=(127.5,) * 3, std=(127.5,) * 3, layout="NHWC")
        return OpenVinoNetwork(files["network"], graph, place)

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """How far each colour stands out from the mean of the three; background where none does."""

        def network(batch: Arrays) -> Arrays:
            cells = batch["sub_7"].reshape(-1, 16, 2, 16, 2, 3).mean(axis=(2, 4), dtype=np.float32) / 255
            colours = cells - cells.mean(axis=3, keepdims=True)  # (n, 16, 16, 3)
            return {"scores": np.concatenate([np.full_like(colours[..., :1], 0.1), colours], axis=3)}

        return network

    def run(self, images: Sequence[Image], options: Options) -> list[Segmentation]:
        """Each picture by itself: the network takes one, and the scores of many would fill the memory."""
        return [answer for image in images for answer in super(DeepLab, self).run([image], options)]

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, 257, 257, 3) uint8: each image whole, its shape kept, with grey beside it."""
        # Kept or not makes no difference on 159 photographs of COCO: a mean IoU of 0.316, and 0.312 where all are
        # squeezed to squares. Videos and panoramas would be squeezed far more than those.
        placements = [
            letterboxed((image.shape[0], image.shape[1]), self.input_size, index) for index, image in enumerate(images)
        ]
        pixels = [_shown(image, at) for image, at in zip(images, placements, strict=True)]
        return {"sub_7": np.stack(pixels)}, placements

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: Any) -> list[Segmentation]:
        """The best label of each pixel, by (n, 257, 257, 21) scores."""
        asked = getattr(options, "min_share", None)
        min_share = MIN_SHARE if asked is None else asked
        return [self._answer(scores, place, min_share) for scores, place in zip(raw["scores"], placements, strict=True)]

    def _answer(self, scores: Any, place: Placement, min_share: float) -> Segmentation:
        best = best_map(np.ascontiguousarray(scores.transpose(2, 0, 1)), place, min_share)
        height, width = place.size
        return Segmentation(height=height, width=width, model=self.card.name, labels=self.labels, map=best)


def _shown(image: Image, placement: Placement) -> Image:
    """(h, w, 3) of the network's input."""
    (x, y), (height, width) = placement.scale, placement.size
    size = max(1, round(height * y)), max(1, round(width * x))
    shown = np.full((*placement.input_size, 3), PADDING, np.uint8)
    shown[: size[0], : size[1]] = resize(image, size)
    return shown
