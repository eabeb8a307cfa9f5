"""`opsin data`: pictures to learn from, and pictures to begin with."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from opsin.cli._data_told import MARKS, captions_told, classes_table, parts_of, sizes_told, things_told, truths_of
from opsin.cli._progress import downloading, reporting
from opsin.core.errors import UnknownNameError
from opsin.data.convert import convert
from opsin.data.dataset import Dataset
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
        "COCO, YOLO, PASCAL VOC, or a CSV of image,label,x0,y0,x1,y1; or folders images and masks; or captions: COCO, "
        "Flickr8k, or a CSV of image,caption.",
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
        "--task",
        metavar="NAME",
        help="classification, detection, segmentation or captioning; by its look when left out.",
        show_default=False,
    ),
]
Names = Annotated[
    str,
    typer.Option(
        "--labels",
        metavar="A,B,…",
        help="Of masks: the labels of 0, 1, 2 …, where no file says it.",
        show_default=False,
    ),
]
Ignore = Annotated[
    list[int] | None,
    typer.Option("--ignore", metavar="N", help="Of masks: a number of which nothing is said.", show_default=False),
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
    names: Names = "",
    ignore: Ignore = None,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save",
            metavar="FILE",
            help="A picture of some of each class, or of some with boxes, masks or captions.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show how many pictures of each class there are, and in which part of the split.

    Where things are boxed, it counts things, and tells how many are in a picture and how large they are; where there
    are masks, how much of all pixels each class takes; where there are captions, how many and how long they are.

    Examples:

        opsin data show photos/

        opsin data show cells/ --save cells.png

        opsin data show streets/ --labels sky,road,car --ignore 3

        opsin data show flickr8k/ --task captioning

        opsin data show mnist --save mnist.png
    """
    loaded = _loaded(data, names, ignore, split=split, seed=seed, image=image, label=label, task=task)
    if save is not None:
        from opsin.engine.contact_sheet import contact_sheet
        from opsin.media.files import save_image

        save_image(save, contact_sheet(loaded))
    told = facts(loaded)
    if json:
        typer.echo(jsonlib.dumps(told, ensure_ascii=False))
        return
    if "captions" in told:
        typer.echo(captions_told(told["captions"], parts_of(loaded)))
    else:
        Console().print(classes_table(loaded, told.get("regions", {}).get("shares", {})))
    if "things" in told:
        typer.echo(things_told(told["things"], len(loaded)))
    if told.get("regions", {}).get("ignored"):
        typer.echo(f"Of {told['regions']['ignored']:.1%} of all pixels nothing is said.")
    typer.echo(sizes_told(told["sizes"]))
    if save is not None:
        what = f"with {MARKS[loaded.task]}" if loaded.task in MARKS else "of each class"
        typer.echo(f"Pictures {what} are in {save}.")


@app.command("split")
def split_data(
    data: Data,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="Where to write it.")],
    split: Split = (0.8, 0.1, 0.1),
    seed: Seed = 0,
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    task: Task = None,
    names: Names = "",
    ignore: Ignore = None,
    copy: Annotated[bool, typer.Option("--copy", help="Copy the pictures into folders, instead of a table.")] = False,
) -> None:
    """Split pictures into train, validation and test, and write that down: as labels.csv, or as folders.

    Each class keeps its share; near duplicates, and pictures of one group, stay on one side. With masks: --copy.

    Examples:

        opsin data split photos/ --into photos/

        opsin data split photos/ --into photos-split --split 0.7 0.15 0.15 --copy
    """
    loaded = _loaded(data, names, ignore, split=split, seed=seed, image=image, label=label, task=task)
    if copy:
        _copy(loaded, into)
    else:
        typer.echo(f"{parts_of(loaded)} are in {save_table(loaded, into)}. Use it as: opsin train {into}")


@app.command("convert")
def convert_data(
    data: Data,
    to: Annotated[str, typer.Option("--to", metavar="FORMAT", help="coco, yolo, voc, csv; index_masks …")],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="A new folder to write it into.")],
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    names: Names = "",
    ignore: Ignore = None,
    copy: Copy = False,
) -> None:
    """Write pictures with boxes, masks or captions in another format. What is not split becomes train.

    Boxes keep their decimals. YOLO cannot hold crowds, which are left out; YOLO and VOC cannot hold areas of masks; VOC
    and CSV cannot hold classes without things, nor the order of classes; only CSV holds groups. Masks become
    index_masks, colour_masks, binary_masks or coco_masks; binary_masks cannot hold what is ignored. Captions become
    caption_table, caption_list, coco_captions or flickr8k.

    Examples:

        opsin data convert cells/ --to coco --into cells-coco

        opsin data convert boxes.csv --to yolo --into cells-yolo --copy

        opsin data convert coco/ --to index_masks --into coco-masks

        opsin data convert flickr8k/ --to caption_table --into captions
    """
    with reporting(is_shown=True) as report:
        written = convert(
            data,
            to,
            into,
            is_copied=copy,
            image=image,
            label=label,
            labels=listed(names),
            ignore=ignore or (),
            progress=report,
        )
    typer.echo(f"{parts_of(written)} with {truths_of(written)} are in {into}, as {to}.")
    typer.echo(f"What {to} cannot hold: {FORMATS.get(to).lacks}.")


@app.command()
def draw(
    data: Data,
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="A new folder to write the pictures into.")],
    image: ImageColumn = "image",
    label: LabelColumn = "label",
    task: Task = None,
    names: Names = "",
    ignore: Ignore = None,
) -> None:
    """Draw the true boxes or masks on every picture, or write its captions below, each into a file of its own.

    Examples:

        opsin data draw cells/ --into cells-drawn

        opsin data draw streets/ --into streets-drawn

        opsin data draw flickr8k/ --task captioning --into captions-to-read
    """
    from opsin.engine.box_sheet import drawable, save_drawn

    with reporting(is_shown=True) as report:
        loaded = drawable(
            data, task=task, image=image, label=label, labels=listed(names), ignore=ignore or (), progress=report
        )
        number = save_drawn(loaded, into, report)
    typer.echo(f"{number:,} pictures with their {MARKS[loaded.task]} are in {into}.")


def listed(names: str) -> list[str]:
    """The names of an option, which commas stand between."""
    return [name.strip() for name in names.split(",")] if names else []


def _loaded(data: str, names: str, ignore: list[int] | None, **asked: Any) -> Dataset:
    with reporting(is_shown=True) as report:
        return load(data, labels=listed(names), ignore=ignore or (), progress=report, **asked)


def _copy(data: Dataset, folder: Path) -> None:
    with reporting(is_shown=True) as report:
        save_folders(data, folder, lambda done, total: report("pictures", done, total))
    typer.echo(f"{parts_of(data)} are in {folder}. Use it as: opsin train {folder}")
