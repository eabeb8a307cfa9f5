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
from opsin.data.convert import convert
from opsin.data.dataset import PARTS, Dataset
from opsin.data.facts import facts
from opsin.data.formats import FORMATS
from opsin.data.load import load
from opsin.data.samples import SAMPLES, pull_samples
from opsin.data.saved import save_folders, save_table
from opsin.data.sets import SETS, kept, path_of

app = typer.Typer(help="Fetch, look at and split pictures.", no_args_is_help=True)

Data = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="A built-in set, a folder with a folder for each class, a CSV of image,label, or a zip; or boxes: "
        "COCO, YOLO, PASCAL VOC, or a CSV of image,label,x0,y0,x1,y1.",
    ),
]
Split = Annotated[
    tuple[float, float, float],
    typer.Option("--split", help="Shares for training, validation and test, of data that are not split."),
]
Seed = Annotated[int, typer.Option("--seed", help="Another one, another split.")]
ImageColumn = Annotated[str, typer.Option("--image", metavar="COLUMN", help="Of a CSV: paths of pictures.")]
LabelColumn = Annotated[str, typer.Option("--label", metavar="COLUMN", help="Of a CSV: what they show.")]
Task = Annotated[
    str | None,
    typer.Option(
        "--task", metavar="NAME", help="classification or detection; by its look when left out.", show_default=False
    ),
]
Copy = Annotated[bool, typer.Option("--copy", help="Copy the pictures, instead of making links to them.")]
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
    task: Task = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save", metavar="FILE", help="A picture of some of each class, or of some with boxes.", show_default=False
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show how many pictures of each class there are, and in which part of the split.

    Where things are boxed, it counts things, and tells how many are in a picture and how large they are.

    Examples:

        opsin data show photos/

        opsin data show cells/ --save cells.png

        opsin data show mnist --save mnist.png
    """
    loaded = _loaded(data, split, seed, image, label, task)
    if save is not None:
        from opsin.engine.contact_sheet import contact_sheet
        from opsin.media.files import save_image

        save_image(save, contact_sheet(loaded))
    told = facts(loaded)
    if json:
        typer.echo(jsonlib.dumps(told, ensure_ascii=False))
        return
    Console().print(_table(loaded))
    if "things" in told:
        typer.echo(_things(told["things"], len(loaded)))
    typer.echo(_sizes(told["sizes"]))
    if save is not None:
        typer.echo(f"Pictures {'with boxes' if 'things' in told else 'of each class'} are in {save}.")


@app.command("split")
def split_data(
    data: Data,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where to write it.")],
    split: Split = (0.8, 0.1, 0.1),
    seed: Seed = 0,
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    task: Task = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the pictures into folders, instead of a table.")] = False,
) -> None:
    """Split pictures into train, validation and test, and write that down: as labels.csv, or as folders.

    Each class keeps its share; near duplicates, and pictures of one group, stay on one side.

    Examples:

        opsin data split photos/ --into photos/

        opsin data split photos/ --into photos-split --split 0.7 0.15 0.15 --copy
    """
    loaded = _loaded(data, split, seed, image, label, task)
    if copy:
        _copy(loaded, into)
    else:
        typer.echo(f"{_parts(loaded)} are in {save_table(loaded, into)}. Use it as: opsin train {into}")


@app.command("convert")
def convert_data(
    data: Data,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="coco, yolo, voc or csv.")],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="A new folder to write it into.")],
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    copy: Copy = False,
) -> None:
    """Write pictures with boxes in another format. What is split stays so; what is not becomes train.

    Boxes keep their decimals. YOLO cannot hold crowds, which are left out; YOLO and VOC cannot hold areas of masks; VOC
    and CSV cannot hold classes without things, nor the order of classes; only CSV holds groups.

    Examples:

        opsin data convert cells/ --to coco --into cells-coco

        opsin data convert boxes.csv --to yolo --into cells-yolo --copy
    """
    with reporting(is_shown=True) as report:
        written = convert(data, to, into, is_copied=copy, image=image, label=label, progress=report)
    typer.echo(f"{_parts(written)} with {sum(written.counts().values()):,} things are in {into}, as {to}.")
    typer.echo(f"What {to} cannot hold: {FORMATS.get(to).lacks}.")


@app.command()
def draw(
    data: Data,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="A new folder to write the pictures into.")],
    image: ImageColumn = "image",
    label: LabelColumn = "label",
) -> None:
    """Draw the true boxes on every picture, each into a file of its own.

    Examples:

        opsin data draw cells/ --into cells-drawn
    """
    from opsin.engine.box_sheet import save_drawn

    with reporting(is_shown=True) as report:
        loaded = load(data, split=(1, 0, 0), task="detection", image=image, label=label, progress=report)
        number = save_drawn(loaded, into, report)
    typer.echo(f"{number:,} pictures with their boxes are in {into}.")


def _loaded(
    data: str, split: tuple[float, float, float], seed: int, image: str, label: str, task: str | None
) -> Dataset:
    with reporting(is_shown=True) as report:
        return load(data, split=split, seed=seed, image=image, label=label, task=task, progress=report)


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
        total = sum(counts[part].values() if part in counts else data.counts().values())
        table.add_column(part, f"{total:,}", justify="right", footer_style="bold")
    for label in data.labels:
        row = [counts[part][label] for part in present]
        table.add_row(label, *(f"{count:,}" for count in [*row, sum(row)]))
    return table


def _things(told: dict[str, Any], pictures: int) -> str:
    if not told["count"]:
        return f"Nothing is marked in these {pictures:,} pictures."
    each, sides = told["per_picture"], told["sides"]
    crowds = f", {told['crowds']:,} of them crowds" if told["crowds"] else ""
    return (
        f"{told['count']:,} things{crowds} in {pictures:,} pictures: {each['fewest']} to {each['most']} in each, "
        f"mostly {each['usual']:g}. Sides of boxes: {sides['smallest']:.0f} to {sides['largest']:.0f} pixels, mostly "
        f"{sides['usual']:.0f} ({told['small']:,} small, {told['medium']:,} medium, {told['large']:,} large)."
    )


def _sizes(told: dict[str, Any]) -> str:
    if "usual" not in told:
        return "None of the pictures looked at can be read."
    small, usual, large = (f"{told[key][1]} x {told[key][0]}" for key in ("smallest", "usual", "largest"))
    sizes = f"all {usual}" if small == large else f"{small} to {large}, mostly {usual}"
    unreadable = f"; {told['unreadable']} cannot be read" if told["unreadable"] else ""
    return f"Width x height of {told['looked_at']} of them: {sizes}{unreadable}."
