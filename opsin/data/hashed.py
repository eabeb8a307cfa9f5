"""Perceptual hashes that are kept: a folder that was read once to find near duplicates need not be read again."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.data.files import Files, Zipped
from opsin.data.near import Hashes, hashes
from opsin.store.files import write_atomically
from opsin.store.home import home
from opsin.store.progress import Progress, silent

_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def hashed(pictures: Files | Zipped, progress: Progress = silent) -> Hashes:
    """(n,) as `opsin.data.near.hashes`; only files that are new or have changed since the last time are read."""
    path = home() / "hashes" / f"{hashlib.sha256(str(pictures.place).encode(errors='replace')).hexdigest()[:16]}.npz"
    stamps = np.array([_number(pictures.stamp(index)) for index in range(len(pictures))], np.uint64)
    known = _known(path)
    missing = np.array([index for index, stamp in enumerate(stamps.tolist()) if stamp not in known], np.intp)
    if len(missing):
        found = hashes(pictures.take(missing), progress)
        known |= dict(zip(stamps[missing].tolist(), found.tolist(), strict=True))
        _keep(path, stamps, known)
    return np.array([known[stamp] for stamp in stamps.tolist()], np.uint64)


def _number(stamp: str) -> int:
    return int.from_bytes(hashlib.sha256(stamp.encode(errors="surrogateescape")).digest()[:8], "big")


def _known(path: Path) -> dict[int, int]:
    """Hashes by stamps. What is damaged is made anew: it holds nothing that cannot be."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return dict(zip(arrays["stamps"].tolist(), arrays["hashes"].tolist(), strict=True))
    except _DAMAGED:
        return {}


def _keep(path: Path, stamps: NDArray[np.uint64], known: dict[int, int]) -> None:
    """Those of the pictures that are there now."""
    with write_atomically(path) as file:
        np.savez(file, stamps=stamps, hashes=np.array([known[stamp] for stamp in stamps.tolist()], np.uint64))
