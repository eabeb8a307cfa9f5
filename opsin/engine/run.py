"""A run's folder: what was asked, what happened at each epoch, and the model that came of it."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from opsin.core.errors import RunError
from opsin.store.files import write_atomically, writing_to
from opsin.weights.card import Card
from opsin.weights.folder import folder_of, read_card

FACTS, HISTORY = "run.json", "history.csv"


@dataclass(frozen=True)
class Run:
    """A run: a folder that holds everything about one training.

    Attributes:
        folder: where it lies.
    """

    folder: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", Path(self.folder))

    def __str__(self) -> str:
        return str(self.folder)

    def __fspath__(self) -> str:
        return str(self.folder)

    @property
    def facts(self) -> dict[str, Any]:
        """What was asked, of what data, with which versions, on which machine, and how it stands: run.json.

        Raises:
            RunError: when the folder is no run's.
        """
        try:
            facts = json.loads((self.folder / FACTS).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RunError(f"{self.folder} is no run of opsin train: its {FACTS} cannot be read ({error}).") from error
        if not isinstance(facts, dict):
            raise RunError(f"{self.folder} is no run of opsin train: its {FACTS} holds no object.")
        return facts

    @property
    def history(self) -> list[dict[str, float]]:
        """A row for each epoch: epoch, seconds, cpu_seconds, and Keras's figures."""
        path = self.folder / HISTORY
        if not path.is_file():
            return []
        with path.open(newline="", encoding="utf-8") as file:
            return [{name: float(value) for name, value in row.items() if value} for row in csv.DictReader(file)]

    @property
    def card(self) -> Card:
        """The card of the model; it is there when the run has ended."""
        return read_card(self.folder)

    def write_facts(self, **facts: Any) -> None:
        """Adds to run.json, or changes it."""
        whole = {**(self.facts if (self.folder / FACTS).exists() else {}), **facts}
        with write_atomically(self.folder / FACTS) as file:
            file.write(json.dumps(whole, indent=2, ensure_ascii=False).encode() + b"\n")

    def write_history(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Writes history.csv anew."""
        names = list(dict.fromkeys(name for row in rows for name in row))
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, names, restval="")
        table.writeheader()
        table.writerows([{name: _short(value) for name, value in row.items()} for row in rows])
        with write_atomically(self.folder / HISTORY) as file:
            file.write(text.getvalue().encode())


def _short(value: float) -> str:
    return f"{value:.7g}"


def model_folder(run: str | os.PathLike[str]) -> Path:
    """The folder of the model that was taught: a run that has ended, or what was exported from one.

    Raises:
        RunError: when there is no model; the message says whether there will be.
    """
    folder = folder_of(os.fspath(run))
    if folder is not None:
        return folder
    if (Path(run) / FACTS).is_file():
        status = Run(Path(run)).facts.get("status")
        raise RunError(f"{run} has no model yet ({status}). Go on with it: opsin train --resume {run}")
    raise RunError(f"{run} is no folder of a taught model: there is no card.json. Name a run, as runs/mnist-tutorial.")


def begin(runs: Path, name: str | None, stem: str, facts: Mapping[str, Any]) -> Run:
    """A new run's folder with its run.json: it appears whole, or not at all.

    Args:
        runs: the folder of all runs.
        name: of the run; None takes `stem`, or the first of stem-2, stem-3 … that is free.
        stem: a name made of data and model.
        facts: what run.json begins with.

    Raises:
        RunError: when there is something by that name already, or the name is a path.
    """
    if name is not None and (Path(name).name != name or name in (".", "..")):
        raise RunError(f"--name must be one name without folders; got {name!r}. The folder is given by --runs.")
    beside = runs / f".{uuid.uuid4().hex}"
    try:
        Run(beside).write_facts(**facts)
        with writing_to(runs):
            return Run(_renamed(beside, runs, name, stem))
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _renamed(beside: Path, runs: Path, name: str | None, stem: str) -> Path:
    number = 1
    while True:
        folder = runs / (name or (stem if number == 1 else f"{stem}-{number}"))
        # A folder takes the place of an empty one without a word on some systems: that one was somebody's too.
        if not folder.exists():
            try:
                return beside.rename(folder)
            except OSError:
                if not folder.exists():
                    raise
        if name:
            raise RunError(f"{folder} exists. Give another --name, or go on with it: opsin train --resume {folder}")
        number += 1
