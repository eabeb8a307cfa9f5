"""Layers that change pictures at random while a network is taught, and leave them alone when it answers.

Keras has layers for all of this. One of ours does in one pass what takes several of Keras's: on a processor that is 3
to 5 times faster, and the pixels are interpolated once instead of once for each change.

This module imports Keras: import it inside a function, when there is something to teach.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from opsin.core.errors import OptionError
from opsin.nn.backend import keras as import_keras

keras = import_keras()
ops = keras.ops

MIDDLE = 127.5
"""Half way from black to white: contrast grows and shrinks around it."""

FILLS = ("reflect", "black")
"""What comes in from outside a picture: the picture reflected, or black, as around a light character on black."""

GREY = (0.299, 0.587, 0.114)
"""What red, green and blue add to the lightness of a pixel (ITU-R BT.601)."""


class RandomLayer(keras.layers.Layer):  # type: ignore[misc, name-defined]  # Keras is untyped
    """Pictures (n, h, w, c) in 0..255 in, changed pictures of the same shape and range out; in training only.

    Args:
        seed: of its random numbers. How far they have come is one of the layer's `variables`, but Keras keeps no such
            state in a saved model: what is to go on as if uninterrupted must keep all variables.
    """

    def __init__(self, *, seed: int = 0, **more: Any) -> None:
        # Whatever the network is taught in: half precision would round pixels to 8 bits.
        super().__init__(autocast=False, dtype="float32", **more)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images: Any, training: bool = False) -> Any:
        """The pictures, changed when `training`."""
        return self.changed(images) if training else images

    def changed(self, images: Any) -> Any:
        """The pictures (n, h, w, c), each changed in its own way."""
        raise NotImplementedError

    def uniform(self, images: Any, low: float, high: float) -> Any:
        """A random number in low..high for each picture: (n,) float32."""
        return keras.random.uniform((ops.shape(images)[0],), low, high, dtype="float32", seed=self.seed_generator)

    def coin(self, images: Any) -> Any:
        """For each picture, true or false: (n,)."""
        return self.uniform(images, 0.0, 1.0) < 0.5

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Sequence[int | None]:
        """As what comes in."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """What it was made with."""
        kept = {key: value for key, value in super().get_config().items() if key in ("name", "trainable")}
        return kept | {"seed": self.seed} | dict(self.options())

    def options(self) -> Mapping[str, Any]:
        """What a layer of its kind is made with, beside the seed."""
        raise NotImplementedError


@keras.saving.register_keras_serializable(package="opsin")
class RandomShift(RandomLayer):
    """Shifts pictures by whole pixels, and mirrors half of them.

    Pixels are copied, not interpolated, by one gather: the cheapest change that there is.

    Args:
        pixels: (down, right) at most, both ways.
        flips: whether half of the pictures are mirrored, left to right.
        fill: what comes in from outside, one of `FILLS`.
    """

    def __init__(self, pixels: Sequence[int], *, flips: bool = False, fill: str = "reflect", **more: Any) -> None:
        super().__init__(**more)
        self.pixels, self.flips, self.fill = tuple(pixels), flips, checked_fill(fill)

    def changed(self, images: Any) -> Any:
        """The pictures, shifted and mirrored."""
        count, height, width, channels = ops.shape(images)
        rows = self._shifted(images, height, self.pixels[0])  # (n, h)
        columns = self._shifted(images, width, self.pixels[1])  # (n, w)
        if self.flips:
            columns = ops.where(self.coin(images)[:, None], width - 1 - columns, columns)
        firsts = ops.arange(count, dtype="int32")[:, None] * height  # the number of each picture's first row
        down, right = reflected(rows, height), reflected(columns, width)
        places = (firsts + down)[:, :, None] * width + right[:, None, :]  # (n, h, w)
        # Taken from one long list: to take along an axis is 10 times slower in TensorFlow.
        pixels = ops.take(ops.reshape(images, (-1, channels)), ops.reshape(places, (-1,)), axis=0)
        shifted = ops.reshape(pixels, (-1, height, width, channels))
        if self.fill == "reflect":
            return shifted
        inside = ops.logical_and((rows == down)[:, :, None, None], (columns == right)[:, None, :, None])
        return ops.where(inside, shifted, ops.zeros_like(shifted))

    def _shifted(self, images: Any, side: int, most: int) -> Any:
        """For each picture, which line comes to lines 0 to side - 1, from outside too: (n, side) int32."""
        steps = ops.cast(ops.floor(self.uniform(images, -most, most + 1)), "int32")  # (n,)
        return ops.arange(side, dtype="int32")[None] + steps[:, None]

    def options(self) -> dict[str, Any]:
        """As it was made."""
        return {"pixels": list(self.pixels), "flips": self.flips, "fill": self.fill}


@keras.saving.register_keras_serializable(package="opsin")
class RandomWarp(RandomLayer):
    """Turns, scales, slants, shifts and mirrors pictures, all in one linear interpolation.

    Args:
        degrees: at most, both ways.
        zoom: what sides are scaled by, at most: 0.2 means a factor between 1/1.2 and 1.2.
        shift: at most, as a share of the side, both ways.
        slant: at most, as a share of the height, both ways.
        flips: whether half of the pictures are mirrored, left to right.
        fill: what comes in from outside, one of `FILLS`.
    """

    def __init__(
        self,
        *,
        degrees: float = 0.0,
        zoom: float = 0.0,
        shift: float = 0.0,
        slant: float = 0.0,
        flips: bool = False,
        fill: str = "reflect",
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.degrees, self.zoom, self.shift, self.slant, self.flips = degrees, zoom, shift, slant, flips
        self.fill = checked_fill(fill)

    def changed(self, images: Any) -> Any:
        """The pictures, warped."""
        mode = "reflect" if self.fill == "reflect" else "constant"
        warped = ops.image.affine_transform(images, self._maps(images), interpolation="bilinear", fill_mode=mode)
        # Interpolation may miss the range by a rounding error.
        return ops.clip(warped, 0.0, 255.0)

    def _maps(self, images: Any) -> Any:
        """(n, 8): x' = a x + b y + c, y' = d x + e y + f, from a pixel of the changed picture to one of the given."""
        _, height, width, _ = ops.shape(images)
        angle = math.pi / 180 * self.uniform(images, -self.degrees, self.degrees)
        scale = ops.exp(math.log1p(self.zoom) * self.uniform(images, -1.0, 1.0))
        slant = self.uniform(images, -self.slant, self.slant)
        side = ops.where(self.coin(images), -scale, scale) if self.flips else scale
        a, b = side * ops.cos(angle), side * (slant * ops.cos(angle) - ops.sin(angle))
        d, e = scale * ops.sin(angle), scale * (slant * ops.sin(angle) + ops.cos(angle))
        x, y = (width - 1) / 2, (height - 1) / 2  # the middle stays, but for the shift
        c = x - a * x - b * y + width * self.uniform(images, -self.shift, self.shift)
        f = y - d * x - e * y + height * self.uniform(images, -self.shift, self.shift)
        nothing = ops.zeros_like(a)
        return ops.stack([a, b, c, d, e, f, nothing, nothing], axis=1)

    def options(self) -> dict[str, Any]:
        """As it was made."""
        names = ("degrees", "zoom", "shift", "slant", "flips", "fill")
        return {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable(package="opsin")
class RandomColour(RandomLayer):
    """Changes brightness, contrast and, of colour pictures, saturation: one small matrix for each picture.

    Args:
        brightness: added to every pixel at most, both ways, as a share of the way from black to white.
        contrast: distances from the middle grey are multiplied by 1 - contrast to 1 + contrast.
        saturation: distances from grey are multiplied by 1 - saturation to 1 + saturation.
    """

    def __init__(self, *, brightness: float = 0.0, contrast: float = 0.0, saturation: float = 0.0, **more: Any) -> None:
        super().__init__(**more)
        self.brightness, self.contrast, self.saturation = brightness, contrast, saturation

    def changed(self, images: Any) -> Any:
        """The pictures in other colours."""
        _, height, width, channels = ops.shape(images)
        gain = self.uniform(images, 1 - self.contrast, 1 + self.contrast)[:, None, None]  # (n, 1, 1)
        light = 255 * self.uniform(images, -self.brightness, self.brightness)[:, None, None]
        pixels = ops.reshape(images, (-1, height * width, channels))  # (n, h * w, c)
        mixed = ops.matmul(pixels, gain * self._saturated(images, channels)) + (light + MIDDLE * (1 - gain))
        return ops.reshape(ops.clip(mixed, 0.0, 255.0), (-1, height, width, channels))

    def _saturated(self, images: Any, channels: int) -> Any:
        """(n or 1, c, c): a pixel times this is as far from its own grey as it should be."""
        if channels != 3:
            return ops.eye(channels)[None]
        share = self.uniform(images, 1 - self.saturation, 1 + self.saturation)[:, None, None]  # (n, 1, 1)
        greyed = ops.tile(ops.convert_to_tensor(GREY, "float32")[:, None], (1, 3))  # (3, 3)
        return share * ops.eye(3)[None] + (1 - share) * greyed[None]

    def options(self) -> dict[str, Any]:
        """As it was made."""
        return {"brightness": self.brightness, "contrast": self.contrast, "saturation": self.saturation}


@keras.saving.register_keras_serializable(package="opsin")
class RandomUpsideDown(RandomLayer):
    """Turns half of the pictures upside down, as in a mirror that lies below them."""

    def changed(self, images: Any) -> Any:
        """The pictures, half of them upside down."""
        return ops.where(self.coin(images)[:, None, None, None], ops.flip(images, axis=1), images)

    def options(self) -> dict[str, Any]:
        """Nothing."""
        return {}


@keras.saving.register_keras_serializable(package="opsin")
class RandomCutout(RandomLayer):
    """Covers a grey square of each picture, so that no single spot is all that a network looks at.

    DeVries and Taylor, Improved Regularization of Convolutional Neural Networks with Cutout,
    https://arxiv.org/abs/1708.04552

    Args:
        share: the square's side, as a share of the shorter side. Its middle lies anywhere in the picture, so that it
            may stick out.
    """

    def __init__(self, share: float, **more: Any) -> None:
        super().__init__(**more)
        self.share = share

    def changed(self, images: Any) -> Any:
        """The pictures, each with a square that is covered."""
        _, height, width, _ = ops.shape(images)
        reach = self.share * min(height, width) / 2
        rows, columns = self._covered(images, height, reach), self._covered(images, width, reach)
        covered = ops.logical_and(rows[:, :, None, None], columns[:, None, :, None])  # (n, h, w, 1)
        return ops.where(covered, ops.cast(MIDDLE, images.dtype), images)

    def _covered(self, images: Any, side: int, reach: float) -> Any:
        """For each picture, whether each line lies within `reach` of a random place: (n, side)."""
        middles = ops.arange(side, dtype="float32")[None] + 0.5
        return ops.abs(middles - self.uniform(images, 0.0, float(side))[:, None]) < reach

    def options(self) -> dict[str, Any]:
        """As it was made."""
        return {"share": self.share}


@keras.saving.register_keras_serializable(package="opsin")
class Mirror(keras.layers.Layer):  # type: ignore[misc, name-defined]  # Keras is untyped
    """Pictures (n, h, w, c) in, their mirror images out, left to right; always, not at random."""

    def call(self, images: Any) -> Any:
        """The mirror images."""
        return ops.flip(images, axis=2)

    def compute_output_shape(self, input_shape: Sequence[int | None]) -> Sequence[int | None]:
        """As what comes in."""
        return input_shape


def checked_fill(fill: str) -> str:
    """The fill, when it is one.

    Raises:
        OptionError: for another.
    """
    if fill not in FILLS:
        raise OptionError(f"fill must be one of {', '.join(FILLS)}; got {fill!r}.")
    return fill


def reflected(places: Any, side: int) -> Any:
    """Places outside 0..side - 1, brought inside as by mirrors that stand on the first and the last place.

    >>> import numpy as np
    >>> np.asarray(reflected(np.array([-2, -1, 0, 1, 2, 3, 4]), 3)).tolist()
    [2, 1, 0, 1, 2, 1, 0]
    """
    if side == 1:
        return ops.zeros_like(places)
    turned = ops.mod(places, 2 * (side - 1))
    return ops.minimum(turned, 2 * (side - 1) - turned)
