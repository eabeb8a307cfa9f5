"""The whole state of a training after an epoch, in one file: from it a run goes on as if it had never stopped."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import RunError
from opsin.store.files import write_atomically


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What there is to remember after an epoch.

    Attributes:
        epoch: how many are done.
        history: a row for each.
        weights: of the network and all its generators of random numbers, in Keras's order.
        optimizer: its variables, in Keras's order.
        best: the weights of the best epoch; none when nothing was judged yet.
        best_value: the figure of that epoch.
        callbacks: what each callback remembers, in their order.
    """

    epoch: int
    history: tuple[Mapping[str, float], ...]
    weights: tuple[NDArray[Any], ...]
    optimizer: tuple[NDArray[Any], ...]
    best: tuple[NDArray[Any], ...] = ()
    best_value: float | None = None
    callbacks: tuple[Mapping[str, Any], ...] = ()

    def save(self, path: Path) -> None:
        """Writes the file whole or not at all."""
        groups = {"weights": self.weights, "optimizer": self.optimizer, "best": self.best}
        arrays = {f"{group}/{index}": each for group, some in groups.items() for index, each in enumerate(some)}
        facts = {
            "epoch": self.epoch,
            "history": [dict(row) for row in self.history],
            "best_value": self.best_value,
            "callbacks": [_plain(each, f"callbacks/{index}", arrays) for index, each in enumerate(self.callbacks)],
        }
        with write_atomically(path) as file:
            np.savez(file, allow_pickle=False, facts=np.frombuffer(json.dumps(facts).encode(), np.uint8), **arrays)

    @classmethod
    def load(cls, path: Path) -> Checkpoint:
        """The state in a file.

        Raises:
            RunError: when it cannot be read.
        """
        try:
            # Opened here: NumPy leaves a file open that turns out to be damaged.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = {name: archive[name] for name in archive.files}
            facts = json.loads(arrays.pop("facts").tobytes())
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise RunError(f"{path} cannot be read ({error}). Begin the run anew.") from error
        return cls(
            epoch=facts["epoch"],
            history=tuple(facts["history"]),
            weights=_group(arrays, "weights"),
            optimizer=_group(arrays, "optimizer"),
            best=_group(arrays, "best"),
            best_value=facts["best_value"],
            callbacks=tuple(_filled(each, arrays) for each in facts["callbacks"]),
        )


def _group(arrays: Mapping[str, NDArray[Any]], group: str) -> tuple[NDArray[Any], ...]:
    count = sum(name.startswith(f"{group}/") for name in arrays)
    return tuple(arrays[f"{group}/{index}"] for index in range(count))


def remembered(callback: Any) -> dict[str, Any]:
    """What a Keras callback remembers: its attributes that are numbers, texts, truths, arrays, or lists of arrays.

    The model and the figures of the epoch are Keras's and are set anew; what else a callback holds (an open file, a
    function) it makes itself when training begins.
    """
    return {name: value for name, value in vars(callback).items() if _can_be_kept(value)}


def restore(callback: Any, kept: Mapping[str, Any]) -> None:
    """Gives a callback back what it remembered."""
    vars(callback).update(kept)


def _can_be_kept(value: object) -> bool:
    if isinstance(value, (bool, int, float, str, np.ndarray, np.generic, type(None))):
        return True
    return isinstance(value, list) and bool(value) and all(isinstance(each, np.ndarray) for each in value)


def _plain(kept: Mapping[str, Any], prefix: str, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The same as JSON can hold it; arrays go to `arrays`, and their names stand in their place."""
    plain: dict[str, Any] = {}
    for name, value in kept.items():
        if isinstance(value, list):
            names = [f"{prefix}/{name}/{index}" for index in range(len(value))]
            arrays.update(zip(names, value, strict=True))
            plain[name] = {"arrays": names}
        elif isinstance(value, np.ndarray):
            arrays[f"{prefix}/{name}"] = value
            plain[name] = {"array": f"{prefix}/{name}"}
        else:
            plain[name] = value.item() if isinstance(value, np.generic) else value
    return plain


def _filled(plain: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> dict[str, Any]:
    """The reverse of `_plain`."""
    filled: dict[str, Any] = {}
    for name, value in plain.items():
        if isinstance(value, dict):
            many = [arrays[each] for each in value.get("arrays", ())]
            filled[name] = many if "arrays" in value else arrays[value["array"]]
        else:
            filled[name] = value
    return filled


def values(variables: Iterable[Any]) -> tuple[NDArray[Any], ...]:
    """Copies of Keras variables."""
    return tuple(np.copy(variable.numpy()) for variable in variables)


def assign(variables: Sequence[Any], arrays: Sequence[NDArray[Any]], where: Path) -> None:
    """Gives Keras variables their values back.

    Raises:
        RunError: when these are the values of another network.
    """
    shapes = [tuple(variable.shape) for variable in variables]
    came = [array.shape for array in arrays]
    if shapes != came:
        raise RunError(f"{where} holds the state of another network: {len(came)} arrays for {len(shapes)} variables.")
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
