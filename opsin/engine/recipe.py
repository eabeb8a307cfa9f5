"""A recipe: a short Python file that says what to train, how, and what that should give."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opsin.core.errors import InputError, UsageError


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A training that somebody has tried.

    Attributes:
        data: as in `opsin.train`.
        model: as in `opsin.train`; also an `Architecture` that the file makes itself.
        task: what is to be learned.
        options: as in `TrainOptions`.
        split: shares for training, validation and test, where the data are not split already.
        labels: what the numbers in masks stand for, where no file beside them says it.
        ignore: numbers in masks that stand for pixels of which nothing is said.
        gives: figures that it should reach, by name: "test accuracy".
        about: one sentence: on what machine, in what time.
    """

    data: Any
    model: Any = None
    task: str = "classification"
    options: Mapping[str, Any] = field(default_factory=dict)
    split: tuple[float, float, float] = (0.8, 0.1, 0.1)
    labels: tuple[str, ...] = ()
    ignore: tuple[int, ...] = ()
    gives: Mapping[str, float] = field(default_factory=dict)
    about: str = ""


def read_recipe(path: str | Path) -> Recipe:
    """The RECIPE in a Python file. The file is run: it is code, as trusted as whoever wrote it.

    Raises:
        InputError: when there is no such file.
        UsageError: when it has no RECIPE.
    """
    if not Path(path).is_file():
        raise InputError(f"There is no recipe {path}.")
    found = runpy.run_path(str(path)).get("RECIPE")
    if not isinstance(found, Recipe):
        raise UsageError(f"{path} must hold RECIPE = opsin.Recipe(…); got {type(found).__name__}.")
    return found
