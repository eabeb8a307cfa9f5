"""`opsin faces calibrate`: thresholds from the user's own pictures."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from opsin.cli._progress import downloading, reporting
from opsin.models import cards_needed
from opsin.uses._thresholds import MODEL
from opsin.uses.face_calibration import Calibration, Group, Outcome
from opsin.uses.face_calibration import calibrate as measure
from opsin.weights.pull import pull

Pairs = Annotated[
    Path,
    typer.Argument(
        metavar="PAIRS.csv",
        help="A table first,second,same[,group][,fold]: paths of two photos, and 1 or 0.",
        show_default=False,
    ),
]
Root = Annotated[
    Path | None,
    typer.Option(
        "--root", metavar="DIR", help="Where its paths start; the table's own folder when left out.", show_default=False
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Keep the thresholds there, as JSON.", show_default=False)
]
Model = Annotated[str, typer.Option("--model", help="What finds and embeds the faces; thresholds hold for it only.")]
Json = Annotated[bool, typer.Option("--json", help="All figures as one JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table and no progress; errors only.")]

FEW = "too few pairs"


def calibrate(
    pairs: Pairs,
    root: Root = None,
    out: Out = None,
    model: Model = MODEL,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure on your own photos how alike two faces must be to count as one person.

    far is the share of strangers that is let in, tar the share of known people. A threshold for a far of 1e-3 takes
    10,000 pairs of different people. With a column group, both are shown for each group at the same thresholds.

    Examples:

        opsin faces calibrate pairs.csv --out thresholds.json

        opsin faces calibrate pairs.csv --root photos/ --json
    """
    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(model), report)
    with reporting(is_shown=not quiet) as report:
        done = measure(pairs, root=root, model=model, save=out, progress=report)
    if json:
        typer.echo(jsonlib.dumps(done.to_dict(), ensure_ascii=False))
    elif not quiet:
        _show(done, out)
    for line in done.unreadable:
        typer.echo(f"opsin: {line}", err=True)
    if done.unreadable:
        raise typer.Exit(1)


def _show(done: Calibration, out: Path | None) -> None:
    """The thresholds, what they do to each group, and what was left out."""
    overall, console = done.overall, Console()
    typer.echo(f"{done.model}: {overall.genuine:,} pairs of one person, {overall.impostors:,} of two.")
    if done.accuracy is not None:
        typer.echo(f"Accuracy with a threshold chosen on other pairs: {done.accuracy:.2%}.")
    console.print(_thresholds(overall))
    if done.groups:
        console.print()
        console.print(_by_group(done.groups))
    for line in _notes(done, out):
        typer.echo(line)


def _thresholds(overall: Group) -> Table:
    table = Table("far", "threshold", "tar", box=None, pad_edge=False)
    for each in overall.outcomes:
        table.add_row(f"{each.rate:g}", f"{each.threshold:.3f}", _told(each.tar))
    return table


def _by_group(groups: tuple[Group, ...]) -> Table:
    table = Table("group", "same", "different", box=None, pad_edge=False)
    for outcome in groups[0].outcomes:
        table.add_column(f"far, tar at {outcome.rate:g}")
    for group in groups:
        cells = [_both(outcome) for outcome in group.outcomes]
        table.add_row(escape(group.name), f"{group.genuine:,}", f"{group.impostors:,}", *cells)
    return table


def _both(outcome: Outcome) -> str:
    told = [_told(outcome.far), _told(outcome.tar)]
    return FEW if told == [FEW, FEW] else ", ".join(told)


def _told(share: float | None) -> str:
    return FEW if share is None else f"{share:.2%}"


def _notes(done: Calibration, out: Path | None) -> Iterator[str]:
    few = [group.name for group in done.groups if not group.is_known]
    if few:
        yield f"Too few pairs to tell of every rate: {', '.join(few)}. Add some before you trust them with these."
    if done.without_face:
        more = f" and {len(done.without_face) - 1} more" if len(done.without_face) > 1 else ""
        yield f"No face was found in {done.without_face[0]}{more}: no threshold accepts their pairs."
    if done.left_out:
        yield f"Pairs left out, since a photo could not be read: {done.left_out}."
    if out:
        yield f"{out} keeps the thresholds."


VERBS: tuple[Callable[..., None], ...] = (calibrate,)
