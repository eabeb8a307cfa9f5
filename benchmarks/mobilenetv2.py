"""MobileNetV2 on Opsin's side, to compare like with like: `python benchmarks/mobilenetv2.py NETWORK.xml SOURCE …`.

It is also what a family of networks looks like that lives outside the package.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from opsin.cli import main
from opsin.core.image import Image
from opsin.core.placement import Placement, stretched
from opsin.media.geometry import resize
from opsin.models import Model, SingleNetwork, register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.classification import Classification, ClassificationOptions, best_labels
from opsin.weights.card import Card

NETWORK = Path(sys.argv[1])


@register
class MobileNetV2(SingleNetwork[Classification]):
    """ImageNet's labels by number, from the file that Keras exported."""

    cards = (
        Card(
            name="mobilenetv2.imagenet",
            task="classification",
            summary="MobileNetV2, to compare with.",
            labels=tuple(map(str, range(1000))),
            input_size=(224, 224),
            licence="Apache-2.0",
        ),
    )

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model]) -> Self:
        return cls(card, cls.open_network({"network": NETWORK}, place))

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        half = (127.5, 127.5, 127.5)
        graph = Graph("keras_tensor", {"scores": "Identity:0"}, mean=half, std=half, layout="NHWC")
        return OpenVinoNetwork(files["network"], graph, place)

    @property
    def reading_size(self) -> tuple[int, int]:
        return self.input_size

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        placements = [stretched(image.shape[:2], self.input_size, index) for index, image in enumerate(images)]
        pixels = [resize(image, self.input_size, how="linear") for image in images]
        return {"keras_tensor": np.stack(pixels)}, placements

    def decode(
        self, raw: Arrays, placements: Sequence[Placement], options: ClassificationOptions
    ) -> list[Classification]:
        best = [best_labels(scores, self.labels, options) for scores in raw["scores"]]
        return [
            Classification(height=at.size[0], width=at.size[1], model=self.card.name, labels=labels, scores=scores)
            for (labels, scores), at in zip(best, placements, strict=True)
        ]


if __name__ == "__main__":
    main(["classify", *sys.argv[2:], "--model", "mobilenetv2.imagenet"])
