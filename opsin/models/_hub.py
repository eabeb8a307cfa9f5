"""Backbones of KerasHub's classifiers, by `hub:PRESET`.

https://keras.io/keras_hub/presets/
"""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType
from typing import Any

from opsin.core.errors import MissingExtraError, UsageError
from opsin.models._architecture import Architecture, Blueprint, mapped
from opsin.nn.backend import keras

PREFIX = "hub:"


def hub_network(name: str) -> Architecture:
    """The architecture of `hub:PRESET`; the preset is looked for when the network is built.

    Raises:
        MissingExtraError: when KerasHub is not installed.
        UsageError: when no preset is named.
    """
    preset = name.removeprefix(PREFIX)
    if not preset:
        raise UsageError("hub: wants the name of a preset, as hub:mobilenet_v3_small_100_imagenet.")
    keras_hub()
    return Architecture(
        name=name,
        summary=f"The backbone of KerasHub's preset {preset}.",
        features=lambda pixels, blueprint: _features(preset, pixels, blueprint),
        maps=lambda pixels, blueprint: mapped(*_prepared(preset, pixels, blueprint), blueprint.size),
        min_size=(32, 32),
        weights=("imagenet",),
        licence="Apache-2.0",
        dropout=0.2,
        paper="https://keras.io/keras_hub/presets/",
    )


def keras_hub() -> ModuleType:
    """The package KerasHub.

    Raises:
        MissingExtraError: when it is not installed.
    """
    keras()  # first, so that the backend is chosen before KerasHub chooses one
    if not importlib.util.find_spec("keras_hub"):
        raise MissingExtraError("KerasHub presets", "hub")
    return importlib.import_module("keras_hub")


def _features(preset: str, pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels (n, h, w, c) in 0..255 -> the last feature map of the preset's backbone, averaged: (n, d)."""
    backbone, prepared = _prepared(preset, pixels, blueprint)
    return keras().layers.GlobalAveragePooling2D(name="pool")(backbone(prepared))


def _prepared(preset: str, pixels: Any, blueprint: Blueprint) -> tuple[Any, Any]:
    """The backbone, and the pixels as it wants them."""
    layers, hub = keras().layers, keras_hub()
    if blueprint.channels == 1:
        pixels = layers.Concatenate(name="grey_as_colour")([pixels] * 3)
    prepared = hub.layers.ImageConverter.from_preset(preset)
    pixels = layers.Rescaling(
        1.0 if prepared.scale is None else prepared.scale,
        0.0 if prepared.offset is None else prepared.offset,
        name="rescale",
    )(pixels)
    found = hub.models.Backbone.from_preset(preset, load_weights=blueprint.weights is not None)
    # As a plain model of its layers, which can be saved and opened again without KerasHub's own class.
    backbone = keras().Model(found.input, found.output, name="backbone")
    return backbone, pixels
