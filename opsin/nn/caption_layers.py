"""The layers of a network that writes captions, word after word. This module imports Keras.

Vaswani et al., Attention Is All You Need, https://arxiv.org/abs/1706.03762; normalised before each part, as in
Xiong et al., On Layer Normalization in the Transformer Architecture, https://arxiv.org/abs/2002.04745.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.nn.backend import keras as import_keras

keras = import_keras()
layers, ops = keras.layers, keras.ops

LEAST_SPREAD = 1e-3
"""What the spread of a channel is counted higher, so that one that never changes stays small."""

NEVER = -1e9
"""Added to how much is looked at what must not be seen."""


@keras.saving.register_keras_serializable(package="opsin")
class Scale(layers.Layer):  # type: ignore[misc, name-defined]  # Keras is untyped
    """Brings each channel to mean 0 and spread 1, as it was in the pictures that were looked at."""

    def build(self, shape: Any) -> None:
        """Of (n, places, channels)."""
        self.mean = self.add_weight(shape=(shape[-1],), initializer="zeros", trainable=False, name="mean")
        self.spread = self.add_weight(shape=(shape[-1],), initializer="ones", trainable=False, name="spread")

    def adapt(self, some: NDArray[Any]) -> None:
        """Look at (n, channels) numbers."""
        self.mean.assign(some.mean(axis=0))
        self.spread.assign(some.std(axis=0) + LEAST_SPREAD)

    def call(self, x: Any) -> Any:
        """(n, places, channels) -> the same."""
        return (x - ops.cast(self.mean, x.dtype)) / ops.cast(self.spread, x.dtype)


@keras.saving.register_keras_serializable(package="opsin")
class Attention(layers.Layer):  # type: ignore[misc, name-defined]
    """Each of some places asks all places of a memory, and takes of each as much as it answers.

    Args:
        width: numbers a place, d.
        heads: questions asked side by side, each in d / heads of the numbers.
        dropout: share of the answers left out while it learns.
    """

    def __init__(self, width: int, heads: int, dropout: float, **more: Any) -> None:
        super().__init__(**more)
        self.width, self.heads = width, heads
        self.ask = layers.Dense(width, name="ask")
        self.tell = layers.Dense(2 * width, name="tell")
        self.merge = layers.Dense(width, name="merge")
        self.drop = layers.Dropout(dropout)

    def build(self, shape: Any) -> None:
        """Of (n, places, d)."""
        for each in (self.ask, self.tell, self.merge):
            each.build(shape)

    def told(self, memory: Any) -> tuple[Any, Any]:
        """(n, places, d) -> two of (n, heads, places, d / heads): what each place answers to, and what it answers."""
        keys, values = ops.split(self.tell(memory), 2, axis=-1)  # (n, places, d) each
        return self._heads(keys), self._heads(values)

    def call(self, x: Any, told: tuple[Any, Any], later: Any = None, training: bool | None = None) -> Any:
        """What is found by those that ask.

        Args:
            x: (n, q, d) that ask.
            told: keys and values (n, heads, k, d / heads) of the memory.
            later: added to the looks (n, heads, q, k).
            training: whether it learns.

        Returns:
            (n, q, d).
        """
        keys, values = told
        queries = self._heads(self.ask(x))  # (n, heads, q, d / heads)
        looks = ops.matmul(queries, ops.transpose(keys, (0, 1, 3, 2))) / math.sqrt(self.width // self.heads)
        if later is not None:
            looks = looks + later  # (n, heads, q, k)
        # `softmax` itself takes a single place, as the first word sees, for a mistake.
        shares = self.drop(ops.exp(ops.log_softmax(looks, axis=-1)), training=training)
        found = ops.transpose(ops.matmul(shares, values), (0, 2, 1, 3))  # (n, q, heads, d / heads)
        return self.merge(ops.reshape(found, (-1, ops.shape(x)[1], self.width)))

    def _heads(self, x: Any) -> Any:
        """(n, t, d) -> (n, heads, t, d / heads)."""
        split = ops.reshape(x, (-1, ops.shape(x)[1], self.heads, self.width // self.heads))
        return ops.transpose(split, (0, 2, 1, 3))


@keras.saving.register_keras_serializable(package="opsin")
class Thought(layers.Layer):  # type: ignore[misc, name-defined]
    """Two dense layers, the one between four times as wide."""

    def __init__(self, width: int, dropout: float, **more: Any) -> None:
        super().__init__(**more)
        self.widen = layers.Dense(4 * width, activation="gelu", name="widen")
        self.narrow = layers.Dense(width, name="narrow")
        self.drop = layers.Dropout(dropout)
        self.width = width

    def build(self, shape: Any) -> None:
        """Of (n, places, d)."""
        self.widen.build(shape)
        self.narrow.build((*shape[:-1], 4 * self.width))

    def call(self, x: Any, training: bool | None = None) -> Any:
        """(…, d) -> (…, d)."""
        return self.narrow(self.drop(self.widen(x), training=training))


@keras.saving.register_keras_serializable(package="opsin")
class Look(layers.Layer):  # type: ignore[misc, name-defined]
    """Each place of the picture looks at all others, then thinks about it."""

    def __init__(self, width: int, heads: int, dropout: float, **more: Any) -> None:
        super().__init__(**more)
        self.others = Attention(width, heads, dropout, name="others")
        self.thought = Thought(width, dropout, name="thought")
        self.norms = [layers.LayerNormalization(epsilon=1e-5, name=f"norm_{n}") for n in range(2)]
        self.drop = layers.Dropout(dropout)

    def build(self, shape: Any) -> None:
        """Of (n, places, d)."""
        for each in (self.others, self.thought, *self.norms):
            each.build(shape)

    def call(self, x: Any, training: bool | None = None) -> Any:
        """(n, p, d) -> (n, p, d)."""
        normed = self.norms[0](x)
        x = x + self.drop(self.others(normed, self.others.told(normed), training=training), training=training)
        return x + self.drop(self.thought(self.norms[1](x), training=training), training=training)


@keras.saving.register_keras_serializable(package="opsin")
class Block(layers.Layer):  # type: ignore[misc, name-defined]
    """Each word looks at the words before it, then at the picture, then thinks about it."""

    def __init__(self, width: int, heads: int, dropout: float, **more: Any) -> None:
        super().__init__(**more)
        self.words = Attention(width, heads, dropout, name="words")
        self.picture = Attention(width, heads, dropout, name="picture")
        self.thought = Thought(width, dropout, name="thought")
        self.norms = [layers.LayerNormalization(epsilon=1e-5, name=f"norm_{n}") for n in range(3)]
        self.drop = layers.Dropout(dropout)

    def build(self, shape: Any) -> None:
        """Of (n, words, d)."""
        for each in (self.words, self.picture, self.thought, *self.norms):
            each.build(shape)

    def call(
        self,
        x: Any,
        seen: tuple[Any, Any],
        later: Any,
        past: tuple[Any, Any] | None = None,
        here: Any = None,
        training: bool | None = None,
    ) -> tuple[Any, tuple[Any, Any]]:
        """One block.

        Args:
            x: (n * captions, t, d) words.
            seen: keys and values (n, heads, p, d / heads): what the places of the picture tell.
            later: added to the looks (n * captions, heads, t, all words): `NEVER` where a word would see a later one.
            past: (n * captions, heads, all words, d / heads) keys and values of earlier words, when they are not in x;
                t is 1 then.
            here: (n * captions, 1, all words, 1) which of them x is.
            training: whether it learns.

        Returns:
            (n * captions, t, d), and keys and values (n * captions, heads, t, d / heads) of these words.
        """
        normed = self.norms[0](x)
        told = self.words.told(normed)
        all_told = told if past is None else tuple(map(partial(ops.where, here), told, past))
        x = x + self.drop(self.words(normed, all_told, later, training=training), training=training)
        t, d = ops.shape(x)[1], x.shape[2]
        # All words of all captions of a picture ask its places at once: these need not be copied for each caption.
        asked = ops.reshape(self.norms[1](x), (ops.shape(seen[0])[0], -1, d))
        looked = ops.reshape(self.picture(asked, seen, training=training), (-1, t, d))
        x = x + self.drop(looked, training=training)
        return x + self.drop(self.thought(self.norms[2](x), training=training), training=training), told


def causal(length: int) -> Any:
    """(length, length): no word sees a later one."""
    return np.triu(np.full((length, length), NEVER, np.float32), 1)
