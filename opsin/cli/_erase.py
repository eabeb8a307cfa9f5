"""`opsin erase`: a thing taken out of photographs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from opsin.cli._progress import counting, downloading
from opsin.cli._written import show_written
from opsin.media.counting import expected
from opsin.models import cards_needed
from opsin.tasks.segmentation import QUALITIES
from opsin.uses.erase import Asked, ErasedFile, erase_source
from opsin.weights.pull import pull

Sources = Annotated[
    list[str], typer.Argument(metavar="PHOTO", help="Pictures, folders, patterns ('a/*.jpg').", show_default=False)
]
At = Annotated[
    list[str] | None,
    typer.Option("--at", metavar="X,Y", help="A point on the thing, in pixels. Again for more.", show_default=False),
]
NotAt = Annotated[
    list[str] | None,
    typer.Option("--not-at", metavar="X,Y", help="A point beside it, which is not meant.", show_default=False),
]
Label = Annotated[
    str | None,
    typer.Option("--label", help="Everything of this label, such as person (see: opsin segment).", show_default=False),
]
Which = Annotated[
    int | None,
    typer.Option(
        "--which", metavar="N", help="Of the things of the label only this one; 1 is the surest.", show_default=False
    ),
]
Quality = Annotated[
    str, typer.Option("--quality", metavar="|".join(QUALITIES), help="How much care to take to find the label.")
]
MaskFile = Annotated[
    str | None,
    typer.Option(
        "--mask", metavar="PNG", help="A picture of the same size, black but for what goes.", show_default=False
    ),
]
Grow = Annotated[
    int | None,
    typer.Option(
        "--grow",
        metavar="PIXELS",
        help="How far what goes grows on all sides; 1.2 % of the diagonal when left out. More takes shadows along.",
        show_default=False,
    ),
]
Fill = Annotated[
    str, typer.Option("--fill", metavar="exemplar|telea|navier-stokes", help="How to fill the hole.")
]  # fmt: skip
Into = Annotated[Path, typer.Option("--into", metavar="DIR", help="The folder that new pictures are written to.")]
Page = Annotated[bool, typer.Option("--page", help="Write index.html too: before and after, under a slider.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line for each picture.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No list and no progress; errors only.")]


def erase(
    source: Sources,
    at: At = None,
    not_at: NotAt = None,
    label: Label = None,
    which: Which = None,
    quality: Quality = "best",
    mask: MaskFile = None,
    grow: Grow = None,
    fill: Fill = "exemplar",
    into: Into = Path("erased"),
    page: Page = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Take a thing out of a photograph, and fill the hole from what is around it.

    Say what goes with a point on it, a label, or a mask. Nothing is invented: what the thing hid is not known, and
    texture from around it is laid there. Shadows stay, unless --grow or the mask takes them along.

    Examples:

        opsin erase street.jpg --label person

        opsin erase street.jpg --label car --which 1 --grow 20

        opsin erase beach.jpg --at 410,260 --into clean --page

        opsin erase scan.png --mask scratches.png --grow 0 --fill telea
    """
    said: dict[str, Any] = {
        "at": at or (), "not_at": not_at or (), "label": label, "which": which, "quality": quality, "mask": mask,
        "grow": grow, "fill": fill,
    }  # fmt: skip
    if model := Asked(**said).model:
        with downloading(is_shown=not quiet) as report:
            pull(cards_needed(model), report)
    done = erase_source(source, into, page=page, **said)
    counted = counting(done, lambda: expected(source), is_shown=not quiet)
    if show_written(counted, _row, json=json, quiet=quiet, fault=_fault):
        raise typer.Exit(1)


def _row(one: ErasedFile) -> str:
    return f"{one.path}  {100 * one.share:.1f} % filled"


def _fault(one: ErasedFile) -> str:
    return f"{one.source}: {one.error}"
