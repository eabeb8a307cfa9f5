"""`opsin data`: pictures to begin with."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from opsin.cli._progress import downloading
from opsin.data.samples import SAMPLES, pull_samples

app = typer.Typer(help="Fetch pictures to begin with.", no_args_is_help=True)


class Set(StrEnum):
    """The sets that can be fetched."""

    SAMPLES = "samples"


@app.command()
def pull(
    name: Annotated[Set, typer.Argument(metavar="NAME", help="samples: a few free photographs.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to put them.")] = Path("samples"),
) -> None:
    """Fetch a set of pictures into a folder.

    Example:

        opsin data pull samples photos
    """
    with downloading(is_shown=True) as report:
        paths = pull_samples(folder, report)
    typer.echo(f"{len(paths)} pictures are in {folder}:")
    for sample in SAMPLES:
        typer.echo(f"  {sample.asset.name:<20} {sample.shows} ({sample.credit}, {sample.licence})")
