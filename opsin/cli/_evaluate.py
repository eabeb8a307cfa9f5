"""`opsin evaluate`: how good a taught model is."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from opsin.cli._progress import reporting
from opsin.engine.evaluate import Evaluation

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run, or of what was exported from it.")]
Data = Annotated[
    str | None,
    typer.Option(
        "--data", metavar="DATA", help="Other pictures than the run's own, with their labels.", show_default=False
    ),
]
Part = Annotated[str, typer.Option("--part", metavar="PART", help="test, validation, train or all.")]
Outside = Annotated[
    Path | None,
    typer.Option(
        "--outside", metavar="DIR", help="Pictures of other things, which should be unknown.", show_default=False
    ),
]
Slices = Annotated[
    list[str] | None,
    typer.Option("--slice", metavar="COLUMN", help="Tell pictures apart by a column; or by size.", show_default=False),
]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="DIR", help="A new folder; RUN/evaluation when left out.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="All figures as one JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table and no progress; errors only.")]


def evaluate(
    run: Folder,
    data: Data = None,
    part: Part = "test",
    outside: Outside = None,
    slices: Slices = None,
    save: Save = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say how good a model is, on pictures that it has not learned from.

    Writes RUN/evaluation: report.html to look at, metrics.json, predictions.csv, and the plots.

    Examples:

        opsin evaluate runs/photos-tutorial

        opsin evaluate runs/photos-tutorial --outside other_things/

        opsin evaluate runs/photos-tutorial --data new_photos.csv --slice camera
    """
    from opsin.engine.evaluate import evaluate as judge

    with reporting(is_shown=not quiet) as report:
        done = judge(run, data, part=part, outside=outside, slices=slices or (), save=save, progress=report)
    for note in done.notes:
        typer.echo(f"opsin: {note}", err=True)
    if json:
        typer.echo(jsonlib.dumps(done.figures))
    elif not quiet:
        _show(done)
    if done.unreadable:
        raise typer.Exit(1)


def _show(done: Evaluation) -> None:
    console = Console()
    headline = Table(show_header=False, box=None, pad_edge=False)
    for name, value, meaning in done.headline:
        headline.add_row(name, f"[bold]{value}[/]", f"[dim]{meaning}[/]")
    console.print(headline)
    if done.findings:
        console.print(f"\n{done.findings_title}:")
        findings = Table(show_header=False, box=None, pad_edge=False)
        for what, count in done.findings:
            findings.add_row("", _plain(what), count)
        console.print(findings)
    typer.echo(f"\nLook at {done.folder / 'report.html'}")


def _plain(text: str) -> str:
    """A label is no markup, whatever brackets it has."""
    from rich.markup import escape

    return escape(text)
