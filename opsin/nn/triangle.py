"""A learning rate that rises and falls in straight lines. To import this imports Keras: only who needs it does."""

from __future__ import annotations

from typing import Any

from opsin.nn.backend import keras as _keras

keras = _keras()


@keras.saving.register_keras_serializable(package="opsin")
class Triangle(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc, name-defined]  # Keras is untyped
    """From nearly 0 to `peak` during `warm` steps, and to 0 at step `steps`, where it stays."""

    def __init__(self, peak: float, warm: int, steps: int) -> None:
        super().__init__()
        self.peak, self.warm, self.steps = peak, warm, steps

    def __call__(self, step: Any) -> Any:
        """The rate of a step, counted from 0."""
        done = keras.ops.cast(step, "float32")
        up = (done + 1) / self.warm
        down = (self.steps - done) / max(1, self.steps - self.warm)
        return self.peak * keras.ops.clip(keras.ops.minimum(up, down), 0.0, 1.0)

    def get_config(self) -> dict[str, Any]:
        """Its three numbers."""
        return {"peak": self.peak, "warm": self.warm, "steps": self.steps}
