"""Built-in sets in the cache: fetched once, checked, and kept as arrays."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from opsin.core.errors import DamagedWeightsError, MissingWeightsError, OpsinError
from opsin.data.sets._builtin import BuiltIn, Held
from opsin.store.files import write_atomically
from opsin.store.home import home
from opsin.store.lock import locked
from opsin.store.progress import Progress, silent

_DAMAGED = (zipfile.BadZipFile, ValueError, KeyError, EOFError, OSError)


def path_of(built_in: BuiltIn) -> Path:
    """Where the set lies in the cache, or will."""
    return home() / "data" / f"{built_in.name}.npz"


def kept(built_in: BuiltIn, progress: Progress | None = None) -> Held:
    """The set's pictures, fetched when they are not in the cache.

    Several processes may do this at once: one fetches, the others wait and find it done.

    Raises:
        MissingWeightsError: when it cannot be had; the message says where else it can be.
        DamagedWeightsError: when it has other bytes than promised.
        OpsinError: when the cache cannot be written to.
    """
    path = path_of(built_in)
    if not path.exists():
        with locked(path.with_name(f".{built_in.name}.lock")):
            # Somebody else may have fetched it while we waited.
            if not path.exists():
                _keep(_fetched(built_in, path.parent, progress or silent), path)
    return _read(path)


def _fetched(built_in: BuiltIn, folder: Path, progress: Progress) -> Held:
    """By the first way that works."""
    problems: list[OpsinError] = []
    for way in built_in.ways:
        try:
            held = way(folder, progress)
            _check(built_in, held)
        except OpsinError as error:
            problems.append(error)
        else:
            return held
    reasons = " ".join(str(problem).rstrip(".") + "." for problem in problems)
    raise MissingWeightsError(
        f"{built_in.name} cannot be had. {reasons} Or copy {path_of(built_in)} from a machine that has it."
    )


def _check(built_in: BuiltIn, held: Held) -> None:
    if built_in.sha256 and held.sha256() != built_in.sha256:
        raise DamagedWeightsError(
            f"{built_in.name} must have pixels and labels with sha256 {built_in.sha256}; got {held.sha256()}."
        )


def _keep(held: Held, path: Path) -> None:
    with write_atomically(path) as file:
        np.savez(file, pixels=held.pixels, truth=held.truth, train=np.int64(held.train))


def _read(path: Path) -> Held:
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Held(arrays["pixels"], arrays["truth"], int(arrays["train"]))
    except _DAMAGED as error:
        raise DamagedWeightsError(f"{path} is damaged: {error}. Delete it, and it will be fetched again.") from error
