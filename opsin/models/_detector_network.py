"""The network of a detector that can be taught: a pyramid of feature maps, and one answer for each of their places.

It is single-stage and without anchors: each place of each map says how far the box around it reaches to the left, top,
right and bottom, as FCOS does (Tian et al., https://arxiv.org/abs/1904.01355), on features that are passed down and up
again (Liu et al., Path Aggregation Network, https://arxiv.org/abs/1803.01534). One head reads all maps, with batch
normalisation of its own for each (Lyu et al., RTMDet, https://arxiv.org/abs/2212.07784).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Size
from opsin.nn.backend import keras

STRIDES = (8, 16, 32)
"""Pixels of the input for each place of a map, from the finest."""
WIDTH = 64
"""Channels of every map."""
DEPTH = 2
"""Convolutions in the head before each of its two answers."""
RARE = 0.01
"""The score that every place begins with: most of them show nothing (Lin et al., https://arxiv.org/abs/1708.02002)."""


def proposals(maps: Mapping[int, Any], labels: int) -> Any:
    """What the network says at each place: (n, p, 4 + labels).

    The first four columns are a box, xyxy in pixels of the input; the others are logits, of which the sigmoid is the
    score of each label.

    Args:
        maps: feature maps (n, h, w, c) of a backbone by their strides; those of `STRIDES` are looked at.
        labels: how many there are.
    """
    head = _Head(labels)
    answers = [head.answer(level, stride) for stride, level in _pyramid(maps).items()]
    return keras().layers.Concatenate(axis=1, name="proposals")(answers)


def places(size: Size) -> NDArray[np.float32]:
    """(p, 2) x, y of the middle of each place, in pixels of an input of that (height, width); in the answers' order."""
    # Imported here: that module imports Keras.
    from opsin.nn.box_layers import middles

    return np.concatenate([middles(size[0] // stride, size[1] // stride, stride) for stride in STRIDES])


def _pyramid(maps: Mapping[int, Any]) -> dict[int, Any]:
    """The maps, each with what the coarser and then the finer ones know."""
    layers = keras().layers
    levels = {stride: _convolved(maps[stride], 1, f"lateral{stride}") for stride in STRIDES}
    for fine, coarse in zip(STRIDES[-2::-1], STRIDES[:0:-1], strict=True):
        larger = layers.UpSampling2D(2, name=f"up{fine}")(levels[coarse])
        levels[fine] = _convolved(layers.Add(name=f"add_up{fine}")([levels[fine], larger]), 3, f"down{fine}")
    for fine, coarse in pairwise(STRIDES):
        smaller = _convolved(levels[fine], 3, f"shrink{coarse}", step=2)
        levels[coarse] = _convolved(layers.Add(name=f"add_down{coarse}")([levels[coarse], smaller]), 3, f"up{coarse}_")
    return levels


def _convolved(x: Any, kernel: int, name: str, step: int = 1) -> Any:
    layers = keras().layers
    x = layers.Conv2D(WIDTH, kernel, step, padding="same", use_bias=False, name=name)(x)
    return layers.Activation("relu", name=f"{name}_relu")(_normalised(x, name))


def _normalised(x: Any, name: str) -> Any:
    # 0.97: a short training has few steps to learn the statistics in.
    return keras().layers.BatchNormalization(momentum=0.97, epsilon=1e-3, name=f"{name}_norm")(x)


class _Head:
    """The layers that all maps share."""

    def __init__(self, labels: int) -> None:
        layers = keras().layers
        self._labels = labels
        self._towers = {
            of: [layers.Conv2D(WIDTH, 3, padding="same", use_bias=False, name=f"{of}{at}") for at in range(DEPTH)]
            for of in ("what", "where")
        }
        rare = keras().initializers.Constant(-math.log((1 - RARE) / RARE))
        self._what = layers.Conv2D(labels, 1, bias_initializer=rare, dtype="float32", name="what")
        self._where = layers.Conv2D(4, 1, bias_initializer="ones", dtype="float32", name="where")

    def answer(self, level: Any, stride: int) -> Any:
        """(n, h * w, 4 + labels) boxes and logits of one map (n, h, w, c)."""
        layers = keras().layers
        # Imported here: that module imports Keras.
        from opsin.nn.box_layers import BoxesAround

        reach = self._where(self._read("where", level, stride))
        reach = layers.Activation("exponential", dtype="float32", name=f"reach{stride}")(reach)
        boxes = BoxesAround(stride, name=f"boxes{stride}")(reach)
        logits = self._what(self._read("what", level, stride))
        logits = layers.Reshape((-1, self._labels), name=f"logits{stride}")(logits)
        return layers.Concatenate(axis=2, name=f"answers{stride}")([boxes, logits])

    def _read(self, of: str, level: Any, stride: int) -> Any:
        for at, convolution in enumerate(self._towers[of]):
            level = _normalised(convolution(level), f"{of}{at}_{stride}")
            level = keras().layers.Activation("relu", name=f"{of}{at}_{stride}_relu")(level)
        return level
