"""PP-LCNetV2: a small convolutional network for classification, fast on processors.

https://github.com/PaddlePaddle/PaddleClas/blob/develop/docs/en/models/PP-LCNetV2_en.md
It grows from Cui et al., PP-LCNet: A Lightweight CPU Convolutional Neural Network, https://arxiv.org/abs/2109.15099
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, centre_cropped
from opsin.media.geometry import place
from opsin.models._carriers import PADDLELABEL
from opsin.models._imagenet import DATA_TERMS, LABELS, TRAINED_ON, read_labels
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.classification import Classification, ClassificationOptions, best_labels
from opsin.tasks.embedding import Embedding, EmbeddingOptions, unit
from opsin.weights.card import Card

INPUT = (224, 224)
SHORT_SIDE = 256 / 224
"""What the short side of a picture is scaled to, for each pixel of the input's side, as its authors do."""


FILES = {
    "network": PADDLELABEL.asset(
        "pplcnetv2_base.pdmodel",
        "PPLCNetV2/ckpt/inference.pdmodel",
        1_122_667,
        "de3f8b450965166a8d331ec6a37d9e1926758fcf4e9da78a69525c203acec35b",
    ),
    "weights": PADDLELABEL.asset(
        "pplcnetv2_base.pdiparams",
        "PPLCNetV2/ckpt/inference.pdiparams",
        26_566_438,
        "7dccbd0a9aea1e2d495afd3fef919c82dfd88e8d0bd7f50d94f11e016f61d4db",
    ),
    "labels": LABELS,
}


def _cards(name: str, task: str, summary: str, **figures: Any) -> tuple[Card, Card]:
    """The trained network, and its tiny stand-in for tests."""
    trained = Card(
        name=f"{name}.imagenet",
        task=task,
        summary=summary,
        files=FILES,
        input_size=INPUT,
        licence="Apache-2.0",
        trained_on=TRAINED_ON,
        data_terms=DATA_TERMS,
        source="https://github.com/PaddleCV-SIG/PaddleLabel-ML",
        paper="https://arxiv.org/abs/2109.15099",
        **figures,
    )
    tiny = Card(
        name=f"{name.split('_')[0]}_tiny_{task}.random",
        task=task,
        summary="A stand-in without weights, for tests. Its answers mean nothing.",
        labels=("red", "green", "blue"),
        input_size=(32, 32),
        licence="Apache-2.0",
        is_tiny=True,
    )
    return trained, tiny


class _PPLCNetV2:
    """What the two uses of the network share: how images are prepared, and how the file is read."""

    input_size: Size
    outputs: ClassVar[dict[str, str]]

    def reading_size(self, options: Options) -> Size:
        """The short side that images are scaled to."""
        return self._short_side, self._short_side

    @property
    def _short_side(self) -> int:
        return round(SHORT_SIDE * self.input_size[0])

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network, normalising inside."""
        graph = Graph("x", cls.outputs, mean=(123.675, 116.28, 103.53), std=(58.395, 57.12, 57.375))
        return OpenVinoNetwork(files["network"], graph, place, weights=files["weights"])

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """Shares of red, green and blue."""

        def network(batch: Arrays) -> Arrays:
            means = batch["x"].mean(axis=(1, 2), dtype=np.float32) + 1  # (n, 3)
            return {name: means / means.sum(axis=1, keepdims=True) for name in cls.outputs}

        return network

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, 224, 224, 3) uint8: the middle of each image."""
        placements = [self._place((image.shape[0], image.shape[1]), index) for index, image in enumerate(images)]
        return {"x": np.stack([place(image, at) for image, at in zip(images, placements, strict=True)])}, placements

    def _place(self, size: Size, index: int) -> Placement:
        # A small picture is not blown up only to lose its borders: that adds no detail. Measured on 500 photographs
        # of about 240 x 320: 0.884 right instead of 0.876, and the right label's score higher.
        return centre_cropped(size, min(max(min(size), self.input_size[0]), self._short_side), self.input_size, index)


@register
class PPLCNetV2Classifier(_PPLCNetV2, SingleNetwork[Classification]):
    """Scores for ImageNet's 1,000 labels."""

    outputs: ClassVar[dict[str, str]] = {"scores": "softmax_1.tmp_0"}
    cards = _cards(
        "pplcnetv2_base",
        "classification",
        "PP-LCNetV2 base at 224 x 224: 1,000 labels.",
        published={"ImageNet top-1": 0.7704},
        measured={"top-1 on 500 photographs of ImageNet, probably seen in training": 0.886},
    )

    @classmethod
    def read_labels(cls, files: Mapping[str, Path]) -> tuple[str, ...]:
        """The labels that all networks trained on ImageNet share."""
        return read_labels(files["labels"])

    def decode(
        self, raw: Arrays, placements: Sequence[Placement], options: ClassificationOptions
    ) -> list[Classification]:
        """The best of the (n, 1000) scores."""
        return [
            self._answer(scores, place.size, options) for scores, place in zip(raw["scores"], placements, strict=True)
        ]

    def _answer(self, scores: NDArray[Any], size: Size, options: ClassificationOptions) -> Classification:
        labels, best = best_labels(scores, self.labels, options)
        return Classification(height=size[0], width=size[1], model=self.card.name, labels=labels, scores=best)


@register
class PPLCNetV2Embedder(_PPLCNetV2, SingleNetwork[Embedding]):
    """The 1,280 features under the labels: alike pictures have alike ones."""

    outputs: ClassVar[dict[str, str]] = {"features": "relu_39.tmp_0"}
    cards = _cards(
        "pplcnetv2_features",
        "embedding",
        "The 1,280 features under PP-LCNetV2's labels.",
        measured={"share of the same kind among the 10 nearest of 3,068 garments": 0.753},
    )

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: EmbeddingOptions) -> list[Embedding]:
        """The features (n, 1280, 1, 1), each brought to length 1."""
        vectors = unit(raw["features"].reshape(len(placements), -1))
        return [
            Embedding(height=place.size[0], width=place.size[1], model=self.card.name, vector=vector)
            for vector, place in zip(vectors, placements, strict=True)
        ]
