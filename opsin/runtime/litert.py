"""Runs a LiteRT file with its own runtime, as phones do."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np

from opsin.core.quiet import quietly
from opsin.runtime.network import Arrays


class LiteRtNetwork:
    """An interpreter, used by one thread at a time: it keeps its values inside.

    Args:
        path: the file; it has one input and one output, float32.
        threads: how many of the processor's cores it may use.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with quietly():  # it announces the library that it computes with
            self._interpreter = Interpreter(str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        self._lock = threading.Lock()

    def __call__(self, batch: Arrays) -> Arrays:
        """The file's output, by its own name, for a batch by the name of its input."""
        with self._lock:
            (given,), (wanted,) = self._interpreter.get_input_details(), self._interpreter.get_output_details()
            pixels = np.asarray(batch[given["name"]], np.float32)
            if tuple(given["shape"]) != pixels.shape:
                self._interpreter.resize_tensor_input(given["index"], pixels.shape)
                self._interpreter.allocate_tensors()
            self._interpreter.set_tensor(given["index"], pixels)
            self._interpreter.invoke()
            return {wanted["name"]: self._interpreter.get_tensor(wanted["index"])}
