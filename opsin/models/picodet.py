"""PicoDet: a small single-stage detector without anchors, made for phones and processors.

Yu et al., PP-PicoDet: A Better Real-Time Object Detector on Mobile Devices, https://arxiv.org/abs/2111.00902
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, stretched
from opsin.media.geometry import resize
from opsin.models._carriers import PADDLELABEL
from opsin.models._coco import LABELS
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.models._tiled import is_tiled, run_tiled
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.detection import DetectionOptions, Detections, best_boxes
from opsin.weights.card import Card

MAX_SQUEEZE = 1.5
"""COCO's photographs, squeezed to squares in training, are 4:3 and 3:2. A video of 16:9, squeezed to a square, is like
none of them: half its cars, seen from above, became mobile phones. On COCO the limit costs nothing (AP 0.408)."""

PADDING = 114
"""The grey of the padding; what lies beside the picture must not look like a thing."""


@register
class PicoDet(SingleNetwork[Detections]):
    """Boxes and a score for each label, at 3,598 places of the image; the best are kept here, not in the network."""

    cards = (
        Card(
            name="picodet_small.coco",
            task="detection",
            summary="PicoDet-S at 416 x 416: 80 labels.",
            labels=LABELS,
            files={
                "network": PADDLELABEL.asset(
                    "picodet_small.pdmodel",
                    "PicoDet/ckpt/model.pdmodel",
                    2_966_779,
                    "da078fd535d21b3ef57e81f67e7e8f68514c4d38f1cb7df02f135966f4b1119f",
                ),
                "weights": PADDLELABEL.asset(
                    "picodet_small.pdiparams",
                    "PicoDet/ckpt/model.pdiparams",
                    4_878_880,
                    "e3922b2a8f1bc0d9ee9dce7152484f6a8a7d40f18f8701a222c884469b4546f2",
                ),
            },
            input_size=(416, 416),
            licence="Apache-2.0",
            trained_on="COCO train2017",
            data_terms="annotations CC-BY-4.0, photos of mixed terms",
            source="https://github.com/PaddleCV-SIG/PaddleLabel-ML",
            paper="https://arxiv.org/abs/2111.00902",
            published={"COCO AP": 0.325},
            measured={"COCO AP on 79 photographs of val2017": 0.408},
        ),
        Card(
            name="picodet_tiny.random",
            task="detection",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            labels=("bright", "dark"),
            input_size=(32, 32),
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def reading_size(self, options: Options) -> Size | None:
        """The network's input: it sees no more; every pixel when it is to look in tiles."""
        return None if is_tiled(options) else self.input_size

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network up to its own suppression, which knows only one threshold and one image at a time."""
        graph = Graph(
            "image",
            {"boxes": "tmp_17", "scores": "concat_4.tmp_0"},
            mean=(123.675, 116.28, 103.53),
            std=(58.395, 57.12, 57.375),
            # How much the image was scaled: left at one, so that boxes come in pixels of the input.
            constants={"scale_factor": ((1.0, 1.0),)},
        )
        return OpenVinoNetwork(files["network"], graph, place, weights=files["weights"])

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """Proposes each quarter of the image, as bright or dark as it is."""
        half = 16.0
        quarters = np.array([[x, y, x + half, y + half] for y in (0, half) for x in (0, half)], np.float32)  # (4, 4)

        def network(batch: Arrays) -> Arrays:
            pixels = batch["image"].astype(np.float32).mean(axis=3) / 255  # (n, 32, 32)
            bright = pixels.reshape(-1, 2, 16, 2, 16).mean(axis=(2, 4)).reshape(-1, 4)  # (n, 4)
            return {"boxes": np.repeat(quarters[None], len(pixels), 0), "scores": np.stack([bright, 1 - bright], 1)}

        return network

    def run(self, images: Sequence[Image], options: Options) -> list[Detections]:
        """One look at each image, or one and those at its tiles."""
        return run_tiled(super().run, images, options, self.input_size)

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, 416, 416, 3) uint8: each image stretched to the square."""
        placements = [
            stretched((image.shape[0], image.shape[1]), self.input_size, index, max_squeeze=MAX_SQUEEZE)
            for index, image in enumerate(images)
        ]
        pixels = [_shown(image, at) for image, at in zip(images, placements, strict=True)]
        return {"image": np.stack(pixels)}, placements

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: DetectionOptions) -> list[Detections]:
        """The best of (n, 3598, 4) boxes with (n, 80, 3598) scores."""
        return [
            self._answer(boxes, scores, place, options)
            for boxes, scores, place in zip(raw["boxes"], raw["scores"], placements, strict=True)
        ]

    def _answer(self, boxes: Any, scores: Any, place: Placement, options: DetectionOptions) -> Detections:
        found = best_boxes(place.boxes_to_original(boxes), scores, self.labels, place.size, options)
        return Detections(height=place.size[0], width=place.size[1], model=self.card.name, **found)


def _shown(image: Image, placement: Placement) -> Image:
    """(h, w, 3) of the network's input: cubic, as in training."""
    (x, y), (height, width) = placement.scale, placement.size
    size = max(1, round(height * y)), max(1, round(width * x))
    shown = np.full((*placement.input_size, 3), PADDING, np.uint8)
    shown[: size[0], : size[1]] = resize(image, size, how="cubic")
    return shown
