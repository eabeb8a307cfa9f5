"""A network that writes captions: what is seen of a picture in, the next word out. This module imports Keras."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsin.nn.backend import jit
from opsin.nn.backend import keras as import_keras
from opsin.nn.caption_layers import NEVER, Block, Look, Scale, causal
from opsin.nn.caption_parts import parts
from opsin.nn.words import PAD, START, UNKNOWN

keras = import_keras()
layers, ops = keras.layers, keras.ops

NAME = "writer"
"""What the layer is called in its network."""


@keras.saving.register_keras_serializable(package="opsin")
class CaptionWriter(layers.Layer):  # type: ignore[misc, name-defined]  # Keras is untyped
    """Features of a picture's places become what the places tell each block; from it captions are written.

    As a layer it answers only the first half, which does not depend on any word: (n, h, w, channels) -> (n, 2 depth,
    heads, h * w, d / heads), keys and values of each block in turn. `write` and `step` answer the next words.

    Args:
        words: how many there are, those that are none (`PAD` …) included.
        longest: words of the longest caption, its end included.
        width: numbers a place and a word have inside, d.
        depth: blocks.
        looks: blocks in which places look at each other.
        dropout: share of numbers left out while it learns.
        forgets: share of the words before that are hidden while it learns, so that it looks at the picture too.
    """

    def __init__(
        self,
        words: int,
        longest: int,
        width: int = 256,
        depth: int = 3,
        looks: int = 1,
        dropout: float = 0.2,
        forgets: float = 0.1,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.sizes = {"words": words, "longest": longest, "width": width, "depth": depth, "looks": looks}
        self.shares = {"dropout": dropout, "forgets": forgets}
        self.heads = heads = max(1, width // 64)
        self.scale = Scale(name="scale")
        self.reduce = layers.Dense(width, name="reduce")
        self.looks = [Look(width, heads, dropout, name=f"look_{n}") for n in range(looks)]
        self.seen = layers.LayerNormalization(epsilon=1e-5, name="seen")
        self.embed = layers.Embedding(
            words, width, name="embed", embeddings_initializer=keras.initializers.RandomNormal(stddev=width**-0.5)
        )
        self.order = layers.Embedding(longest, width, name="order")
        self.blocks = [Block(width, heads, dropout, name=f"block_{n}") for n in range(depth)]
        self.norm = layers.LayerNormalization(epsilon=1e-5, name="norm")
        self.drop = layers.Dropout(dropout, name="drop")
        self.random = keras.random.SeedGenerator()

    def build(self, shape: Any) -> None:
        """Of (n, h, w, channels)."""
        _, height, width, channels = shape
        inside = (None, None, self.sizes["width"])
        self.where = layers.Embedding(height * width, self.sizes["width"], name="where")
        for each in (self.where, self.embed, self.order):
            each.build((None,))
        for each in (self.scale, self.reduce):
            each.build((None, height * width, channels))
        for each in (*self.looks, self.seen, *self.blocks, self.norm):
            each.build(inside)
        self.bias = self.add_weight(shape=(self.sizes["words"],), initializer="zeros", name="bias")

    def call(self, features: Any, training: bool | None = None) -> Any:
        """(n, h, w, channels) -> (n, 2 depth, heads, h * w, d / heads): what the places tell each block."""
        x = self.look(features, training=training)
        return ops.stack([part for block in self.blocks for part in block.picture.told(x)], axis=1)

    def look(self, features: Any, training: bool | None = None) -> Any:
        """(n, h, w, channels) -> (n, h * w, d): each place, among the others."""
        _, height, width, channels = features.shape
        x = ops.reshape(features, (-1, height * width, channels))
        x = self.reduce(self.drop(self.scale(x), training=training)) + self.where(ops.arange(height * width))
        for look in self.looks:
            x = look(x, training=training)
        return self.drop(self.seen(x), training=training)

    def compute_output_shape(self, shape: Any) -> tuple[Any, ...]:
        """(n, 2 depth, heads, h * w, d / heads)."""
        return shape[0], 2 * len(self.blocks), self.heads, shape[1] * shape[2], self.sizes["width"] // self.heads

    def write(self, seen: Any, words: Any, training: bool | None = None) -> Any:
        """Logits of each next word of captions that are there already.

        Args:
            seen: (n, 2 depth, heads, places, d / heads), as the layer answers.
            words: (n, c, t) of c captions of each picture, that begin with `START`.
            training: whether it learns.

        Returns:
            (n, c, t, words) float32.
        """
        _, captions, length = words.shape
        words = ops.reshape(words, (-1, length))
        words = self._forgotten(words) if training else words
        x = self.drop(self._placed(words, ops.arange(length)), training=training)
        later = ops.cast(causal(length), x.dtype)
        for block, told in zip(self.blocks, _pairs(ops.unstack(seen, axis=1)), strict=True):
            x, _ = block(x, told, later, training=training)
        return ops.reshape(self._logits(x), (-1, captions, length, self.sizes["words"]))

    def step(self, seen: Sequence[Any], words: Any, place: Any, past: Sequence[Any]) -> tuple[Any, Any]:
        """Logits of one word more; what earlier words told is given, not worked out again.

        Args:
            seen: 2 depth arrays (n, heads, places, d / heads): the layer's answer, taken apart.
            words: (n * captions, 1) the last word of each caption.
            place: (n * captions, 1) which one it is.
            past: 2 depth arrays (n * captions, heads, longest, d / heads): what each of the earlier words told, at its
                place. Their size is the same, whatever was said: engines make ready anew for each new size, which takes
                longer than to look at some places in vain.

        Returns:
            (n * captions, words) logits, and (n * captions, 2 depth, heads, d / heads) what this word tells.
        """
        places = ops.arange(self.sizes["longest"], dtype=place.dtype)
        here = ops.equal(places[None], place)[:, None, :, None]  # (n * captions, 1, longest, 1)
        later = ops.where(places[None] > place, NEVER, 0.0)[:, None, None]  # (n * captions, 1, 1, longest)
        x, all_told = self._placed(words, place), list[Any]()
        later, past = ops.cast(later, x.dtype), [ops.cast(part, x.dtype) for part in past]
        for block, looked, before in zip(self.blocks, _pairs(seen), _pairs(past), strict=True):
            x, told = block(x, looked, later, before, here)
            all_told += told
        return self._logits(ops.squeeze(x, 1)), ops.squeeze(ops.stack(all_told, axis=1), 3)

    def get_config(self) -> dict[str, Any]:
        """As it was made."""
        return {"name": self.name, **self.sizes, **self.shares}

    def _forgotten(self, words: Any) -> Any:
        """The words, some of them hidden, but not the start."""
        hidden = keras.random.uniform(ops.shape(words), seed=self.random) < self.shares["forgets"]
        return ops.where(ops.logical_and(hidden, words != START), UNKNOWN, words)

    def _placed(self, words: Any, places: Any) -> Any:
        return self.embed(words) * self.sizes["width"] ** 0.5 + self.order(places)

    def _logits(self, x: Any) -> Any:
        """(…, d) -> (…, words) float32: how alike it is to each word."""
        alike = ops.matmul(self.norm(x), ops.transpose(ops.cast(self.embed.embeddings, x.dtype)))
        return ops.cast(alike, "float32") + ops.cast(self.bias, "float32")


def _pairs(parts: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Keys and values of each block, of those of all blocks in turn."""
    return list(zip(parts[::2], parts[1::2], strict=True))


