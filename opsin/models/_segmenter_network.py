"""The last layers of a segmenter that can be taught, on the feature maps of any backbone: two ways to read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opsin.core.errors import UsageError
from opsin.nn.backend import keras

Maps = Mapping[int, Any]
"""Feature maps (n, h, w, c) by their strides, in pixels; that of stride 1 holds the picture's own pixels, 0..255."""

LOGITS = "logits"

UNET_WIDTHS: Mapping[int, int] = {16: 128, 8: 96, 4: 64, 2: 32, 1: 16}
"""Channels of a U-Net on its way back up, by stride."""

WIDTH = 128
"""Channels of DeepLab's pyramid and decoder."""
RATES = (3, 6, 9)
"""Steps between what the pyramid's convolutions see, in places of stride 16; DeepLab's own are twice as many, for
pictures twice as large."""


def unet(maps: Maps, labels: int) -> Any:
    """Logits (n, h, w, labels) for each pixel: maps are enlarged step by step, and joined with the next finer one.

    Ronneberger et al., U-Net, https://arxiv.org/abs/1505.04597, whose way down is the backbone here. Batches are
    normalised, and borders padded, so that the answer is as large as the picture.
    """
    strides = _needed(maps, (1, 2, 4, 8, 16, 32))
    x = maps[strides[-1]]
    for stride in strides[-2::-1]:
        finer = _from_pixels(maps[1]) if stride == 1 else maps[stride]
        x = keras().layers.UpSampling2D(2, interpolation="bilinear", name=f"up{stride}")(x)
        x = keras().layers.Concatenate(name=f"join{stride}")([x, finer])
        for at in range(2):
            x = _convolved(x, UNET_WIDTHS[stride], 3, f"unet{stride}_{at}")
    return _logits(x, labels)


def deeplab(maps: Maps, labels: int) -> Any:
    """Logits (n, h / 4, w / 4, labels): a pyramid that looks near and far, joined with fine maps.

    Chen et al., DeepLabV3+, https://arxiv.org/abs/1802.02611. The backbone keeps its strides, which costs a quarter of
    what it costs there: its coarsest map is enlarged and seen beside the one of stride 16.
    """
    _needed(maps, (4, 16, 32))
    layers = keras().layers
    coarse = layers.UpSampling2D(2, interpolation="bilinear", name="up16")(_convolved(maps[32], WIDTH, 1, "coarse"))
    x = _pyramid(layers.Concatenate(name="join16")([coarse, maps[16]]))
    x = layers.UpSampling2D(4, interpolation="bilinear", name="up4")(x)
    x = layers.Concatenate(name="join4")([x, _convolved(maps[4], 48, 1, "fine")])
    for at in range(2):
        x = _separable(x, WIDTH, 1, f"decoder{at}")
    return _logits(x, labels)


HEADS: Mapping[str, Callable[[Maps, int], Any]] = {"deeplab": deeplab, "unet": unet}
"""The ways to read feature maps, by name; the first is the usual one."""


def _needed(maps: Maps, strides: Sequence[int]) -> Sequence[int]:
    missing = [stride for stride in strides if stride not in maps]
    if missing:
        raise UsageError(
            f"A segmenter looks at feature maps of strides {', '.join(map(str, strides))}; this network has "
            f"{', '.join(map(str, sorted(maps)))} at this size. Give an --image-size that is a multiple of "
            f"{strides[-1]}, or take another network, as efficientnet_lite0."
        )
    return strides


def _from_pixels(pixels: Any) -> Any:
    """(n, h, w, 16) what is seen in the pixels themselves: lines that are finer than any map."""
    x = keras().layers.Rescaling(1 / 127.5, offset=-1.0, name="pixels")(pixels)
    return _convolved(x, 16, 3, "pixels16")


def _pyramid(x: Any) -> Any:
    """The same map seen at several distances, and as a whole (atrous spatial pyramid pooling)."""
    layers = keras().layers
    seen = [_convolved(x, WIDTH, 1, "near")]
    seen += [_separable(x, WIDTH, rate, f"rate{rate}") for rate in RATES]
    whole = layers.GlobalAveragePooling2D(keepdims=True, name="whole")(x)
    whole = _convolved(whole, WIDTH, 1, "whole1")
    whole = layers.UpSampling2D((x.shape[1], x.shape[2]), name="everywhere")(whole)
    return _convolved(layers.Concatenate(name="pyramid")([*seen, whole]), WIDTH, 1, "pyramid1")


def _separable(x: Any, width: int, rate: int, name: str) -> Any:
    layers = keras().layers
    x = layers.DepthwiseConv2D(3, padding="same", dilation_rate=rate, use_bias=False, name=f"{name}_depth")(x)
    return _convolved(_normalised(x, f"{name}_depth"), width, 1, name)


def _convolved(x: Any, width: int, kernel: int, name: str) -> Any:
    layers = keras().layers
    x = layers.Conv2D(width, kernel, padding="same", use_bias=False, name=name)(x)
    return layers.Activation("relu", name=f"{name}_relu")(_normalised(x, name))


def _normalised(x: Any, name: str) -> Any:
    # 0.97: a short training has few steps to learn the statistics in.
    return keras().layers.BatchNormalization(momentum=0.97, epsilon=1e-3, name=f"{name}_norm")(x)


def _logits(x: Any, labels: int) -> Any:
    """In float32, whatever the rest is computed in: their differences are what counts."""
    return keras().layers.Conv2D(labels, 1, dtype="float32", name=LOGITS)(x)
