"""Sets that Keras can load, loaded by Keras: in a process of its own, which can be ended."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np

from opsin.core.errors import MissingWeightsError
from opsin.data.sets._builtin import Held
from opsin.store.home import is_offline
from opsin.store.progress import Progress

GOOGLE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
TORONTO = "https://www.cs.toronto.edu/~kriz/cifar.html"
"""Where Keras's loaders get what they load."""

_ANSWER_SECONDS = 4.0
_PATIENCE_SECONDS = 1800.0

# A server that falls silent is an error there, and not a wait for ever.
_PROGRAM = """
import socket, sys
socket.setdefaulttimeout(30)
import keras, numpy
(pixels, truth), (test_pixels, test_truth) = getattr(keras.datasets, sys.argv[1]).load_data()
numpy.savez(
    sys.argv[2],
    pixels=numpy.concatenate([pixels, test_pixels]),
    truth=numpy.concatenate([truth, test_truth]).reshape(-1),
    train=len(pixels),
)
"""


def from_keras(name: str, address: str, folder: Path, progress: Progress) -> Held:
    """The set as Keras's loader gives it.

    Args:
        name: of the module in `keras.datasets`.
        address: something at the host that the loader asks; when that does not answer, nothing is tried.
        folder: for scratch.
        progress: is told the beginning and the end; what lies between, Keras keeps for itself.

    Raises:
        MissingWeightsError: when Keras is not installed, its host cannot be reached, or the loader failed.
    """
    backend = _backend()
    if is_offline() or not backend or not is_reachable(address):
        why = "OPSIN_OFFLINE is set" if is_offline() else "its host cannot be reached" if backend else "it is missing"
        raise MissingWeightsError(f"Keras cannot load {name}: {why}.")
    progress(f"{name} by Keras", 0, 1)
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder) as scratch:
        file = Path(scratch) / "set.npz"
        _run([sys.executable, "-P", "-c", _PROGRAM, name, str(file)], name, backend)
        held = _read(file)
    progress(f"{name} by Keras", 1, 1)
    return held


def _backend() -> str:
    """The first of Keras's backends that is installed; "" without Keras."""
    if not importlib.util.find_spec("keras"):
        return ""
    return next((name for name in ("tensorflow", "jax", "torch") if importlib.util.find_spec(name)), "")


def is_reachable(address: str) -> bool:
    """Whether anything answers there, well or badly, within a few seconds."""
    answers: list[bool] = []
    # To look up a name may take far longer than any timeout, so it is asked beside; nobody waits for it at the end.
    asking = threading.Thread(target=lambda: answers.append(_answers(address)), daemon=True)
    asking.start()
    asking.join(_ANSWER_SECONDS)
    return answers == [True]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=_ANSWER_SECONDS):
            return True
    except urllib.error.HTTPError:
        return False
    except OSError:
        return False


def _run(command: list[str], name: str, backend: str) -> None:
    surroundings = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "2"} | os.environ
    try:
        subprocess.run(command, env=surroundings, capture_output=True, check=True, timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise MissingWeightsError(f"Keras cannot load {name}: it took longer than half an hour.") from error
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        raise MissingWeightsError(f"Keras cannot load {name}: {lines[-1] if lines else 'it failed'}.") from error


def _read(file: Path) -> Held:
    with np.load(file, allow_pickle=False) as arrays:
        pixels = arrays["pixels"].astype(np.uint8, copy=False)
        grey = pixels[..., None] if pixels.ndim == 3 else pixels
        return Held(grey, arrays["truth"].astype(np.uint8, copy=False), int(arrays["train"]))