class OneMore(keras.Model):  # type: ignore[misc, name-defined]
    """`CaptionWriter.step` as a model: never in training, its inputs and outputs named, see `parts`.

    Args:
        writer: the layer; it is asked as it is at that moment.
    """

    def __init__(self, writer: CaptionWriter) -> None:
        super().__init__(name="step")
        self.writer = writer
        self.jit_compile = jit()

    def call(self, inputs: Any) -> dict[str, Any]:
        """See `CaptionWriter.step`."""
        count = 2 * len(self.writer.blocks)
        seen, past = ([inputs[name] for name in parts(of, count)] for of in ("seen", "past"))
        logits, told = self.writer.step(seen, inputs["words"], inputs["place"], past)
        return {"logits": logits, "told": ops.cast(told, "float32")}

    def asked(self, batch: Any) -> dict[str, Any]:
        """The outputs for a batch of arrays, as arrays."""
        answer: dict[str, Any] = self.predict_on_batch(dict(batch))
        return answer


class CaptionLoss(keras.losses.Loss):  # type: ignore[misc, name-defined]
    """How unlikely true captions are, word by word, to who has seen the picture.

    Args:
        writer: the layer whose answer is judged: it goes on to write.
        smoothing: share of certainty that is spread over all words.
        temperature: logits are divided by it, as where captions were drawn.
    """

    def __init__(self, writer: CaptionWriter, smoothing: float, temperature: float = 1.0) -> None:
        super().__init__(name="caption_loss", dtype="float32")
        self.writer, self.smoothing, self.temperature = writer, smoothing, temperature

    def call(self, rows: Any, seen: Any) -> Any:
        """(n,) the mean over the words of a picture's captions, each weighed.

        Args:
            rows: (n, c, t + 2): the words of c captions from `START` on, and what each caption counts.
            seen: (n, 2 depth, …), as the layer answers.
        """
        words = ops.cast(rows[..., :-1], "int32")
        # A loss is not told whether anything is learned; on validation pictures it is a little too high.
        logits = self.writer.write(ops.cast(seen, self.writer.compute_dtype), words[..., :-1], training=True)
        logs = ops.log_softmax(logits / self.temperature)  # (n, c, t, words)
        wanted = ops.take_along_axis(logs, words[..., 1:, None], axis=-1)[..., 0]  # (n, c, t)
        wrong = -(1 - self.smoothing) * wanted - self.smoothing * ops.mean(logs, axis=-1)
        is_word = ops.cast(words[..., 1:] != PAD, "float32")
        weights = is_word * ops.cast(rows[..., -1:], "float32")
        return ops.sum(wrong * weights, axis=(1, 2)) / ops.maximum(ops.sum(is_word, axis=(1, 2)), 1.0)
