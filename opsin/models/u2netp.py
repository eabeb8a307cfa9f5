"""U2-Net-p: the small form of a network of nested U's that finds what a picture is about, whatever that is.

Qin et al., U2-Net: Going Deeper with Nested U-Structure for Salient Object Detection, https://arxiv.org/abs/2005.09007
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, stretched
from opsin.media.geometry import resize
from opsin.models._carriers import PHOTOBOOTH
from opsin.models._mattes import SingleMatte, bright_is_subject, matte
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.matting import Matte, MattingOptions
from opsin.weights.card import Card


@register
class U2NetP(SingleMatte):
    """How much each pixel belongs to what stands out: a person, an animal, a thing."""

    cards = (
        Card(
            name="u2netp.duts",
            task="matting",
            summary="U2-Net-p at 320 x 320: what a picture is about, of any kind.",
            files={
                "network": PHOTOBOOTH.asset(
                    "u2netp.onnx",
                    "u2netp.onnx",
                    4_574_861,
                    "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
                ),
            },
            input_size=(320, 320),
            licence="Apache-2.0",
            trained_on="DUTS-TR",
            data_terms="none stated; photos of ImageNet and SUN",
            source="https://github.com/xuebinqin/U-2-Net",
            paper="https://arxiv.org/abs/2005.09007",
            published={"DUTS-TE mean absolute error": 0.054},
            measured={"mean IoU on 200 photographs of people": 0.891},
        ),
        Card(
            name="u2netp_tiny.random",
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
        """The fused map of its seven, for batches of any length, normalising inside."""
        graph = Graph(
            "input.1",
            {"alpha": "1959"},
            mean=(123.675, 116.28, 103.53),
            std=(58.395, 57.12, 57.375),
            shape=(-1, 3, 320, 320),
        )
        return OpenVinoNetwork(files["network"], graph, place)

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """What is bright is subject."""
        return bright_is_subject("input.1")

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, 320, 320, 3) uint8: each image stretched to the square, its brightest value made 255."""
        placements = [
            stretched((image.shape[0], image.shape[1]), self.input_size, index) for index, image in enumerate(images)
        ]
        return {"input.1": np.stack([_lit(resize(image, self.input_size)) for image in images])}, placements

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: MattingOptions) -> list[Matte]:
        """The (n, 1, 320, 320) maps, each at its picture's own size.

        Its authors stretch each map to the whole of 0..1. That is left out: it finds a subject where there is none.
        """
        return [matte(alpha, place, self.card.name) for alpha, place in zip(raw["alpha"], placements, strict=True)]


def _lit(image: Image) -> Image:
    """The image with its brightest value made 255, as in training: dark pictures are lit so. A black one stays."""
    brightest = max(int(image.max()), 1)
    return (image * np.float32(255 / brightest)).round().astype(np.uint8)
