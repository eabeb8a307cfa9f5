"""What a network that can be taught is, the registry of them, and how one is put together."""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from opsin.core.errors import UsageError
from opsin.core.image import Size
from opsin.core.registry import Registry
from opsin.media.planes import MOST as MOST_PLANES
from opsin.nn.backend import keras


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """What a network is asked to be.

    Attributes:
        size: (height, width) of its input in pixels.
        channels: of its input: 1, 3, or as many as pictures have; others than 1 and 3 are mixed to 3 first.
        labels: how many it is to tell apart; needed by the networks that bring their own last layer.
        weights: "imagenet" to begin with what was learned there; None to begin from random numbers.
        dropout: share of features left out in training, before the last layer; None leaves it to the network.
        seed: of the random numbers that it begins with.
    """

    size: Size
    channels: int = 3
    labels: int = 0
    weights: str | None = None
    dropout: float | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """A network that can be taught, up to its last layer, which depends on what it is taught.

    Attributes:
        name: as in `opsin train --model NAME`.
        summary: one sentence.
        features: pixels (n, h, w, c) float32 in 0..255, a blueprint -> features (n, d): both Keras tensors. It brings
            the pixels into the range that the network wants. Where `Blueprint.weights` can be given, all pretrained
            layers lie in one nested model called "backbone", whose output is the last feature map (n, h', w', c').
        input_size: (height, width) that it is at its best with; None takes that of the data.
        min_size: (height, width) below which it cannot be built.
        weights: what it can begin with, besides random numbers: ("imagenet",) or nothing.
        licence: of those weights, as an SPDX identifier.
        dropout: share of features left out in training, before the last layer, when the blueprint leaves it open.
        paper: where it is described.
        check: refuses a blueprint that cannot be, where there is more to say than that it is too small.
        is_whole: whether `features` answers the logits (n, labels) themselves; then no layer is put on top.
        maps: the same, before anything is averaged: pixels, a blueprint -> feature maps (n, h', w', c') by their stride
            in pixels, 2, 4, 8 …; None where there is none to be had.
        takes_features: whether it takes what frozen networks see of a picture, of any number of channels, not pixels.
    """

    name: str
    summary: str
    features: Callable[[Any, Blueprint], Any]
    input_size: Size | None = None
    min_size: Size = (1, 1)
    weights: tuple[str, ...] = ()
    licence: str = ""
    dropout: float = 0.0
    paper: str = ""
    check: Callable[[Blueprint], None] | None = None
    is_whole: bool = False
    maps: Callable[[Any, Blueprint], Mapping[int, Any]] | None = None
    takes_features: bool = False


ARCHITECTURES: Registry[Architecture] = Registry("network", "opsin.models")
"""Every network that can be taught, by name."""


def assemble(
    architecture: Architecture,
    blueprint: Blueprint,
    labels_head: Callable[[Any], Any],
    augment: Any = None,
    *,
    sees_maps: bool = False,
) -> Any:
    """The Keras model: "image" -> "augment" -> features -> dropout -> logits. It is not compiled.

    Args:
        architecture: up to the last layer.
        blueprint: what it is asked to be. With the same blueprint, the network begins with the same numbers.
        labels_head: features (n, d) -> logits (n, labels), both Keras tensors: the last layer. A network that is whole
            has one already, and this one is not asked.
        augment: a Keras layer or model, pixels -> pixels, at work in training only.
        sees_maps: whether the last layers take the feature maps by their stride, the pixels themselves being that of
            stride 1, instead of features; then nothing is dropped out before them.

    Raises:
        UsageError: when the network cannot be built for that size, has no feature maps where they are wanted, or
            cannot begin with those weights.
        WeightsError: when the weights cannot be had.
    """
    check_blueprint(architecture, blueprint)
    with _seeded(blueprint.seed):
        image = keras().Input((*blueprint.size, blueprint.channels), name="image", dtype="float32")
        if architecture.takes_features:
            return keras().Model(image, labels_head(architecture.features(image, blueprint)), name=architecture.name)
        pixels = _as_colours(image if augment is None else augment(image), blueprint)
        blueprint = blueprint if blueprint.channels in (1, 3) else dataclasses.replace(blueprint, channels=3)
        if sees_maps:
            raw = labels_head({1: pixels, **_maps(architecture, pixels, blueprint)})
        else:
            raw = _logits(architecture, architecture.features(pixels, blueprint), blueprint, labels_head)
        return keras().Model(image, raw, name=_model_name(architecture.name))


