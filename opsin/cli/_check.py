"""`opsin data check` and `opsin data preview`: look before anything is learned."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from opsin.cli._data import Data, Ignore, ImageColumn, Json, LabelColumn, Names, Task, listed
from opsin.cli._progress import reporting
from opsin.core.errors import DataError
from opsin.data.checks import KINDS
from opsin.data.load import load
from opsin.engine.check import PAGE, Checked
from opsin.engine.check import check as check_data


def check(
    data: Data,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="DIR",
            help="Where to write the page and problems.json. [default: runs/check-DATA]",
            show_default=False,
        ),
    ] = None,
    labels: Annotated[
        bool, typer.Option("--doubts/--no-doubts", help="Look for wrong labels, which takes most of the time.")
    ] = True,
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    task: Task = None,
    names: Names = "",
    ignore: Ignore = None,
    json: Json = False,
) -> None:
    """Look for what is wrong with labelled pictures, and write a page that shows it.

    Damaged files, copies, leaks between train, validation and test, rare classes, blurred, dark and odd pictures,
    labels that are probably wrong; boxes that are empty, swapped, outside of their picture, there twice or of unknown
    classes; masks that are missing, of another size, or with unknown numbers. Ends with 1 when there are leaks.

    Examples:

        opsin data check photos/

        opsin data check labels.csv --save check --no-doubts

        opsin data check cells/data.yaml
    """
    folder = save or Path("runs") / f"check-{Path(data).resolve().stem}"
    with reporting(is_shown=not json) as report:
        found = check_data(
            data,
            save=folder,
            doubts_labels=labels,
            progress=report,
            image=image,
            label=label,
            task=task,
            labels=listed(names),
            ignore=ignore or (),
        )
    if json:
        typer.echo(jsonlib.dumps(found.to_dict(), ensure_ascii=False))
    else:
        _tell(found, folder / PAGE)
    if found.leaks:
        raise DataError(
            f"{data} leaks ({found.leaks} found): the same, or nearly the same, is in two parts. See {folder / PAGE}"
        )


def _tell(found: Checked, page: Path) -> None:
    """A row for each kind of problem, and where they are shown."""
    counts = found.counts()
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right")
    for kind in KINDS:
        if kind.name in counts:
            table.add_row(f"{counts[kind.name]:,}", kind.title)
    if counts:
        Console().print(table)
    typer.echo(f"{len(found.data):,} pictures{'' if counts else ': nothing found'}. {page} shows all.")
    for note in found.notes:
        typer.echo(note)


def preview(
    data: Data,
    augment: Annotated[
        str, typer.Option("--augment", metavar="none|light|standard|strong", help="How much is changed.")
    ] = "standard",
    image_size: Annotated[
        int | None,
        typer.Option("--image-size", help="Side of the network's input, in pixels.", min=1, show_default=False),
    ] = None,
    flips: Annotated[
        bool, typer.Option("--flips/--no-flips", help="Whether a mirrored picture still shows the same.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", help="Another one, other pictures.")] = 0,
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    task: Task = None,
    names: Names = "",
    ignore: Ignore = None,
    save: Annotated[Path, typer.Option("--save", metavar="FILE", help="Where to write the picture.")] = Path(
        "preview.png"
    ),
) -> None:
    """Show pictures as a network will see them while it learns: changed at random. The first column is unchanged.

    Where things are boxed, their boxes are drawn; where there are masks, these.

    Examples:

        opsin data preview photos/ --augment strong

        opsin data preview streets/ --task segmentation

        opsin data preview mnist --augment light --save digits.png
    """
    from opsin.engine.preview import preview as preview_data
    from opsin.media.files import save_image

    with reporting(is_shown=True) as report:
        loaded = load(
            data,
            split=(1.0, 0.0, 0.0),
            image=image,
            label=label,
            task=task,
            labels=listed(names),
            ignore=ignore or (),
            progress=report,
        )
    size = (image_size, image_size) if image_size else None
    save_image(save, preview_data(loaded, augment, size=size, flips=flips, seed=seed))
    typer.echo(f"{save} shows pictures of {loaded.name}, and beside each what {augment!r} makes of it.")
