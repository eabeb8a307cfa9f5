"""EfficientNet-Lite 0, 1, 2: small networks for classification, without what small processors are slow at.

https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, https://arxiv.org/abs/1905.11946

The network is written down twice, from one table of blocks: as Keras layers, to be taught further, and as an OpenVINO
graph, to answer without Keras. With the same weights both give the same numbers.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from math import sqrt
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement
from opsin.models._architecture import ARCHITECTURES, Architecture, Blueprint, mapped
from opsin.models._efficientnet_lite import (
    EPSILON,
    HEAD,
    MIDDLE,
    SPREAD,
    STEM,
    VARIANTS,
    Block,
    Tensors,
    Variant,
    blocks,
    graph,
    read_weights,
)
from opsin.models._imagenet import DATA_TERMS, LABELS, TRAINED_ON, check_terms, read_labels
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.nn.backend import keras
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.store.fetch import fetch
from opsin.tasks.classification import Classification, ClassificationOptions, best_labels
from opsin.weights.card import Card

SIDES = {"efficientnet_lite0": 224, "efficientnet_lite1": 256, "efficientnet_lite2": 288}
"""Side of the input when answering: the largest that ends in a feature map as large as the one in training. Networks
trained with random cuts of pictures see things enlarged, and are more often right when asked at a larger size
(Touvron et al. 2019, https://arxiv.org/abs/1906.06423).
"""
MAX_SQUEEZE = 1.15
"""How far a picture may be squeezed to show more of it; the rest of what is too long is cut off. On 500 photographs
this and the larger input are a little better than the authors' way: 0.87 right instead of 0.85.
"""
LICENCE, PAPER = "Apache-2.0", "https://arxiv.org/abs/1905.11946"

# As Keras layers, to be taught.


def features(name: str, pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels (n, h, w, c) in 0..255 -> the last feature map of the backbone, averaged: (n, 1280)."""
    last = _backbone(name, blueprint)(_prepared(pixels, blueprint))
    return keras().layers.GlobalAveragePooling2D(name="pool")(last)


def maps(name: str, pixels: Any, blueprint: Blueprint) -> dict[int, Any]:
    """Pixels (n, h, w, c) in 0..255 -> the feature maps of the backbone, by their stride."""
    return mapped(_backbone(name, blueprint), _prepared(pixels, blueprint), blueprint.size)


def _prepared(pixels: Any, blueprint: Blueprint) -> Any:
    layers = keras().layers
    if blueprint.channels == 1:
        pixels = layers.Concatenate(name="grey_as_colour")([pixels] * 3)
    return layers.Rescaling(1 / SPREAD, -MIDDLE / SPREAD, name="rescale")(pixels)


def _backbone(name: str, blueprint: Blueprint) -> Any:
    variant = VARIANTS[name]
    backbone = keras_backbone(variant, blueprint.size)
    if blueprint.weights:
        check_terms(name, LICENCE)
        fill(backbone, read_weights(fetch([variant.file])[variant.file]))
    return backbone


def keras_backbone(variant: Variant, size: Size) -> Any:
    """The network up to its last feature map: a Keras model called "backbone", with random weights."""
    image = keras().Input((*size, 3))
    x = _convolved(image, STEM, 3, 2, "conv_stem", "bn0")
    for block in blocks(variant):
        x = _inverted_residual(x, block)
    return keras().Model(image, _convolved(x, HEAD, 1, 1, "conv_head", "bn1"), name="backbone")


def _inverted_residual(inputs: Any, block: Block) -> Any:
    layers, name, x = keras().layers, block.name, inputs
    if block.widened != block.inputs:
        x = _convolved(x, block.widened, 1, 1, f"{name}_expand_conv", f"{name}_bn0")
    filtering = layers.DepthwiseConv2D(
        block.kernel, block.stride, padding="same", use_bias=False, name=f"{name}_depthwise_conv"
    )
    x = _limited(_normalised(filtering(x), f"{name}_bn1"), f"{name}_bn1")
    x = layers.Conv2D(block.filters, 1, use_bias=False, name=f"{name}_project_conv")(x)
    x = _normalised(x, f"{name}_bn2")
    return layers.Add(name=f"{name}_add")([x, inputs]) if block.adds_input else x


def _convolved(x: Any, filters: int, kernel: int, stride: int, name: str, norm: str) -> Any:
    convolution = keras().layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False, name=name)
    return _limited(_normalised(convolution(x), norm), norm)


def _normalised(x: Any, name: str) -> Any:
    return keras().layers.BatchNormalization(epsilon=EPSILON, name=name)(x)


def _limited(x: Any, name: str) -> Any:
    return keras().layers.ReLU(6, name=f"{name}_relu6")(x)


