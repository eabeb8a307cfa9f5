"""`opsin explain`: why a taught network answers as it does."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from opsin.cli._progress import reporting
from opsin.core.errors import UsageError
from opsin.engine.explain import METHODS, picture_name
from opsin.engine.explain import explain as explain_picture

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.", show_default=False)]
Pictures = Annotated[list[str], typer.Argument(metavar="PICTURE…", help="Files of pictures.", show_default=False)]
Label = Annotated[
    str | None,
    typer.Option("--label", metavar="LABEL", help="Ask why this label, and not the answer.", show_default=False),
]
Method = Annotated[str, typer.Option("--method", metavar="NAME", help=f"One of {', '.join(METHODS)}.")]
Layer = Annotated[
    str | None,
    typer.Option("--layer", metavar="NAME", help="Look at the maps of this layer, not the last.", show_default=False),
]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save", metavar="DIR", help="Write here, a folder for each picture; else RUN/explain.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]


def explain(
    run: RunFolder,
    pictures: Pictures,
    label: Label = None,
    method: Method = "all",
    layer: Layer = None,
    save: Save = None,
    json: Json = False,
) -> None:
    """Show where a taught network looks, what it needs to see, and what each of its layers makes of a picture.

    For each picture a page is written, index.html, to be read from the top.

    Examples:

        opsin explain runs/clothing photo.jpg

        opsin explain runs/clothing photo.jpg --label shirt --method gradcam

        opsin explain runs/clothing/export/onnx photo.jpg --method occlusion
    """
    for picture, name in zip(pictures, _names(pictures), strict=True):
        to = save and save / name
        with reporting(is_shown=True) as progress:
            done = explain_picture(run, picture, label=label, method=method, layer=layer, save=to, progress=progress)
        if json:
            typer.echo(jsonlib.dumps({"source": picture, "folder": str(done.folder)} | done.figures()))
        else:
            typer.echo(f"{picture}: {done.summary}.\n{done.folder / 'index.html'}")


def _names(pictures: list[str]) -> list[str]:
    """The folder of each picture: of its name, which no two may share."""
    names = [picture_name(picture) for picture in pictures]
    for name, picture in zip(names, pictures, strict=True):
        if names.count(name) > 1:
            raise UsageError(f"There are two pictures called {name}, as {picture}. Explain them one after the other.")
    return names
