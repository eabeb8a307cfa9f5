"""Runs an ONNX file with ONNX Runtime: to prove that what was exported gives the same answers elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from opsin.runtime.network import Arrays


class OnnxNetwork:
    """A session of ONNX Runtime on the processor; it may be used by several threads at once.

    Args:
        path: the file; its inputs are float32.
    """

    def __init__(self, path: Path) -> None:
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.log_severity_level = 3  # errors; it warns of each shape that it cannot know beforehand
        self._session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])

    def __call__(self, batch: Arrays) -> Arrays:
        """The file's outputs, by its own names, for a batch by the names of its inputs."""
        outputs = [output.name for output in self._session.get_outputs()]
        given = {name: np.asarray(values, np.float32) for name, values in batch.items()}
        return dict(zip(outputs, self._session.run(outputs, given), strict=True))
