"""What a training will do, once everything left open is chosen from the data and the network."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from opsin.core.errors import ImageError, OptionError
from opsin.core.image import Planes, Size
from opsin.data.dataset import Dataset
from opsin.data.tiles import in_tiles
from opsin.engine.feeding import Reading, class_weights
from opsin.engine.settings import TrainOptions
from opsin.media.fitting import TILES
from opsin.models import Architecture, Blueprint, Teacher, Usual

SMALL = 64
"""Side in pixels up to which pictures count as small: a step over 128 of them is still cheap."""

STEP = 32
"""Of which the sides of a shaped input are multiples: the coarsest maps of most networks have that stride."""

LOOKED_AT = 50
"""How many pictures, at most, are asked for their shape."""

RATES = {"adam": 1e-3, "adamw": 1e-3, "nadam": 1e-3, "rmsprop": 1e-3, "adagrad": 1e-2, "lion": 1e-4, "muon": 2e-2}
"""The usual highest rates for a network that begins with random numbers; 0.1 for sgd."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Every choice of a training; nothing is left open.

    Attributes:
        size: (height, width) of the network's input.
        channels: of it.
        labels: how many it is to tell apart.
        fit: how pictures are brought there.
        white: the number that becomes 255, of pictures with 16 bits or many channels; None of others.
        weights: "imagenet" or None.
        frozen_epochs: epochs for the last layer alone.
        augment: the preset's name.
        flips: which changed pictures still show the same: "no"; "yes", mirror images do; "all", turned ones do too.
        ink: whether the pictures are single characters, whose colours stay.
        batch_size: pictures a step.
        learning_rate: the highest.
        schedule: its course.
        clip: the norm above which the gradients of a step are shortened; 0 leaves them.
        class_weights: what each class's pictures count; None for all the same.
        steps_per_call: steps that Keras does at a time.
    """

    size: Size
    channels: int
    labels: int
    fit: str
    weights: str | None
    frozen_epochs: int
    augment: str
    flips: str
    ink: bool
    batch_size: int
    learning_rate: float
    schedule: str
    clip: float
    class_weights: dict[int, float] | None
    steps_per_call: int
    white: float | None = None

    @property
    def reading(self) -> Reading:
        """How pictures become pixels."""
        return Reading(self.size, self.channels, self.fit, self.white)

    def pictures(self, data: Dataset) -> Dataset:
        """What the network sees of the data: all of it, or tiles of its pictures."""
        return in_tiles(data, self.size) if self.fit == TILES else data

    def blueprint(self, options: TrainOptions) -> Blueprint:
        """What the network is asked to be."""
        return Blueprint(
            size=self.size,
            channels=self.channels,
            labels=self.labels,
            weights=self.weights,
            dropout=options.dropout,
            seed=options.seed,
        )

    def without_weights(self) -> Plan:
        """The same, beginning with random numbers."""
        return dataclasses.replace(self, weights=None)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for run.json."""
        return dataclasses.asdict(self)


def plan_for(
    options: TrainOptions,
    architecture: Architecture,
    data: Dataset,
    teacher: Teacher,
    seen: tuple[int, int, int] | None = None,
) -> Plan:
    """The choices for that task, that network and these pictures.

    Args:
        options: what was asked.
        architecture: the network.
        data: the pictures.
        teacher: of the task.
        seen: (h, w, channels) of what frozen networks see of a picture; None where the network takes its pixels.

    Raises:
        OptionError: when the network cannot have what is asked.
    """
    _refuse_what_cannot_be(options, teacher)
    if (seen is not None) != architecture.takes_features:
        raise OptionError(
            f"{architecture.name} cannot be taught {teacher.task}. Leave --model out: {teacher.usual.model}."
        )
    first, usual = data.pictures[0], teacher.usual
    planes, white = data.pictures.planes(0), _white(data) if teacher.takes_planes else None
    in_memory = data.source is None
    weights = _weights(options, architecture)
    if seen:
        size = seen[:2]
    elif usual.side and options.fit == TILES:
        size = shaped(options.image_size or usual.side, [(1, 1)])
    elif usual.side:
        size = shaped(options.image_size or usual.side, _shapes(data))
    else:
        size = _size(options, architecture, (first.shape[0], first.shape[1]) if in_memory else None, weights)
    is_small = max(size) <= SMALL and not seen
    return Plan(
        size=size,
        channels=seen[2] if seen else first.shape[2] if white is None else planes.shape[2],
        labels=len(data.labels),
        fit=_fit(options, data, usual),
        weights=weights,
        frozen_epochs=_or(options.frozen_epochs, usual.frozen_epochs if weights else 0),
        augment="none" if seen else options.augment if options.augment != "auto" else _usual_augment(in_memory),
        flips=options.flips if options.flips != "auto" else "no" if data.ink else "yes",
        ink=data.ink,
        batch_size=_or(
            options.batch_size, _batch_size(128 if is_small else usual.batch_size, int((data.parts == "train").sum()))
        ),
        learning_rate=_or(options.learning_rate, _rate(options.optimizer, usual.rate if weights else 1.0)),
        schedule=options.schedule if options.schedule != "auto" else "one_cycle",
        clip=_or(options.clip, usual.clip),
        class_weights=_class_weights(options, data, usual),
        steps_per_call=_or(options.steps_per_call, 16 if is_small else 1),
        white=white,
    )


