"""The pictures that a run was taught with, loaded again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from opsin.core.errors import UsageError
from opsin.data.dataset import Dataset
from opsin.data.load import load
from opsin.engine.run import FACTS, Run
from opsin.models import TEACHERS


def masks_asked(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What a run was told about the numbers in masks, as keywords of `load`; runs of before were told nothing."""
    return {"labels": asked.get("labels", ()), "ignore": asked.get("ignore", ())}


def data_of(folder: Path, data: Any = None) -> Dataset:
    """The data that are given, or the run's own; split as they were for the run.

    Args:
        folder: of the run.
        data: what `opsin.data.load` takes, or None.

    Raises:
        UsageError: when the run does not say which data they were.
        InputError: when they cannot be loaded.
    """
    if not (folder / FACTS).is_file():
        if data is None:
            raise UsageError(f"{folder} has no {FACTS}, which would say what it was taught with. Give data (--data).")
        return load(data)
    facts = Run(folder).facts
    asked = facts["asked"]
    named = asked["data"] if data is None else data  # a dataset that is split already stays as it is
    if named is None:
        raise UsageError(f"{folder} was taught with an object as its data. Give it again (data=…).")
    split, seed = tuple(asked["split"]), facts["options"]["seed"]
    task = asked.get("task") or "classification"
    return TEACHERS.get(task).prepared(load(named, task=task, split=split, seed=seed, **masks_asked(asked)))
