"""Presets of random changes to the pictures that a network learns from, as one layer inside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from opsin.core.errors import UnknownNameError
from opsin.core.image import Size
from opsin.nn.backend import keras

Moves = dict[str, Any]
"""What all presets move pictures with: whether they are mirrored, what comes in from outside, the seed."""

Make = Callable[[ModuleType, Size, Moves], list[Any]]


def augment(
    preset: str,
    size: Size,
    seed: int = 0,
    *,
    flips: bool = True,
    turns: bool = False,
    ink: bool = False,
    moves: bool = True,
) -> Any | None:
    """The preset as a layer: pictures (n, h, w, c) float32 in 0..255 in and out; None when nothing is to be changed.

    It changes pictures while a network is taught, and leaves them alone when it answers.

    Args:
        preset: "none"; "light" shifts and mirrors; "standard" also turns, scales and changes colours a little;
            "strong" does so more, slants, and covers a square of each picture.
        size: (height, width) of the pictures.
        seed: of the random numbers: the same seed changes pictures in the same way.
        flips: whether a mirrored picture still shows the same. It does not where there is writing, or left and right.
        turns: whether one that is upside down does, too.
        ink: whether the pictures are single characters, light on black: then they are never mirrored, their colours
            stay, and what comes in from outside is black.
        moves: whether pictures may be moved at all, and covered; where something beside the network knows of places in
            them, only their colours may change.

    Raises:
        UnknownNameError: for another preset.
        MissingExtraError: when Keras is not installed.
    """
    if preset not in PRESETS:
        raise UnknownNameError("preset of augmentation", preset, PRESETS)
    if preset == "none":
        return None
    # Imported here: that module imports Keras.
    from opsin.nn import layers

    how = {"flips": flips and not ink, "fill": "black" if ink else "reflect", "seed": seed}
    made = PRESETS[preset](layers, size, how)
    if turns:
        made = [layers.RandomUpsideDown(seed=seed + 3, name="upside_down"), *made]
    kept = [layer for layer in made if moves or isinstance(layer, layers.RandomColour)]
    kept = [layer for layer in kept if not (ink and isinstance(layer, layers.RandomColour))]
    return keras().Sequential(kept, name="augment") if kept else None


def _nothing(layers: ModuleType, size: Size, moves: Moves) -> list[Any]:
    return []


def _light(layers: ModuleType, size: Size, moves: Moves) -> list[Any]:
    # An eighth is 4 pixels of 32, as is usual for CIFAR; one pixel at least, or it would do nothing.
    pixels = max(1, size[0] // 8), max(1, size[1] // 8)
    return [layers.RandomShift(pixels, **moves, name="shift")]


def _standard(layers: ModuleType, size: Size, moves: Moves) -> list[Any]:
    return [
        layers.RandomWarp(degrees=10.0, zoom=0.15, shift=0.1, **moves, name="warp"),
        layers.RandomColour(brightness=0.1, contrast=0.2, saturation=0.3, seed=moves["seed"] + 1, name="colour"),
    ]


def _strong(layers: ModuleType, size: Size, moves: Moves) -> list[Any]:
    return [
        layers.RandomWarp(degrees=20.0, zoom=0.3, shift=0.15, slant=0.15, **moves, name="warp"),
        layers.RandomColour(brightness=0.2, contrast=0.4, saturation=0.6, seed=moves["seed"] + 1, name="colour"),
        layers.RandomCutout(0.35, seed=moves["seed"] + 2, name="cutout"),
    ]


PRESETS: Mapping[str, Make] = {"none": _nothing, "light": _light, "standard": _standard, "strong": _strong}
"""What each preset is made of, from no change to most."""
