"""Layers that turn a network's numbers into boxes. This module imports Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.nn.backend import keras as import_keras

keras = import_keras()
ops = keras.ops


@keras.saving.register_keras_serializable(package="opsin")
class BoxesAround(keras.layers.Layer):  # type: ignore[misc, name-defined]  # Keras is untyped
    """How far boxes reach to the left, top, right and bottom of each place of a map (n, h, w, 4), in strides; as boxes.

    Answers (n, h * w, 4) xyxy in pixels of the network's input; place by place, row by row.

    Args:
        stride: pixels of the input for each place; the middle of the first lies half a stride from both borders.
    """

    def __init__(self, stride: int, **more: Any) -> None:
        # Whatever the network is taught in: half precision has no digits for a pixel among a thousand.
        super().__init__(autocast=False, dtype="float32", trainable=False, **more)
        self.stride = stride

    def call(self, reach: Any) -> Any:
        """The boxes."""
        _, height, width, _ = reach.shape
        away = ops.reshape(ops.cast(reach, "float32"), (-1, height * width, 4))
        outwards = np.array([-1, -1, 1, 1], np.float32) * self.stride
        return away * outwards + np.tile(middles(height, width, self.stride), 2)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """(n, h * w, 4)."""
        count, height, width, _ = input_shape
        return count, (height or 0) * (width or 0), 4

    def get_config(self) -> dict[str, Any]:
        """As it was made."""
        return {"name": self.name, "stride": self.stride}


def middles(height: int, width: int, stride: int) -> NDArray[np.float32]:
    """(height * width, 2) x, y of the middle of each place of a map, in pixels of the input, row by row.

    >>> middles(1, 2, 8).tolist()
    [[4.0, 4.0], [12.0, 4.0]]
    """
    rows, columns = np.mgrid[:height, :width]
    return ((np.stack([columns, rows], -1).reshape(-1, 2) + 0.5) * stride).astype(np.float32)
