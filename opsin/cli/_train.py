"""`opsin train`: its flags are the fields of `TrainOptions`."""

from __future__ import annotations

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from opsin.cli._command import flag
from opsin.cli._watch import watching
from opsin.core.errors import OptionError, UsageError
from opsin.engine.settings import TrainOptions

Data = Annotated[
    str | None,
    typer.Argument(
        metavar="DATA",
        help="A built-in set (mnist, cifar10 …), a folder with a folder for each class, a CSV of image,label, a zip; "
        "boxes as COCO, YOLO, VOC or CSV; or a recipe (a .py file).",
        show_default=False,
    ),
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME",
        help="A network (opsin models networks), or a file: mine.py:build. [default: tutorial; for detection "
        "efficientnet_lite0]",
        show_default=False,
    ),
]
TaskName = Annotated[
    str,
    typer.Option("--task", metavar="classification|detection|segmentation", help="What is to be learned."),
]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="Of the run.", show_default=False)]
Runs = Annotated[Path, typer.Option("--runs", metavar="DIR", help="The folder of all runs.")]
Resume = Annotated[
    Path | None,
    typer.Option("--resume", metavar="RUN", help="Go on with a run that was stopped.", show_default=False),
]
FindRate = Annotated[bool, typer.Option("--find-lr", help="Look for a good learning rate, and end.")]
Split = Annotated[
    tuple[float, float, float],
    typer.Option("--split", help="Shares for training, validation and test, of data that are not split."),
]
Labels = Annotated[
    str | None,
    typer.Option(
        "--labels",
        metavar="NAME,NAME…",
        help="What the numbers 0, 1, 2 … in masks stand for, where no file beside them says it.",
        show_default=False,
    ),
]
Ignore = Annotated[
    str | None,
    typer.Option(metavar="N,N…", help="Numbers in masks of pixels of which nothing is said.", show_default=False),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress; errors only.")]
Numbers = Annotated[str | None, typer.Option(metavar="N,N…", show_default=False)]

HELP = """Train a network on your pictures.

The run's folder gets the model, its card, the history and its curves; see: opsin evaluate, explain, export.

Examples:

    opsin train mnist --epochs 5

    opsin train photos/ --model efficientnet_lite0

    opsin train photos/ --model cnn --filters 32,64,128 --batch-norm --epochs 30 --patience 5

    opsin train cells/ --task detection --epochs 100 --flips all

    opsin train streets/ --task segmentation --labels sky,road,car --ignore 3

    opsin train photos.csv --model mine.py:build --find-lr

    opsin train --resume runs/photos-efficientnet_lite0
"""


def train() -> Callable[..., None]:
    """The function behind the command; the command line is made from its signature."""

    def run(
        data: Data = None,
        model: Model = None,
        task: TaskName = "classification",
        name: Name = None,
        runs: Runs = Path("runs"),
        resume: Resume = None,
        find_lr: FindRate = False,
        split: Split = (0.8, 0.1, 0.1),
        labels: Labels = None,
        ignore: Ignore = None,
        quiet: Quiet = False,
        filters: Numbers = None,
        kernel: Annotated[int | None, typer.Option(help="Of --model cnn: side of its filters.")] = None,
        activation: Annotated[str | None, typer.Option(help="Of --model cnn: relu, gelu …")] = None,
        pool: Annotated[str | None, typer.Option(help="Of --model cnn: max, average, none.")] = None,
        dense: Numbers = None,
        batch_norm: Annotated[bool, typer.Option("--batch-norm", help="Of --model cnn: normalise each layer.")] = False,
        **options: Any,
    ) -> None:
        if (data is None) == (resume is None):
            raise UsageError("Name the data to learn from, or a run to go on with (--resume RUN); one of the two.")
        numbers: dict[str, Any] = {
            "kernel": kernel,
            "activation": activation,
            "pool": pool,
            "batch_norm": batch_norm or None,
        }
        numbers |= {"filters": _whole("filters", filters), "dense": _whole("dense", dense)}
        masks = {"labels": _listed(labels), "ignore": _whole("ignore", ignore) or ()}
        asked = _Asked(data, _model(model, numbers, options), task, name, runs, split, masks, options)
        with watching(is_shown=not quiet) as watch:
            if resume is not None:
                _resume(resume, watch)
            elif find_lr:
                _find_rate(asked, watch)
            else:
                _train(asked, watch)

    run.__doc__ = HELP
    return _with_flags(run)


@dataclasses.dataclass(frozen=True)
class _Asked:
    data: str | None
    model: Any
    task: str
    name: str | None
    runs: Path
    split: tuple[float, float, float]
    masks: Mapping[str, Any]
    options: Mapping[str, Any]


def _resume(folder: Path, watch: Any) -> None:
    from opsin.engine.train import resume

    _say(resume(folder, watch=watch))


def _find_rate(asked: _Asked, watch: Any) -> None:
    from opsin.engine.find_rate import find_rate

    how = {"task": asked.task, "split": asked.split, **asked.masks}
    found = find_rate(asked.data, asked.model, watch=watch, **how, **asked.options)
    picture = asked.runs / "learning-rate.png"
    found.draw(picture)
    typer.echo(f"A good highest learning rate is {found.suggested:.2g}; see {picture}.")


def _train(asked: _Asked, watch: Any) -> None:
    from opsin.engine.train import train as teach

    is_recipe = str(asked.data).endswith(".py")
    # A flag that was left out must not take the place of what the recipe says.
    options = _unlike_default(asked.options) if is_recipe else asked.options
    run = teach(
        asked.data,
        asked.model,
        task=asked.task,
        name=asked.name,
        runs=asked.runs,
        split=asked.split,
        watch=watch,
        **asked.masks,
        **options,
    )
    _say(run)


def _unlike_default(options: Mapping[str, Any]) -> dict[str, Any]:
    usual = TrainOptions()
    return {name: value for name, value in options.items() if value != getattr(usual, name)}


def _say(run: Any) -> None:
    """Where it is, how good it is, and what comes next."""
    for what, value in run.card.measured.items():
        typer.echo(f"  {what:<44} {value:.4f}")
    typer.echo(f"The model is in {run}. Next: opsin evaluate {run}")


def _model(name: str | None, numbers: Mapping[str, Any], options: dict[str, Any]) -> Any:
    """The network's name, or `cnn`'s arguments, which only that one has."""
    given = {key: value for key, value in numbers.items() if value is not None}
    if name == "cnn":
        return given | ({} if options.get("dropout") is None else {"dropout": options.pop("dropout")})
    if given:
        network = name or "the usual one"
        raise OptionError(f"--{next(iter(given)).replace('_', '-')} is for --model cnn; the network is {network}.")
    return name


def _listed(text: str | None) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _whole(name: str, text: str | None) -> tuple[int, ...] | None:
    """Whole numbers with commas between them.

    >>> _whole("filters", "32,64")
    (32, 64)
    """
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise OptionError(f"--{name} must be whole numbers with commas, as 32,64; got {text!r}.") from error


def _with_flags(run: Callable[..., None]) -> Callable[..., None]:
    """The same function, its `**options` spelled out as one keyword for each field of `TrainOptions`."""
    hints = typing.get_type_hints(TrainOptions)
    fixed = [p for p in inspect.signature(run, eval_str=True).parameters.values() if p.kind is not p.VAR_KEYWORD]
    flags = [flag(each, hints[each.name]) for each in dataclasses.fields(TrainOptions)]
    run.__signature__ = inspect.Signature([*fixed, *flags])  # type: ignore[attr-defined]  # typer reads it
    run.__annotations__ = {p.name: p.annotation for p in [*fixed, *flags]}
    return run
