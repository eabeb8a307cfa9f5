"""`opsin data`: pictures to learn from, and pictures to begin with."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from opsin.cli._progress import downloading, reporting
from opsin.core.errors import UnknownNameError
from opsin.data.dataset import PARTS, Dataset
from opsin.data.facts import facts
from opsin.data.load import load
from opsin.data.samples import SAMPLES, pull_samples
from opsin.data.saved import save_folders, save_table
from opsin.data.sets import SETS, kept, path_of

app = typer.Typer(help="Fetch, look at and split pictures.", no_args_is_help=True)

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA", help="A built-in set, a folder with a folder for each class, a CSV of image,label, or a zip."
    ),
]
Split = Annotated[
    tuple[float, float, float],
    typer.Option("--split", help="Shares for training, validation and test, of data that are not split."),
]
Seed = Annotated[int, typer.Option("--seed", help="Another one, another split.")]
ImageColumn = Annotated[str, typer.Option("--image", metavar="COLUMN", help="Of a CSV: paths of pictures.")]
LabelColumn = Annotated[str, typer.Option("--label", metavar="COLUMN", help="Of a CSV: what they show.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]

_SAMPLES = "samples"


@app.command()
def pull(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="samples (a few free photographs), mnist, fashion_mnist, cifar10, cifar100 or digits."
        ),
    ],
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="DIR", help="Where to put pictures. [default: samples; of a set, the cache only]"),
    ] = None,
) -> None:
    """Fetch a set of pictures; in DIR they are files, in folders named after their classes.

    Examples:

        opsin data pull mnist

        opsin data pull digits digits/

        opsin data pull samples photos
    """
    if name == _SAMPLES:
        _pull_samples(folder or Path(_SAMPLES))
    elif name in SETS:
        _pull_set(name, folder)
    else:
        raise UnknownNameError("set of pictures", name, [_SAMPLES, *SETS.names()])


def _pull_samples(folder: Path) -> None:
    with downloading(is_shown=True) as report:
        paths = pull_samples(folder, report)
    typer.echo(f"{len(paths)} pictures are in {folder}:")
    for sample in SAMPLES:
        typer.echo(f"  {sample.asset.name:<20} {sample.shows} ({sample.credit}, {sample.licence})")


def _pull_set(name: str, folder: Path | None) -> None:
    built_in = SETS.get(name)
    with downloading(is_shown=True) as report:
        kept(built_in, report)
    typer.echo(f"{name} is here: {built_in.summary}, of {len(built_in.labels)} classes ({path_of(built_in)}).")
    if folder is None:
        typer.echo(f"Look at it: opsin data show {name}. Learn it: opsin train {name}")
        return
    _copy(load(name, split=(1, 0, 0)), folder)


@app.command()
def show(
    data: Data,
    split: Split = (0.8, 0.1, 0.1),
    seed: Seed = 0,
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="A picture of some of each class.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Show how many pictures of each class there are, and in which part of the split.

    Examples:

        opsin data show photos/

        opsin data show mnist --save mnist.png
    """
    loaded = _loaded(data, split, seed, image, label)
    if save is not None:
        from opsin.engine.contact_sheet import contact_sheet
        from opsin.media.files import save_image

        save_image(save, contact_sheet(loaded))
    told = facts(loaded)
    if json:
        typer.echo(jsonlib.dumps(told, ensure_ascii=False))
        return
    Console().print(_table(loaded))
    typer.echo(_sizes(told["sizes"]))
    if save is not None:
        typer.echo(f"Pictures of each class are in {save}.")


@app.command("split")
def split_data(
    data: Data,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where to write it.")],
    split: Split = (0.8, 0.1, 0.1),
    seed: Seed = 0,
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    copy: Annotated[bool, typer.Option("--copy", help="Copy the pictures into folders, instead of a table.")] = False,
) -> None:
    """Split pictures into train, validation and test, and write that down: as labels.csv, or as folders.

    Each class keeps its share; near duplicates, and pictures of one group, stay on one side.

    Examples:

        opsin data split photos/ --into photos/

        opsin data split photos/ --into photos-split --split 0.7 0.15 0.15 --copy
    """
    loaded = _loaded(data, split, seed, image, label)
    if copy:
        _copy(loaded, into)
    else:
        typer.echo(f"{_parts(loaded)} are in {save_table(loaded, into)}. Use it as: opsin train {into}")


def _loaded(data: str, split: tuple[float, float, float], seed: int, image: str, label: str) -> Dataset:
    with reporting(is_shown=True) as report:
        return load(data, split=split, seed=seed, image=image, label=label, progress=report)


def _copy(data: Dataset, folder: Path) -> None:
    with reporting(is_shown=True) as report:
        save_folders(data, folder, lambda done, total: report("pictures", done, total))
    typer.echo(f"{_parts(data)} are in {folder}. Use it as: opsin train {folder}")


def _parts(data: Dataset) -> str:
    counts = [(part, int((data.parts == part).sum())) for part in PARTS]
    return f"{len(data):,} pictures ({', '.join(f'{count:,} {part}' for part, count in counts if count)})"


def _table(data: Dataset) -> Table:
    """A row for each class, a column for each part, and their sums."""
    present = [part for part in PARTS if part in data.parts]
    counts = {part: data.part(part).counts() for part in present}
    table = Table(box=None, pad_edge=False, show_footer=True)
    table.add_column("class", "all", footer_style="bold")
    for part in [*present, "all"]:
        total = sum(counts[part].values()) if part in counts else len(data)
        table.add_column(part, f"{total:,}", justify="right", footer_style="bold")
    for label in data.labels:
        row = [counts[part][label] for part in present]
        table.add_row(label, *(f"{count:,}" for count in [*row, sum(row)]))
    return table


def _sizes(told: dict[str, Any]) -> str:
    if "usual" not in told:
        return "None of the pictures looked at can be read."
    small, usual, large = (f"{told[key][1]} x {told[key][0]}" for key in ("smallest", "usual", "largest"))
    sizes = f"all {usual}" if small == large else f"{small} to {large}, mostly {usual}"
    unreadable = f"; {told['unreadable']} cannot be read" if told["unreadable"] else ""
    return f"Width x height of {told['looked_at']} of them: {sizes}{unreadable}."
