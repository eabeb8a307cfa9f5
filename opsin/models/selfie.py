"""MediaPipe's selfie segmenter: people before a camera, in a few milliseconds.

A MobileNetV3 with a decoder of few channels, made for video calls; its card:
https://storage.googleapis.com/mediapipe-assets/Model%20Card%20MediaPipe%20Selfie%20Segmentation.pdf
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, stretched
from opsin.media.geometry import resize
from opsin.models._carriers import AITOOLKIT
from opsin.models._mattes import SingleMatte, bright_is_subject, matte
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.matting import Matte, MattingOptions
from opsin.weights.card import Card


@register
class SelfieSegmenter(SingleMatte):
    """How much of each pixel is a person, for pictures that a few people fill."""

    cards = (
        Card(
            name="selfie.people",
            task="matting",
            summary="MediaPipe's selfie segmenter at 256 x 256: people near the camera, at the speed of video.",
            files={
                "network": AITOOLKIT.asset(
                    "selfie_segmenter.tflite",
                    "selfie_segmenter.tflite",
                    249_537,
                    "191ac9529ae506ee0beefa6b2c945a172dab9d07d1e802a290a4e4038226658b",
                ),
            },
            input_size=(256, 256),
            licence="Apache-2.0",
            trained_on="pictures of people marked by its authors",
            data_terms="none stated",
            source="https://ai.google.dev/edge/mediapipe/solutions/vision/image_segmenter",
            measured={"mean IoU on 200 photographs of people": 0.897},
        ),
        Card(
            name="selfie_tiny.random",
            task="matting",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            input_size=(32, 32),
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def reading_size(self, options: Options) -> Size:
        """The network's input: it sees no more."""
        return self.input_size

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network, for batches of any length, scaled inside to 0..1; its answer is a matte already."""
        graph = Graph("input_1", {"alpha": "activation_10"}, std=(255.0,) * 3, layout="NHWC", shape=(-1, 256, 256, 3))
        return OpenVinoNetwork(files["network"], graph, place)

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """What is bright is subject."""
        bright = bright_is_subject("input_1")

        def network(batch: Arrays) -> Arrays:
            return {"alpha": bright(batch)["alpha"].transpose(0, 2, 3, 1)}

        return network

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, 256, 256, 3) uint8: each image stretched to the square."""
        placements = [
            stretched((image.shape[0], image.shape[1]), self.input_size, index) for index, image in enumerate(images)
        ]
        return {"input_1": np.stack([resize(image, self.input_size) for image in images])}, placements

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: MattingOptions) -> list[Matte]:
        """The (n, 256, 256, 1) maps, each at its picture's own size."""
        maps = raw["alpha"].transpose(0, 3, 1, 2)
        return [matte(alpha, place, self.card.name) for alpha, place in zip(maps, placements, strict=True)]
