"""MNIST to 0.993 in less than a sixth of the time in which the usual tutorial program comes to 0.9905.

opsin train recipes/mnist_fast.py
"""

from __future__ import annotations

from typing import Any

import opsin
from opsin.models import Architecture, Blueprint
from opsin.nn.backend import keras

MEAN, DEVIATION = 0.1307, 0.31


def features(pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels (n, 28, 28, 1) in 0..255 -> features (n, 576): four convolutions, 66,714 weights with the last layer."""
    return network(warped(pixels, blueprint.seed, degrees=8.0, zoom=0.05, shift=1 / 28, slant=0.05))


def warped(pixels: Any, seed: int, name: str = "augment", **changes: float) -> Any:
    """The pictures, each turned, scaled, slanted and shifted a little while the network learns, around 0."""
    from opsin.nn.layers import RandomWarp

    changed = RandomWarp(**changes, fill="black", seed=seed, name=name)(pixels)
    return keras().layers.Rescaling(1 / (255 * DEVIATION), offset=-MEAN / DEVIATION)(changed)


def network(x: Any) -> Any:
    """Pictures around 0, (n, 28, 28, 1) -> features (n, 576)."""
    layers = keras().layers
    x = layers.Cropping2D(2)(x)  # 24 x 24; MNIST's digits fill the middle 20 x 20, and a quarter of the work is saved
    # Stride 2 at once: at 24 x 24 a convolution costs four times what it costs here.
    x = layers.Activation("relu")(convolution(16, 5, "same", strides=2)(x))  # 12 x 12
    # Pooled before the norm: norm and activation then touch a quarter of the numbers.
    x = normed(layers.MaxPooling2D()(convolution(32, 3, "valid")(x)))  # 5 x 5
    x = normed(convolution(64, 3, "same")(x))  # 5 x 5
    x = normed(convolution(64, 3, "valid")(x))  # 3 x 3
    return layers.Flatten()(x)


def convolution(filters: int, size: int, padding: str, strides: int = 1) -> Any:
    """A convolution without a bias, since a norm follows."""
    return keras().layers.Conv2D(
        filters, size, strides=strides, padding=padding, use_bias=False, kernel_initializer="he_normal"
    )


def normed(x: Any) -> Any:
    """Normalised over the batch, then ReLU."""
    # A short run needs a short memory: 0.99 would still remember the first weights after two epochs.
    return keras().layers.Activation("relu")(keras().layers.BatchNormalization(momentum=0.8)(x))


RECIPE = opsin.Recipe(
    data="mnist",
    split=(0.98, 0.02, 0.0),  # the test part is the set's own
    model=Architecture(
        name="mnist_fast",
        summary="Four small convolutions with a stride at once.",
        features=features,
        min_size=(28, 28),
    ),
    options={
        "epochs": 2,
        "batch_size": 256,  # 128 costs a fifth more time for the same accuracy
        "optimizer": "adamw",
        "learning_rate": 0.02,
        "weight_decay": 0.01,
        "schedule": "one_cycle",  # two epochs need its late, small steps
        "augment": "none",  # the network brings its own
        "precision": "bf16",
        "steps_per_call": 20,
    },
)
