"""The one way to Keras: its backend is chosen, quietly, before it is imported."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from opsin.core.errors import MissingExtraError
from opsin.core.quiet import quietly

# In this order: on a processor TensorFlow trains 3 to 8 times faster than the others, and it alone exports everything.
BACKENDS = ("tensorflow", "jax", "torch")


def keras() -> ModuleType:
    """The package Keras, on the backend of KERAS_BACKEND, or on the first that is installed.

    Raises:
        MissingExtraError: when Keras, or a backend for it, is not installed.
    """
    found = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if not found or not importlib.util.find_spec("keras"):
        raise MissingExtraError("Teaching and Keras models", "train")
    os.environ.setdefault("KERAS_BACKEND", found[0])
    # TensorFlow's C++ side tells of its processor, and of attributes of its own that it does not know; what matters to
    # a person comes as an exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "keras" in sys.modules:  # nothing more will be said, and `quietly` is not free
        return sys.modules["keras"]
    with quietly():  # TensorFlow speaks of oneDNN while it is imported, before any of its settings is heard
        loaded = importlib.import_module("keras")
    # It warns of every third network in one process that it was built anew: true, and of no use to anyone.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return loaded


@contextmanager
def inlined() -> Iterator[None]:
    """Inside, compiled functions are taken apart: their steps come to lie in the graph that calls them.

    Keras compiles grouped convolutions with XLA, for their gradient; in a file for another engine nothing could run
    such a function.
    """
    if keras().backend.backend() != "tensorflow":
        yield
        return
    import tensorflow

    before = tensorflow.config.functions_run_eagerly()
    tensorflow.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tensorflow.config.run_functions_eagerly(before)


def jit() -> bool | str:
    """What Keras is to be told about compiling with XLA: on TensorFlow's processors it makes everything slower."""
    return False if keras().backend.backend() == "tensorflow" else "auto"
