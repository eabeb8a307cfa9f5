"""Ask a question of one picture."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from opsin.core.errors import OptionError, UnknownNameError, UsageError
from opsin.core.image import Image
from opsin.core.options import Options
from opsin.media.sources import Source, only_item
from opsin.models import MODELS, Model, card_of, open_model
from opsin.runtime.network import Place
from opsin.tasks import TASKS, Result, Task

P = ParamSpec("P")
R = TypeVar("R", bound=Result)


def predict(task: str, source: Source, **options: Any) -> Any:
    """The answer about one picture: the result of the task, such as `Classification`.

    Args:
        task: name of a task or a use: "classification", "detection", "embedding", "look".
        source: a path, an address, bytes, a PIL image or an array (h, w, 3) of uint8 RGB.
        options: the task's own, as in `opsin.detect(photo, min_score=0.5)`, and `model`, `device`, `precision`.

    Raises:
        UsageError: for an unknown name, or an option that is unknown or out of range.
        InputError: for a picture that cannot be read.
        WeightsError: when the model's weights cannot be had.
    """
    asked = TASKS.get(task)
    return answer(asked, source, options_for(asked, options))


def verb(task: Task[P, R]) -> Callable[Concatenate[Source, P], R]:
    """A task as a function of one picture, typed by the fields of its options."""

    def ask(source: Source, /, *args: P.args, **options: P.kwargs) -> R:
        # Options have names; the dataclass itself says so when one comes without.
        return answer(task, source, task.options(*args, **options) if args else options_for(task, options))

    ask.__name__ = ask.__qualname__ = task.verb.rpartition(" ")[2]
    ask.__doc__ = f"{task.summary}\n\n{_described(task)}\n"
    ask.__signature__ = _signature(task)  # type: ignore[attr-defined]  # read by help() and editors
    return ask


def answer(task: Task[Any, R], source: Source, options: Options) -> R:
    """The answer about one picture, the options made already."""
    model = model_for(task, options, streams=1)
    item = only_item(source)
    # Models that read planes take them in the place of images.
    image = cast("Image", item.planes()) if model.reads_planes else item.read()[0]
    return model.run([image], options)[0]


def options_for(task: Task[Any, Any], options: Mapping[str, Any]) -> Options:
    """The task's options, made from names and values.

    Raises:
        OptionError: for an unknown name or a value out of range; the message names the nearest.
    """
    known = [each.name for each in fields(task.options_type)]
    for name in options:
        if name not in known:
            raise OptionError(str(UnknownNameError(f"option of {task.name}", name, known)))
    return task.options_type(**options)


def model_for(task: Task[Any, R], options: Options, streams: int) -> Model[R]:
    """The model that the options ask for, by its name or by a quality, or the task's own.

    Raises:
        UsageError: when the model answers another task, or both a model and a quality are asked for.
    """
    name = task.model_name(options)
    if card_of(name).task != task.name:
        cards = [card_of(each) for each in MODELS.names()]
        fitting = ", ".join(card.name for card in cards if card.task == task.name and not card.is_tiny)
        raise UsageError(f"{name} answers {card_of(name).task}, not {task.name}. Models for {task.name}: {fitting}.")
    return open_model(name, Place(options.device, options.precision, streams))


def _signature(task: Task[Any, Any]) -> inspect.Signature:
    source = inspect.Parameter("source", inspect.Parameter.POSITIONAL_ONLY, annotation=Source)
    options = inspect.signature(task.options_type).parameters.values()
    return inspect.Signature([source, *options], return_annotation=task.result)


def _described(task: Task[Any, Any]) -> str:
    lines = [f"    {each.name}: {each.metadata['help']}" for each in fields(task.options_type)]
    source = "    source: a path, an address, bytes, a PIL image or an array (h, w, 3) of uint8 RGB."
    return "\n".join(["Args:", source, *lines])
