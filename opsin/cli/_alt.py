"""`opsin alt`: alternative texts for the pictures of a site."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from opsin.cli._progress import downloading, reporting
from opsin.models import cards_needed
from opsin.tasks.captioning import CAPTIONING, CaptioningOptions
from opsin.uses.alt import HAS_ONE, AltText, alts, summary
from opsin.weights.pull import pull

Source = Annotated[
    Path,
    typer.Argument(
        metavar="SITE_OR_FOLDER", help="A folder with HTML files, one such file, or pictures.", show_default=False
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Change texts that are there already, too.")]
SureOnly = Annotated[bool, typer.Option("--sure-only", help="Leave out what the model is not sure of.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written; write no page.")]
Csv = Annotated[
    Path | None,
    typer.Option("--csv", metavar="FILE", help="Write a table for review, and no page.", show_default=False),
]
FromCsv = Annotated[
    Path | None,
    typer.Option(
        "--from-csv", metavar="FILE", help="Write the texts of a reviewed table into the pages.", show_default=False
    ),
]
MinScore = Annotated[
    float | None,
    typer.Option(
        "--min-score", help="The model is sure from here on (0 to 1); its own when left out.", show_default=False
    ),
]
Model = Annotated[str | None, typer.Option("--model", help="Name of the model that captions.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line for each picture on each page.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No list and no progress; errors only.")]


def alt(
    source: Source,
    overwrite: Overwrite = False,
    sure_only: SureOnly = False,
    dry_run: DryRun = False,
    csv: Csv = None,
    from_csv: FromCsv = None,
    min_score: MinScore = None,
    model: Model = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Give the pictures of a site alternative texts, where its pages have none for them.

    The rest of each page stays as it was, to the byte. A text that is there stays, the empty one of a decoration too.
    What the model is not sure of begins with "Possibly", and is told at the end. A table has the columns picture, page,
    alt, sure, score and existing; in a reviewed one, an empty text marks decoration, and a row that is gone leaves its
    picture alone. Of a folder without pages the texts are listed, or written to the table.

    Examples:

        opsin alt site/ --dry-run

        opsin alt site/ --sure-only

        opsin alt site/ --csv review.csv

        opsin alt site/ --from-csv review.csv

        opsin alt photos/ --csv texts.csv
    """
    if from_csv is None:
        with downloading(is_shown=not quiet) as report:
            pull(cards_needed(CAPTIONING.model_name(CaptioningOptions(model=model))), report)
    asked: dict[str, Any] = {
        "overwrite": overwrite,
        "sure_only": sure_only,
        "dry_run": dry_run,
        "csv": csv,
        "from_csv": from_csv,
    }
    with reporting(is_shown=not quiet) as report:
        found = alts(source, progress=report, min_score=min_score, model=model, **asked)
        with closing(found):
            told = list(_shown(found, json=json, quiet=quiet))
    if not quiet:
        typer.echo(summary(told), err=True)
    if any(each.error is not None for each in told):
        raise typer.Exit(1)


def _shown(found: Iterable[AltText], *, json: bool, quiet: bool) -> Iterator[AltText]:
    """The same; each is told of."""
    for one in found:
        where = one.page or one.picture
        if one.error is not None:
            typer.echo(f"opsin: {where}: {one.error}", err=True)
        if json:
            typer.echo(jsonlib.dumps(one.to_dict(), ensure_ascii=False))
        elif one.is_given and not quiet:
            typer.echo(f"{where}: {one.picture}: {one.alt}" if one.page else f"{one.picture}: {one.alt}")
        elif one.left not in (None, HAS_ONE) and not quiet:
            typer.echo(f"{where}: {one.picture or 'a picture'} {one.left}", err=True)
        yield one
