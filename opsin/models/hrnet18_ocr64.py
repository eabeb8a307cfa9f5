"""HRNet18-OCR64: a click on a thing gives its mask; further clicks, inside or outside, refine it.

Sofiiuk, Petrov and Konushin, Reviving Iterative Training with Mask Guidance for Interactive Segmentation, 2021,
https://arxiv.org/abs/2102.06583
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.clicks import Levels
from opsin.core.image import Image, Size
from opsin.models._carriers import PADDLELABEL
from opsin.models._clicking import ClickModel
from opsin.models._glimpse import Glimpse, placement_of, prompt, shown
from opsin.models._model import Model
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.weights.card import Card
from opsin.weights.pull import files

TOGETHER = 4
"""Glimpses that go through the network at once; more are no faster on processors, and take more memory."""


@register
class HRNet18OCR64(ClickModel):
    """A convolutional network that keeps high resolution throughout, and compares each pixel with the whole thing."""

    cards = (
        Card(
            name="hrnet18_ocr64.cocolvis",
            task="selection",
            summary="HRNet18 with OCR at 400 x 400: masks of whatever is clicked on.",
            files={
                "network": PADDLELABEL.asset(
                    "hrnet18_ocr64.pdmodel",
                    "eiseg/ckpt/static_hrnet18_ocr64_cocolvis.pdmodel",
                    10_699_918,
                    "234bd648846b8a295274297cdcb7fb95061cb77248f95f269e5a50faec20d22e",
                ),
                "weights": PADDLELABEL.asset(
                    "hrnet18_ocr64.pdiparams",
                    "eiseg/ckpt/static_hrnet18_ocr64_cocolvis.pdiparams",
                    40_311_727,
                    "2ddfa579d929cd156493d4a4c44dc45b5f062668e018c601c84b543948b73f66",
                ),
            },
            input_size=(400, 400),
            licence="Apache-2.0",
            trained_on="COCO and LVIS",
            data_terms="annotations CC-BY-4.0, photos of mixed terms",
            source="https://github.com/PaddleCV-SIG/PaddleLabel-ML",
            paper="https://arxiv.org/abs/2102.06583",
        ),
        Card(
            name="hrnet18_ocr64_tiny.random",
            task="selection",
            summary="A stand-in without weights, for tests: what has the colour that is clicked on.",
            input_size=(64, 64),
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def __init__(self, card: Card, network: Network) -> None:
        super().__init__(card)
        self.network = network

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Self:
        """The model of a card: of its files, or a stand-in when it has none."""
        return cls(card, same_colour if card.is_tiny else cls.open_network(files(card), place))

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network in the card's files; of its two maps the finer."""
        graph = Graph(
            "image",
            {"scores": "save_infer_model/scale_0.tmp_1"},
            mean=(123.675, 116.28, 103.53),
            std=(58.395, 57.12, 57.375),
        )
        return OpenVinoNetwork(files["network"], graph, place, weights=files["weights"])

    def glance(self, image: Image, glimpses: Sequence[Glimpse], input_size: Size | None = None) -> list[Levels]:
        """(h, w) how sure each cell of each glimpse's window is to be inside, in 0..1."""
        size = input_size or self.card.input_size or (400, 400)
        batches = [glimpses[start : start + TOGETHER] for start in range(0, len(glimpses), TOGETHER)]
        return [levels for batch in batches for levels in decoded(self.network(prepared(image, batch, size)))]


def prepared(image: Image, glimpses: Sequence[Glimpse], input_size: Size) -> Arrays:
    """(n, h, w, 3) uint8 pixels of each glimpse, and (n, 3, h, w) what is known: the mask before, and the clicks."""
    places = [placement_of(each.window, (image.shape[0], image.shape[1]), input_size) for each in glimpses]
    return {
        "image": np.stack([shown(image, at) for at in places]),
        "coord_features": np.stack([prompt(each, at) for each, at in zip(glimpses, places, strict=True)]),
    }


def decoded(raw: Arrays) -> list[Levels]:
    """(n, 1, h, w) scores of any size as n maps in 0..1."""
    return list((1 / (1 + np.exp(-raw["scores"][:, 0].clip(-60, 60)))).astype(np.float32))


def same_colour(batch: Arrays) -> Arrays:
    """A stand-in: inside is what looks more like the points inside than like those outside, or is much like them."""
    pixels = batch["image"].astype(np.float32)  # (n, h, w, 3)
    inside, outside = (_distance(pixels, batch["coord_features"][:, which], far) for which, far in ((1, 1e3), (2, 60)))
    scores = np.where(inside < np.minimum(outside, 60), 4.0, -4.0)
    return {"scores": scores[:, None].astype(np.float32)}


def _distance(pixels: NDArray[np.float32], disks: NDArray[np.float32], far: float) -> NDArray[np.float32]:
    """(n, h, w) how far each colour is from the mean of those under the disks (n, h, w); `far` where there is none."""
    weights = disks[..., None] / np.maximum(disks.sum(axis=(1, 2)), 1)[:, None, None, None]
    mean = (pixels * weights).sum(axis=(1, 2), keepdims=True)
    distance = np.abs(pixels - mean).max(axis=3)  # (n, h, w)
    is_clicked = np.asarray(disks.any(axis=(1, 2)))[:, None, None]
    return np.where(is_clicked, distance, np.float32(far)).astype(np.float32)
