"""A command for each task: its flags are the fields of the task's options."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import Field, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from opsin.cli._output import Writer, writer
from opsin.cli._progress import counting, downloading
from opsin.core.errors import OptionError
from opsin.core.options import Options
from opsin.engine.album import Album, check_apart, outside
from opsin.engine.predict import options_for
from opsin.engine.stream import Answer, answers, followed, follows
from opsin.media.counting import expected
from opsin.media.sources import open_source
from opsin.models import cards_needed
from opsin.tasks import Task
from opsin.weights.pull import pull

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        help="Pictures, folders, patterns ('a/*.jpg'), archives, videos, addresses, a camera's number, - for standard "
        "input.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]
Csv = Annotated[bool, typer.Option("--csv", help="A table with commas on standard output.")]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save", metavar="DIR", help="Write drawn pictures, results.jsonl and index.html there.", show_default=False
    ),
]
Every = Annotated[
    float | None,
    typer.Option("--every", metavar="SECONDS", help="Of a video, one frame in so many seconds.", show_default=False),
]
Track = Annotated[
    bool, typer.Option("--track", help="Of a video, follow each through the frames, with a number and one name.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table and no progress; errors only.")]


def command(task: Task[Any, Any]) -> Callable[..., None]:
    """The function behind a task's command; the command line is made from its signature."""

    def run(
        source: Sources,
        json: Json = False,
        csv: Csv = False,
        save: Save = None,
        every: Every = None,
        track: Track = False,
        quiet: Quiet = False,
        **options: Any,
    ) -> None:
        if json and csv:
            raise OptionError("--json and --csv were both given; choose one.")
        named = _sources(source)
        asked = options_for(task, options)
        shown = writer(task, {"json": json, "csv": csv, "quiet": quiet})
        _fetch_weights(task.model_name(asked), is_shown=not quiet)
        items = open_source(named[0] if len(named) == 1 else named, every_seconds=every)
        if save:
            check_apart(named, save)
            items = outside(items, save)
        found = (followed if track else answers)(task, items, asked, keeps_images=save is not None)
        counted = counting(found, lambda: expected(named, every), is_shown=not quiet)
        failed = show(counted, shown, task, save)
        if failed:
            raise typer.Exit(1)

    run.__doc__ = _help(task)
    return _with_flags(run, task.options_type, without=() if follows(task) else ("track",))


def show(found: Iterable[Answer[Any]], shown: Writer, task: Task[Any, Any], save: Path | None) -> int:
    """Every answer to the writer, and to an album when there is a folder; answers how many pictures failed."""
    failed = 0
    with ExitStack() as stack:
        album = stack.enter_context(Album(save, f"opsin {task.verb}")) if save else None
        stack.callback(shown.close)
        for answer in found:
            shown.write(answer)
            if answer.error is not None:
                failed += 1
                typer.echo(f"opsin: {answer.error}", err=True)
            if album:
                album.add(answer)
    return failed


def _fetch_weights(name: str, *, is_shown: bool) -> None:
    """Beforehand, so that a bar can be drawn: the first time it may take a minute."""
    with downloading(is_shown=is_shown) as report:
        pull(cards_needed(name), report)


def _sources(words: list[str]) -> list[str | int]:
    """What was typed; a bare number is a camera, unless a file has that name."""
    return [int(word) if word.isdecimal() and not Path(word).exists() else word for word in words]


def _help(task: Task[Any, Any]) -> str:
    """The summary, and the examples as they would be typed."""
    examples = "\n\n".join(f"    opsin {task.verb} {example}" for example in task.examples)
    return f"{task.summary}\n\nExamples:\n\n{examples}"


def _with_flags(run: Callable[..., None], options: type[Options], without: Sequence[str]) -> Callable[..., None]:
    """The same function, its `**options` spelled out as one keyword for each field, and some of its own left out."""
    hints = typing.get_type_hints(options)
    own = inspect.signature(run, eval_str=True).parameters.values()
    fixed = [p for p in own if p.kind is not p.VAR_KEYWORD and p.name not in without]
    flags = [flag(each, hints[each.name]) for each in fields(options)]
    run.__signature__ = inspect.Signature([*fixed, *sorted(flags, key=_own_first(options))])  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in [*fixed, *flags]}
    return run


def _own_first(options: type[Options]) -> Callable[[inspect.Parameter], bool]:
    """Sorts a task's own options before those that all tasks have."""
    shared = {each.name for each in fields(Options)}
    return lambda parameter: parameter.name in shared


def flag(each: Field[Any], hint: Any) -> inspect.Parameter:
    """An option's field as a flag. Values out of range are left to the options, whose words are the same everywhere."""
    choices, coordinates = each.metadata["choices"], each.metadata.get("coordinates")
    default = None if coordinates else each.default
    said = typer.Option(
        f"--{each.name.replace('_', '-')}",
        help=each.metadata["help"],
        metavar="|".join(choices) if choices else coordinates,
        show_default=default is not None,
    )
    if coordinates:  # as typed; the options read numbers with commas themselves
        hint = list[str] | None if each.metadata["is_many"] else str | None
    return inspect.Parameter(
        each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[hint, said]
    )
