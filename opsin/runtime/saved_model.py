"""Runs a TensorFlow SavedModel with TensorFlow. Only for one that was written a moment ago: it may do anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from opsin.core.quiet import quietly
from opsin.runtime.network import Arrays


class SavedModelNetwork:
    """The serving signature of a SavedModel.

    Args:
        path: its folder, from nobody else: the graph in it may read and write files.
    """

    def __init__(self, path: Path) -> None:
        import tensorflow

        with quietly():
            self._whole = tensorflow.saved_model.load(str(path))  # its variables live as long as it does
        self._answer = self._whole.signatures["serving_default"]

    def __call__(self, batch: Arrays) -> Arrays:
        """The signature's outputs by name, for a batch by the names of its inputs."""
        import tensorflow

        given = {name: tensorflow.constant(np.asarray(values, np.float32)) for name, values in batch.items()}
        return {name: value.numpy() for name, value in self._answer(**given).items()}
