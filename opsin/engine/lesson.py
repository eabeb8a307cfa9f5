"""What a training is of: the pictures, the network, and every choice, found and checked before anything is learned."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opsin.core.errors import OptionError, UnknownNameError
from opsin.data.dataset import Dataset
from opsin.data.load import load
from opsin.engine.feeding import Reading
from opsin.engine.plan import Plan, plan_for
from opsin.engine.settings import TrainOptions
from opsin.models import TEACHERS, Architecture, Sight, Teacher, network_named
from opsin.models.cnn import cnn

Split = tuple[float, float, float]
"""Shares of training, validation and test."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is taught to what.

    Attributes:
        data: the pictures.
        architecture: the network.
        options: what was asked.
        plan: what was chosen.
        teacher: of the task.
        sight: what looks at the pictures before the network; None where it takes their pixels.
    """

    data: Dataset
    architecture: Architecture
    options: TrainOptions
    plan: Plan
    teacher: Teacher
    sight: Sight | None = None

    @property
    def reading(self) -> Reading:
        """How pictures become what the network takes."""
        return dataclasses.replace(self.plan.reading, sight=self.sight)


def lesson_for(
    data: Any,
    model: Any,
    task: str,
    split: Split,
    options: Mapping[str, Any],
    *,
    labels: Sequence[str] = (),
    ignore: Sequence[int] = (),
) -> Lesson:
    """Data and network found, and every choice made; the arguments are those of `train`.

    Raises:
        UsageError: for a name or an option that cannot be.
        InputError: for data that nothing can be learned from.
    """
    asked = _options(options)
    teacher = TEACHERS.get(task)
    model = teacher.usual.model if model is None else model
    architecture = cnn(**model) if isinstance(model, Mapping) else network_named(model)
    loaded = teacher.prepared(load(data, task=task, split=split, seed=asked.seed, labels=labels, ignore=ignore))
    sight = teacher.sight()
    plan = plan_for(asked, architecture, loaded, teacher, sight.shape if sight else None)
    return Lesson(loaded, architecture, asked, plan, teacher.for_labels(loaded.labels), sight)


def _options(options: Mapping[str, Any]) -> TrainOptions:
    known = [each.name for each in dataclasses.fields(TrainOptions)]
    for name in options:
        if name not in known:
            raise OptionError(str(UnknownNameError("option of train", name, known)))
    return TrainOptions(**options)