def fill(backbone: Any, tensors: Tensors) -> None:
    """Gives every layer of the Keras model its weights."""
    layers = keras().layers
    for layer in backbone.layers:
        kind = type(layer)
        if kind is layers.BatchNormalization:
            parts = ("weight", "bias", "running_mean", "running_var")
            layer.set_weights([tensors[f"{layer.name}_{part}"] for part in parts])
        elif kind is layers.DepthwiseConv2D:
            layer.set_weights([tensors[f"{layer.name}_weight"].transpose(2, 3, 0, 1)])
        elif kind is layers.Conv2D:
            layer.set_weights([tensors[f"{layer.name}_weight"].transpose(2, 3, 1, 0)])


def _architecture(name: str, variant: Variant) -> Architecture:
    return Architecture(
        name=name,
        summary=f"EfficientNet-Lite{name[-1]}: small, quick on processors, and good to teach further.",
        features=functools.partial(features, name),
        maps=functools.partial(maps, name),
        input_size=(variant.side, variant.side),
        min_size=(32, 32),
        weights=("imagenet",),
        licence=LICENCE,
        dropout=variant.dropout,
        paper=PAPER,
    )


for _name, _variant in VARIANTS.items():
    ARCHITECTURES.add(_name, _architecture(_name, _variant))


# As a graph of OpenVINO, to answer.


class _EfficientNetLite(SingleNetwork[Classification]):
    """Scores for ImageNet's 1,000 labels."""

    family: ClassVar[str]

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network, normalising inside."""
        network = graph(VARIANTS[cls.family], read_weights(files["weights"]), SIDES[cls.family])
        feeding = Graph("image", {"scores": "scores"}, mean=(MIDDLE,) * 3, std=(SPREAD,) * 3)
        return OpenVinoNetwork(network, feeding, place)

    @classmethod
    def read_labels(cls, files: Mapping[str, Path]) -> tuple[str, ...]:
        """The labels that all networks trained on ImageNet share."""
        return read_labels(files["labels"])

    def reading_size(self, options: Options) -> Size:
        """The input's size: the short side of an image fills it."""
        return self.input_size

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, side, side, 3) uint8: the middle of each image, squeezed a little where it is long."""
        sizes = [(image.shape[0], image.shape[1]) for image in images]
        placements = [half_squeezed(size, self.input_size[0], index) for index, size in enumerate(sizes)]
        pixels = [_seen(image, placement) for image, placement in zip(images, placements, strict=True)]
        return {"image": np.stack(pixels)}, placements

    def decode(
        self, raw: Arrays, placements: Sequence[Placement], options: ClassificationOptions
    ) -> list[Classification]:
        """The best of the (n, 1000) scores."""
        found = [best_labels(scores, self.labels, options) for scores in raw["scores"]]
        return [
            Classification(height=at.size[0], width=at.size[1], model=self.card.name, labels=labels, scores=best)
            for (labels, best), at in zip(found, placements, strict=True)
        ]


def half_squeezed(size: Size, side: int, index: int = 0) -> Placement:
    """The middle of an image: of what is too long half is squeezed in, by `MAX_SQUEEZE` at most, the rest is cut off.

    >>> half_squeezed((200, 242), 100).scale
    (0.45454545454545453, 0.5)
    """
    height, width = size
    filling = side / min(size)
    squeezed = filling / min(sqrt(max(size) / min(size)), MAX_SQUEEZE)
    y, x = (squeezed, filling) if height > width else (filling, squeezed)
    return Placement(size, (side, side), (x, y), ((side - width * x) / 2, (side - height * y) / 2), index)


def _seen(image: Image, placement: Placement) -> Image:
    """What the network is shown, (side, side, 3): sampled by cubic curves, as its authors do, and averaged."""
    from PIL import Image as Pillow

    ((left, top), (right, bottom)) = placement.to_original([[0, 0], placement.input_size[::-1]]).tolist()
    height, width = placement.size
    box = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    size = placement.input_size[::-1]
    return np.asarray(Pillow.fromarray(image).resize(size, Pillow.Resampling.BICUBIC, box=box))


def _card(name: str, published: float, measured: float) -> Card:
    side = SIDES[name]
    return Card(
        name=f"{name}.imagenet",
        task="classification",
        summary=f"EfficientNet-Lite{name[-1]} at {side} x {side}: 1,000 labels.",
        files={"weights": VARIANTS[name].file, "labels": LABELS},
        input_size=(side, side),
        licence=LICENCE,
        trained_on=TRAINED_ON,
        data_terms=DATA_TERMS,
        source="https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
        paper=PAPER,
        published={"ImageNet top-1": published},
        measured={"top-1 on 500 photographs of ImageNet, probably seen in training": measured},
    )


@register
class EfficientNetLite0(_EfficientNetLite):
    """The smallest and quickest."""

    family = "efficientnet_lite0"
    cards = (_card("efficientnet_lite0", 0.751, 0.840),)


@register
class EfficientNetLite1(_EfficientNetLite):
    """Between the two."""

    family = "efficientnet_lite1"
    cards = (_card("efficientnet_lite1", 0.767, 0.846),)


@register
class EfficientNetLite2(_EfficientNetLite):
    """The most often right."""

    family = "efficientnet_lite2"
    cards = (_card("efficientnet_lite2", 0.776, 0.870),)
