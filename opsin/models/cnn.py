"""Small convolutional networks by numbers, among them the one of Keras's own tutorials.

https://www.tensorflow.org/tutorials/images/cnn
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from opsin.core.errors import OptionError, UsageError
from opsin.models._architecture import ARCHITECTURES, Architecture, Blueprint
from opsin.nn.backend import keras

# fmt: off
ACTIVATIONS = (
    "celu", "elu", "exponential", "gelu", "hard_sigmoid", "hard_silu", "leaky_relu", "linear", "mish", "relu", "relu6",
    "selu", "sigmoid", "silu", "softplus", "softsign", "tanh",
)
# fmt: on
"""What an activation can be, as Keras names them."""
POOLS = ("max", "average", "none")
POOL_SIDE = 2


@dataclass(frozen=True, kw_only=True)
class _Numbers:
    """What a network is made of: see `cnn`."""

    filters: tuple[int, ...]
    kernel: int
    activation: str
    pool: str
    dense: tuple[int, ...]
    dropout: float
    batch_norm: bool

    def features(self, pixels: Any, blueprint: Blueprint) -> Any:
        """Pixels (n, h, w, c) in 0..255 -> features (n, d)."""
        layers = keras().layers
        x = layers.Rescaling(1 / 255, name="rescale")(pixels)
        for number, filters in enumerate(self.filters, start=1):
            if number > 1 and self.pool != "none":
                x = self._pooling(number - 1)(x)
            convolution = layers.Conv2D(filters, self.kernel, use_bias=not self.batch_norm, name=f"conv{number}")
            x = self._activated(convolution(x), f"conv{number}")
        x = layers.Flatten(name="flatten")(x)
        for number, units in enumerate(self.dense, start=1):
            x = layers.Dense(units, use_bias=not self.batch_norm, name=f"dense{number}")(x)
            x = self._activated(x, f"dense{number}")
        return x

    def check(self, blueprint: Blueprint) -> None:
        """Refuse more layers than the picture has pixels for."""
        asked, side = len(self.filters), min(blueprint.size)
        if side < self.side(asked):
            fitting = sum(self.side(count) <= side for count in range(1, asked + 1))
            height, width = blueprint.size
            raise UsageError(
                f"{asked} convolutions of {self.kernel} x {self.kernel} with pooling {self.pool!r} need pictures of at "
                f"least {self.side(asked)} pixels a side; got {height} x {width}, for which {fitting} would fit. Give "
                "fewer filters, a smaller kernel, no pooling, or a larger input size."
            )

    def side(self, convolutions: int) -> int:
        """The side in pixels of the smallest picture that so many convolutions can look at."""
        side = 1
        for number in range(convolutions):
            side = side * (POOL_SIDE if number and self.pool != "none" else 1) + self.kernel - 1
        return side

    def _pooling(self, number: int) -> Any:
        layers = keras().layers
        kind = layers.MaxPooling2D if self.pool == "max" else layers.AveragePooling2D
        return kind(POOL_SIDE, name=f"pool{number}")

    def _activated(self, x: Any, name: str) -> Any:
        layers = keras().layers
        if self.batch_norm:
            x = layers.BatchNormalization(name=f"{name}_norm")(x)
        return layers.Activation(self.activation, name=f"{name}_{self.activation}")(x)


def cnn(
    filters: Sequence[int] = (32, 64, 64),
    kernel: int = 3,
    activation: str = "relu",
    pool: str = "max",
    dense: Sequence[int] = (64,),
    dropout: float = 0.5,
    batch_norm: bool = False,
) -> Architecture:
    """A convolutional network by numbers: convolution, pooling, ..., convolution, flatten, dense, dropout.

    Args:
        filters: how many filters each convolution has; between two convolutions there is one pooling.
        kernel: side of the filters in pixels.
        activation: what follows each convolution and each dense layer: one of `ACTIVATIONS`.
        pool: "max", "average", or "none".
        dense: how many units each dense layer between the convolutions and the answer has; () for none.
        dropout: share of features left out in training, before the last layer.
        batch_norm: whether each layer's output is normalised over the batch.

    Raises:
        OptionError: for a number or a name that cannot be.

    >>> cnn(filters=(8, 16)).min_size
    (8, 8)
    """
    numbers = _Numbers(
        filters=_counts("filters", filters),
        kernel=_counts("kernel", [kernel])[0],
        activation=_one_of("activation", activation, ACTIVATIONS),
        pool=_one_of("pool", pool, POOLS),
        dense=_counts("dense", dense),
        dropout=_share("dropout", dropout),
        batch_norm=batch_norm,
    )
    if not numbers.filters:
        raise OptionError("filters must name at least one convolution, like (32, 64); got none.")
    side = numbers.side(len(numbers.filters))
    return Architecture(
        name="cnn",
        summary="A convolutional network by numbers.",
        features=numbers.features,
        min_size=(side, side),
        dropout=numbers.dropout,
        check=numbers.check,
    )


def _counts(name: str, values: Any) -> tuple[int, ...]:
    counts: tuple[Any, ...] = tuple(values) if isinstance(values, Iterable) else (values,)
    for value in counts:
        # In Python True is an int; as a number of things it is a mistake.
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise OptionError(f"{name} must be whole numbers of at least 1; got {value!r}.")
    return counts


def _one_of(name: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise OptionError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")
    return value


def _share(name: str, value: float) -> float:
    if not 0 <= value < 1:
        raise OptionError(f"{name} must be at least 0 and less than 1; got {value!r}.")
    return float(value)


TUTORIAL = replace(
    cnn(),
    name="tutorial",
    summary="The network of Keras's tutorials: three convolutions, two poolings, a dense layer.",
    paper="https://www.tensorflow.org/tutorials/images/cnn",
)
BATCH_NORM = replace(
    cnn(batch_norm=True),
    name="tutorial_batchnorm",
    summary="The network of Keras's tutorials, its layers normalised over the batch.",
    paper="https://arxiv.org/abs/1502.03167",
)
for _network in (TUTORIAL, BATCH_NORM):
    ARCHITECTURES.add(_network.name, _network)
