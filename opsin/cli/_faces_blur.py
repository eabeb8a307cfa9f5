"""`opsin faces blur`: pictures and videos without faces."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from opsin.cli._progress import counting, downloading
from opsin.cli._written import show_written
from opsin.media.counting import expected
from opsin.models import cards_needed
from opsin.uses.blur import Blurred, blur_source
from opsin.weights.pull import pull

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="SOURCE", help="Pictures, folders, patterns ('a/*.jpg'), archives, videos.", show_default=False
    ),
]
Out = Annotated[
    Path,
    typer.Option("--out", metavar="PATH", help="A folder; or a file, for one picture or video.", show_default=False),
]
Small = Annotated[bool, typer.Option("--small", help="Look closer, for small faces in large pictures and crowds.")]
Margin = Annotated[float, typer.Option("--margin", help="How much a box grows on each side, as a share of its own.")]
Cells = Annotated[int, typer.Option("--cells", help="Cells of the mosaic across a face, at most (1 to 12).")]
MinScore = Annotated[float, typer.Option("--min-score", help="Blur what is a face at least so certainly (0 to 1).")]
Hold = Annotated[
    float, typer.Option("--hold-seconds", help="In video, blur a face so long before and after it is seen.")
]
Model = Annotated[str | None, typer.Option("--model", help="Name of the model that finds faces.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line for each picture or frame.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No list and no progress; errors only.")]


def blur(
    source: Sources,
    out: Out,
    small: Small = False,
    margin: Margin = 0.2,
    cells: Cells = 8,
    min_score: MinScore = 0.3,
    hold_seconds: Hold = 0.5,
    model: Model = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Blur the faces in pictures and videos, so that nothing can be brought back.

    Writes new files with pixels only: no notes of the camera, no place, no sound. The sources stay as they are. Look
    through what comes out before you hand it on: no network finds every face, and a person is known by more than one.

    Examples:

        opsin faces blur party/ --out blurred

        opsin faces blur street.mp4 --out street.webm --small

        opsin faces blur crowd.jpg --out crowd-blurred.jpg --small --cells 4
    """
    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(model or "yunet.wider"), report)
    flags = {"small": small, "margin": margin, "cells": cells, "min_score": min_score, "model": model}
    done = blur_source(source, out, hold_seconds=hold_seconds, **flags)
    counted = counting(done, lambda: expected(source), is_shown=not quiet)
    if show_written(counted, _row, json=json, quiet=quiet):
        raise typer.Exit(1)


def _row(one: Blurred) -> str:
    what = "video" if one.frame is not None else f"{one.faces} face{'' if one.faces == 1 else 's'}"
    return f"{one.path}  {what}"


VERBS: tuple[Callable[..., None], ...] = (blur,)