def _usual_augment(in_memory: bool) -> str:
    return "light" if in_memory else "standard"


def _refuse_what_cannot_be(options: TrainOptions, teacher: Teacher) -> None:
    """Options that are about features and labels mean nothing to a network that answers about places."""
    usual = TrainOptions()
    for name in teacher.refuses:
        given = getattr(options, name)
        if given not in (getattr(usual, name), 0):
            raise OptionError(f"{name} cannot be chosen for {teacher.task}; got {given!r}. Leave it out.")
    if options.head not in ("auto", *teacher.heads):
        raise OptionError(f"head must be left out for {teacher.task}; got {options.head!r}.")
    if options.fit == TILES and not teacher.takes_tiles:
        raise OptionError(f"fit must not be {TILES} for {teacher.task}: only maps of pixels can be cut into tiles.")


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def shaped(side: int, sizes: Sequence[Size]) -> Size:
    """(height, width) of an input in the shape of most pictures, its long side about `side`; multiples of 32.

    >>> shaped(416, [(480, 640), (480, 640), (640, 480)]), shaped(320, [(1080, 1920)])
    ((320, 416), (192, 320))
    """
    ratio = math.exp(float(np.median([math.log(height / width) for height, width in sizes])))
    height, width = side * min(1.0, ratio), side * min(1.0, 1 / ratio)
    return max(1, round(height / STEP)) * STEP, max(1, round(width / STEP)) * STEP


def _shapes(data: Dataset) -> list[Size]:
    """(height, width) of some pictures to learn from that can be read."""
    found = list[Size]()
    for index in np.flatnonzero(data.parts == "train")[:: max(1, len(data) // LOOKED_AT)]:
        with suppress(ImageError):  # reading all of them tells of it
            image = data.pictures[int(index)]
            found.append((image.shape[0], image.shape[1]))
    return found or [(1, 1)]


def _white(data: Dataset) -> float | None:
    """The highest number of the fewest bits that some pictures need, as 4095; None where all are 8-bit colours."""
    found = list[Planes]()
    for index in np.flatnonzero(data.parts == "train")[:: max(1, len(data) // LOOKED_AT)]:
        with suppress(ImageError):  # reading all of them tells of it
            found.append(data.pictures.planes(int(index)))
    if all(each.dtype == np.uint8 and each.shape[2] in (1, 3) for each in found):
        return None
    most = max(int(each.max()) for each in found)
    return float(2 ** max(8, most.bit_length()) - 1)


def _class_weights(options: TrainOptions, data: Dataset, usual: Usual) -> dict[int, float] | None:
    if usual.weighs_classes:
        return class_weights(data.part("train").truth, len(data.labels), options.class_weights)
    if options.class_weights == "yes":
        raise OptionError("class_weights must be auto or no for this task: its loss counts each thing alike.")
    return None


def _batch_size(usual: int, pictures: int) -> int:
    """The usual number, or less where it would leave an epoch fewer than 50 steps to learn in: a power of 2.

    >>> _batch_size(128, 60_000), _batch_size(128, 1437), _batch_size(32, 100)
    (128, 16, 8)
    """
    return max(8, min(usual, 1 << int(math.log2(max(1, pictures / 50)))))


def _weights(options: TrainOptions, architecture: Architecture) -> str | None:
    if options.weights == "imagenet" and "imagenet" not in architecture.weights:
        raise OptionError(f"{architecture.name} has no ImageNet weights. Leave --weights out, or take another network.")
    if options.weights == "none" or "imagenet" not in architecture.weights:
        return None
    return "imagenet"


def _size(options: TrainOptions, architecture: Architecture, of_data: Size | None, weights: str | None) -> Size:
    """What is asked for; else the data's own when all are alike, unless the network learned at a size of its own."""
    usual = architecture.input_size or (96, 96)
    size = (options.image_size, options.image_size) if options.image_size else usual
    if options.image_size is None and of_data and not weights:
        size = of_data
    if size[0] < architecture.min_size[0] or size[1] < architecture.min_size[1]:
        least = max(architecture.min_size)
        raise OptionError(
            f"{architecture.name} needs pictures of at least {least} pixels a side; got {size[0]} x "
            f"{size[1]}. Add --image-size {least}, or take a smaller network."
        )
    return size


def _fit(options: TrainOptions, data: Dataset, usual: Usual) -> str:
    if options.fit != "auto":
        return options.fit
    return "ink" if data.ink else usual.fit


def _rate(optimizer: str, share: float) -> float:
    return RATES.get(optimizer, 0.1) * share
