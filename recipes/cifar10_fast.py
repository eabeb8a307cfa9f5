"""CIFAR-10 on two processor cores in 22 minutes: 0.933 of the test pictures right, 0.90 after about 20.

    opsin train recipes/cifar10_fast.py

The network and its optimizer follow airbench94 (Keller Jordan 2024, https://arxiv.org/abs/2404.00498), a descendant of
ResNet-9, changed where a processor differs from a GPU: small batches, ReLU for GELU, numbers in bfloat16.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import opsin
from opsin.models import Architecture, Blueprint
from opsin.nn.backend import keras

WIDTHS = (64, 256, 256)


def features(pixels: Any, blueprint: Blueprint, widths: tuple[int, int, int] = WIDTHS) -> Any:
    """Pixels (n, 32, 32, 3) in 0..255 -> features (n, widths[2])."""
    from opsin.nn.layers import RandomShift

    layers = keras().layers
    train = opsin.data.load("cifar10").part("train").pictures.pixels
    mean, deviation = train.mean(axis=(0, 1, 2)), train.std(axis=(0, 1, 2))
    x = RandomShift((2, 2), flips=True, seed=blueprint.seed, name="augment")(pixels)
    x = layers.Normalization(mean=mean, variance=deviation**2, dtype="float32", name="normalise")(x)
    # 2 x 2 without padding gives 31 x 31, so that each pooling drops a border instead of paying for it: 15, 7, 3.
    whiten = layers.Conv2D(24, 2, use_bias=False, trainable=False, name="whiten")
    x = layers.Activation("relu")(whiten(x))
    whiten.kernel.assign(whitening(train, mean, deviation))
    for number, width in enumerate(widths, start=1):
        x = passing(width, f"conv{number}a", x)
        x = layers.MaxPooling2D(2)(x)  # before the norm: a quarter of the work for norm and ReLU
        x = normed(x)
        x = normed(passing(width, f"conv{number}b", x))
    x = layers.GlobalMaxPooling2D()(x)
    return layers.Rescaling(1 / 9, dtype="float32")(x)  # soft answers at the start


def whitening(images: np.ndarray, mean: np.ndarray, deviation: np.ndarray, floor: float = 5e-4) -> np.ndarray:
    """(2, 2, 3, 24): 2 x 2 patches turned to uncorrelated components of unit variance, and their negatives.

    No training is spent on learning what a colour or an edge is; the negatives keep what the ReLU would cut.
    """
    pixels = (images[:5000].astype("float32") - mean) / deviation
    patches = np.lib.stride_tricks.sliding_window_view(pixels, (2, 2), axis=(1, 2))  # (n, 31, 31, 3, 2, 2)
    patches = patches.transpose(0, 1, 2, 4, 5, 3).reshape(-1, 12)
    values, vectors = np.linalg.eigh(patches.T @ patches / len(patches))
    kernel = (vectors / np.sqrt(values + floor)).reshape(2, 2, 3, 12)
    return np.concatenate([kernel, -kernel], axis=-1)


def passing(width: int, name: str, x: Any) -> Any:
    """A convolution that begins by copying its input into its first channels; the others begin random.

    Signal and gradient then reach every layer from the first step, as in a residual network, without its cost.
    """
    start = keras().initializers.VarianceScaling(1 / 3, "fan_in", "uniform")
    layer = keras().layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_initializer=start, name=name)
    y = layer(x)
    kernel = np.array(layer.kernel.numpy())
    same = np.arange(min(kernel.shape[2:]))
    kernel[..., same] = 0
    kernel[1, 1, same, same] = 1
    layer.kernel.assign(kernel)
    return y


def normed(x: Any) -> Any:
    """Normalised over the batch, then ReLU."""
    # Momentum 0.8: at these rates the statistics move fast. No scale: the next convolution has one.
    layers = keras().layers
    x = layers.BatchNormalization(momentum=0.8, epsilon=1e-5, scale=False)(x)
    return layers.Activation("relu")(x)


RECIPE = opsin.Recipe(
    data="cifar10",
    split=(0.98, 0.02, 0.0),  # the test part is the set's own
    model=Architecture(
        name="cifar10_fast",
        summary="Six convolutions with whitened patches below: airbench94 for processors.",
        features=features,
        min_size=(16, 16),
        paper="https://arxiv.org/abs/2404.00498",
    ),
    gives={"accuracy": 0.93},
    about="2,575 CPU seconds, 22 minutes of two cores, on an AMD EPYC that has bfloat16",
    options={
        "epochs": 12,
        "batch_size": 256,  # a small batch stays in the cache, and more steps learn faster
        "optimizer": "sgd",
        "learning_rate": 0.375,
        "momentum": 0.85,
        "weight_decay": 0.0089,
        "schedule": "linear",
        "label_smoothing": 0.2,
        "augment": "none",  # the network brings its own
        "views": "mirrored",
        "precision": "bf16",
        "steps_per_call": 8,
    },
)
