"""Several networks in one, taught side by side.

This module imports Keras: import it inside a function, when there is something to teach.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from opsin.nn.backend import keras as import_keras

keras = import_keras()
ops = keras.ops


@keras.saving.register_keras_serializable(package="opsin")
class Ensemble(keras.layers.Layer):  # type: ignore[misc, name-defined]  # Keras is untyped
    """The mean of its members' log scores: a list of logits, each (n, labels), in; logits (n, labels) float32 out.

    Under a cross-entropy on its answer each member learns by its own cross-entropy, as if it were alone. The
    cross-entropy of the mean would not do that: it lets members lean on each other, so that each is worse, and they
    agree less. The mean of the members' losses is larger by log(sum(exp(mean))), for any truth, smoothed or not; what
    it takes to come from one to the other is added here as a loss of the layer's own.
    """

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"dtype": "float32", **more})

    def call(self, members: Sequence[Any], training: bool = False) -> Any:
        """The mean; in training its loss is added too."""
        mean = ops.mean(ops.stack([ops.log_softmax(member) for member in members]), axis=0)  # (n, labels)
        if training:
            self.add_loss(-ops.mean(ops.logsumexp(mean, axis=-1)))
        return mean

    def compute_output_shape(self, input_shape: Sequence[Sequence[int | None]]) -> Sequence[int | None]:
        """As one of the members."""
        return input_shape[0]
