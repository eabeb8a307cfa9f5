"""`opsin count`: who crosses a line, who comes and goes, in a video or before a camera."""

from __future__ import annotations

import csv as csvlib
import json as jsonlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from rich.console import Console
from rich.table import Table

from opsin.cli._progress import counting, downloading
from opsin.core.errors import OptionError
from opsin.media.counting import expected
from opsin.models import cards_needed
from opsin.uses.count import MODEL, Counted, Counts, Event, counted
from opsin.weights.pull import pull

Sources = Annotated[
    list[str],
    typer.Argument(metavar="VIDEO", help="Videos, a camera's number, an rtsp address.", show_default=False),
]
Lines = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="[NAME=]X0,Y0,X1,Y1",
        help="Count who crosses it; in pixels, or as shares from 0 to 1. Again for more.",
        show_default=False,
    ),
]
Zones = Annotated[
    list[str] | None,
    typer.Option(
        "--zone", metavar="[NAME=]X,Y,X,Y,X,Y…", help="Count who enters, leaves and stays. Again for more.",
        show_default=False,
    ),
]  # fmt: skip
Labels = Annotated[
    list[str] | None, typer.Option("--label", help="Count these only, such as car. Again for more.", show_default=False)
]
Every = Annotated[
    float | None, typer.Option("--every", metavar="SECONDS", help="One frame in so many seconds.", show_default=False)
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="DIR",
        help="Write the drawn video, tracks.csv, tracks.json, counts.json, heat.png and index.html there.",
        show_default=False,
    ),
]
MinScore = Annotated[float, typer.Option("--min-score", help="Begin with things at least so certain (0 to 1).")]
Model = Annotated[str | None, typer.Option("--model", help="Name of the detector.", show_default=False)]
Json = Annotated[
    bool, typer.Option("--json", help="A JSON object a line for each event; the last line holds the counts.")
]
Csv = Annotated[bool, typer.Option("--csv", help="The events as a table with commas.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table and no progress; errors only.")]


def count(
    source: Sources,
    line: Lines = None,
    zone: Zones = None,
    label: Labels = None,
    every: Every = None,
    save: Save = None,
    min_score: MinScore = 0.4,
    model: Model = None,
    json: Json = False,
    csv: Csv = False,
    quiet: Quiet = False,
) -> None:
    """Count things that cross a line, and that enter, leave and stay in a zone.

    In is from the left of a line to its right, seen from its first point to its second: over a line drawn from left to
    right, what goes down the picture goes in. A thing counts at the middle of its lower edge. After Ctrl-C what was
    counted so far is shown and kept.

    Examples:

        opsin count street.mp4 --line 0,0.5,1,0.5 --label car --label truck

        opsin count door.mp4 --line door=200,180,200,340 --save counted

        opsin count 0 --zone desk=0,0.5,0.4,0.5,0.4,1,0,1 --json
    """
    if json and csv:
        raise OptionError("--json and --csv were both given; choose one.")
    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(model or MODEL), report)
    shown = _writer(json=json, csv=csv, quiet=quiet)
    failed = 0
    for one, folder in zip(source, _folders(source, save), strict=True):
        named = int(one) if one.isdecimal() and not Path(one).exists() else one
        frames = counted(
            named,
            lines=line or (),
            zones=zone or (),
            labels=label or (),
            every_seconds=every,
            save=folder,
            min_score=min_score,
            model=model,
        )
        failed += _show(frames, named, every, shown, quiet)
    if failed:
        raise typer.Exit(1)


def _folders(sources: Sequence[str], save: Path | None) -> list[Path | None]:
    """Where each video's count goes: the folder itself, or for several one in it for each, by its name."""
    if save is None or len(sources) == 1:
        return [save] * len(sources)
    names = [Path(source).stem or "video" for source in sources]
    return [save / (name if name not in names[:at] else f"{name}-{at + 1}") for at, name in enumerate(names)]


def _show(frames: Iterator[Counted], source: str | int, every: float | None, shown: Writer, quiet: bool) -> int:
    """Tells of each event, and of the counts at the end, also after Ctrl-C; answers how many frames failed."""
    failed, counts = 0, Counts(str(source))
    with closing(frames):  # type: ignore[type-var]  # it is a generator
        try:
            for each in counting(frames, lambda: expected([source], every), is_shown=not quiet):
                counts = each.counts
                if each.error is not None:
                    failed += 1
                    typer.echo(f"opsin: {each.error}", err=True)
                shown.write(each.events, counts)
        finally:
            shown.end(counts)
    return failed


class Writer(Protocol):
    """Takes what happens, and the counts at the end of each video."""

    def write(self, events: Iterable[Event], counts: Counts) -> None:
        """What happened in a frame."""
        ...

    def end(self, counts: Counts) -> None:
        """A video is over."""
        ...


class _Silence:
    """Shows nothing."""

    def write(self, events: Iterable[Event], counts: Counts) -> None:
        """Nothing."""

    def end(self, counts: Counts) -> None:
        """Nothing."""


class _JsonLines:
    """A line for each event, handed on at once, and one for the counts of a video."""

    def write(self, events: Iterable[Event], counts: Counts) -> None:
        for event in events:
            typer.echo(jsonlib.dumps({"source": counts.source} | event.to_dict(), ensure_ascii=False))

    def end(self, counts: Counts) -> None:
        typer.echo(jsonlib.dumps(counts.to_dict(), ensure_ascii=False))


class _Csv:
    """A row for each event."""

    def __init__(self) -> None:
        columns = ("source", *Event.columns())
        self._table = csvlib.DictWriter(sys.stdout, columns, lineterminator="\n", restval="")
        self._table.writeheader()

    def write(self, events: Iterable[Event], counts: Counts) -> None:
        self._table.writerows({"source": counts.source} | event.to_dict() for event in events)

    def end(self, counts: Counts) -> None:
        sys.stdout.flush()


class _Tables:
    """The counts of a video, for a person."""

    def write(self, events: Iterable[Event], counts: Counts) -> None:
        """Nothing: what counts is the sum."""

    def end(self, counts: Counts) -> None:
        console = Console()
        told = counts.to_dict()
        for kind in ("lines", "zones"):
            if told[kind]:
                console.print(_table(told[kind]))
        seen = ", ".join(f"{number} × {label}" for label, number in counts.things)
        console.print(f"{counts.source}: {seen or 'nothing seen'}", highlight=False, markup=False)
        console.print(_speed(counts), highlight=False)


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    table = Table()
    for name in rows[0]:
        table.add_column(name.replace("_", " "), justify="left" if isinstance(rows[0][name], str) else "right")
    for row in rows:
        table.add_row(*map(str, row.values()))
    return table


def _speed(counts: Counts) -> str:
    return f"{counts.frames:,} frames, {counts.seconds:.1f} s of video, {counts.frames_a_second:.1f} frames a second"


def _writer(*, json: bool, csv: bool, quiet: bool) -> Writer:
    if json:
        return _JsonLines()
    if csv:
        return _Csv()
    return _Silence() if quiet else _Tables()
