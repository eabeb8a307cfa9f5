"""Runs a Keras model behind the same protocol: the yardstick for what was exported, and the way where nothing was."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from opsin.runtime.network import Arrays


class KerasNetwork:
    """A Keras model with one input and one output.

    Args:
        model: the model, loaded already.
        input_name: of the batch's only array, (n, h, w, c) of any number type.
        output_name: what the model's output is to be called.
    """

    def __init__(self, model: Any, input_name: str, output_name: str) -> None:
        self._model = model
        self._input, self._output = input_name, output_name
        self._lock = threading.Lock()

    def __call__(self, batch: Arrays) -> Arrays:
        """The raw output of a batch, float32. One call at a time: Keras builds its function in the first one."""
        pixels = np.asarray(batch[self._input], np.float32)
        with self._lock:
            return {self._output: np.asarray(self._model.predict_on_batch(pixels), np.float32)}