def _as_colours(pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels of one channel or three as they are; others mixed to three, by numbers that are learned."""
    if blueprint.channels in (1, 3):
        return pixels
    even = keras().initializers.Constant(1 / blueprint.channels)
    return keras().layers.Conv2D(3, 1, kernel_initializer=even, name="mix")(pixels)


def _logits(architecture: Architecture, features: Any, blueprint: Blueprint, labels_head: Callable[[Any], Any]) -> Any:
    if architecture.is_whole:
        return keras().layers.Activation("linear", dtype="float32", name="logits")(features)
    return labels_head(_dropped(features, architecture, blueprint))


def _maps(architecture: Architecture, pixels: Any, blueprint: Blueprint) -> Mapping[int, Any]:
    if architecture.maps is None:
        known = ", ".join(each.name for each in ARCHITECTURES if each.maps)
        raise UsageError(
            f"The network {architecture.name} has no feature maps to find things on. Take another --model: {known}."
        )
    return architecture.maps(pixels, blueprint)


def mapped(backbone: Any, pixels: Any, size: Size) -> dict[int, Any]:
    """The feature maps that a Keras model makes of prepared pixels, the last of each stride, by their stride.

    Args:
        backbone: a functional model; a copy of it with several outputs takes its place, and its layers.
        pixels: (n, h, w, c) Keras tensor, as the backbone wants them.
        size: (height, width) of the input.
    """
    last: dict[int, Any] = {}
    for layer in backbone.layers:
        if (stride := _stride(layer.output, size)) > 1:
            last[stride] = layer.output
    if not last:
        return {}  # as of networks that cut borders off: whoever needs maps says so
    several = keras().Model(backbone.input, list(last.values()), name=backbone.name)
    return dict(zip(last, several(pixels), strict=True))


def _stride(output: Any, size: Size) -> int:
    """Pixels of the input for each place of a map; 0 of what is no map, or divides the input unevenly."""
    shape: Sequence[int | None] = getattr(output, "shape", ())
    if len(shape) != 4 or not shape[1] or not shape[2] or size[0] % shape[1] or size[1] % shape[2]:
        return 0
    down, right = size[0] // shape[1], size[1] // shape[2]
    return down if down == right else 0


def check_blueprint(architecture: Architecture, blueprint: Blueprint) -> None:
    """Refuse what the network cannot be.

    Raises:
        UsageError: saying what it can be.
    """
    if architecture.check:
        architecture.check(blueprint)
    name, (height, width), (low, narrow) = architecture.name, blueprint.size, architecture.min_size
    if height < low or width < narrow:
        raise UsageError(
            f"The network {name} needs pictures of at least {low} x {narrow} pixels; got {height} x {width}. "
            "Ask for a larger input size, or take a network with fewer layers."
        )
    if not architecture.takes_features and not 1 <= blueprint.channels <= MOST_PLANES:
        raise UsageError(f"channels must be 1 (grey), 3 (colour), or up to {MOST_PLANES}; got {blueprint.channels}.")
    if blueprint.weights is not None and blueprint.weights not in architecture.weights:
        known = " or ".join([*architecture.weights, "none"])
        raise UsageError(f"The network {name} can begin with the weights {known}; got {blueprint.weights!r}.")


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Layers made inside draw the same numbers each time; the program's own random numbers go on as they were."""
    # Every Keras layer without a seed of its own takes one from Python's generator, on any backend.
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def _dropped(features: Any, architecture: Architecture, blueprint: Blueprint) -> Any:
    share = architecture.dropout if blueprint.dropout is None else blueprint.dropout
    return keras().layers.Dropout(share, name="dropout")(features) if share else features


def _model_name(name: str) -> str:
    """The name with nothing in it that an exported file cannot carry."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_") or "network"
