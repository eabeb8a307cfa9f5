"""`opsin background`: something else behind the subject of pictures, videos, and what a camera sees."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from opsin.cli._progress import counting, downloading
from opsin.cli._written import show_written
from opsin.media.counting import expected
from opsin.models import cards_needed
from opsin.tasks.matting import MATTING, MattingOptions
from opsin.uses.background import Replaced, backgrounds
from opsin.weights.pull import pull

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE",
        help="Pictures, folders, patterns ('a/*.jpg'), archives, videos, a camera's number.",
        show_default=False,
    ),
]
Blur = Annotated[
    float | None,
    typer.Option("--blur", metavar="SHARE", help="Blur it: spread as a share of the longer side.", show_default=False),
]
Colour = Annotated[
    str | None, typer.Option("--colour", metavar="NAME|#rrggbb", help="A colour in its place.", show_default=False)
]
Picture = Annotated[
    str | None,
    typer.Option("--image", metavar="PICTURE", help="A picture in its place, cropped to fill.", show_default=False),
]
Remove = Annotated[
    bool, typer.Option("--remove", help="Nothing in its place: PNG with clear pixels; of a video, one for each frame.")
]
Into = Annotated[
    Path | None,
    typer.Option(
        "--into",
        metavar="PATH",
        help="A folder; or a file, for one picture or video. Beside it when left out.",
        show_default=False,
    ),
]
Quality = Annotated[
    str | None, typer.Option("--quality", metavar="|".join(MATTING.qualities), help="How much care to take.")
]
Model = Annotated[str | None, typer.Option("--model", help="Name of the model that mattes.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line for each picture or frame.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No list and no progress; errors only.")]


def background(
    source: Sources,
    blur: Blur = None,
    colour: Colour = None,
    image: Picture = None,
    remove: Remove = False,
    into: Into = None,
    quality: Quality = None,
    model: Model = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Put something else behind the subject of pictures and videos: blur, a colour, a picture, or nothing.

    Writes new files; the sources stay as they are. Videos become WebM. A camera is written until Ctrl-C.

    Examples:

        opsin background portrait.jpg --blur 0.02

        opsin background photos/ --remove --into cut

        opsin background talk.mp4 --image office.jpg --quality fast --into talk.webm

        opsin background 0 --colour teal --quality fast --into me.webm
    """
    matting = MattingOptions(quality=quality, model=model)
    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(MATTING.model_name(matting)), report)
    named = [int(word) if word.isdecimal() and not Path(word).exists() else word for word in source]
    asked = {"blur": blur, "colour": colour, "image": image, "remove": remove, "quality": quality, "model": model}
    with closing(backgrounds(named[0] if len(named) == 1 else named, into, **asked)) as done:
        counted = counting(done, lambda: expected(named), is_shown=not quiet)
        failed = show_written(counted, _row, json=json, quiet=quiet)
    if failed:
        raise typer.Exit(1)


def _row(one: Replaced) -> str:
    what = "video" if one.frame is not None else f"{one.share:.0%} subject"
    return f"{one.path}  {what}"
