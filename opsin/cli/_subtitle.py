"""`opsin subtitle`: what happens in a video, told scene by scene."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer

from opsin.cli._progress import downloading, reporting
from opsin.core.errors import InputError, OptionError
from opsin.models import cards_needed
from opsin.tasks.captioning import CAPTIONING, CaptioningOptions
from opsin.uses.subtitle import Subtitles
from opsin.uses.subtitle import subtitle as told_of
from opsin.weights.pull import pull

Videos = Annotated[list[Path], typer.Argument(metavar="VIDEO", help="Videos' files.", show_default=False)]
Save = Annotated[
    Path | None,
    typer.Option(
        "--save",
        metavar="NAME",
        help="Write NAME.vtt and NAME.srt, or the one it ends with; beside the video when left out.",
        show_default=False,
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Write over files of that name.")]
SureOnly = Annotated[bool, typer.Option("--sure-only", help="Leave out what the model is not sure of.")]
MinScore = Annotated[
    float | None,
    typer.Option(
        "--min-score", help="The model is sure from here on (0 to 1); its own when left out.", show_default=False
    ),
]
Model = Annotated[str | None, typer.Option("--model", help="Name of the model that captions.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line for each video, with its scenes.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No list and no progress; errors only.")]


def subtitle(
    video: Videos,
    save: Save = None,
    overwrite: Overwrite = False,
    sure_only: SureOnly = False,
    min_score: MinScore = None,
    model: Model = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Tell what each scene of a video shows, as subtitles: WebVTT for browsers, SRT for players.

    Scenes are found by their cuts and by what the picture becomes; long ones are looked at again every ten seconds. It
    tells what is seen, not what is said.

    Examples:

        opsin subtitle holiday.mp4

        opsin subtitle holiday.mp4 --save described --sure-only

        opsin subtitle holiday.mp4 --save described.vtt --overwrite --json > scenes.json
    """
    if save is not None and len(video) > 1:
        raise OptionError(f"--save {save} names the files of one video; {len(video)} were given.")
    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(CAPTIONING.model_name(CaptioningOptions(model=model))), report)
    asked: dict[str, Any] = {"overwrite": overwrite, "sure_only": sure_only, "min_score": min_score, "model": model}
    failed = 0
    for one in video:
        with reporting(is_shown=not quiet) as report:
            try:
                done = told_of(one, save, progress=report, **asked)
            # One of several: the others are told of.
            except InputError as error:
                failed += 1
                typer.echo(f"opsin: {error}", err=True)
                continue
        failed += len(done.errors)
        _show(done, json=json, quiet=quiet)
    if failed:
        raise typer.Exit(1)


def _show(done: Subtitles, *, json: bool, quiet: bool) -> None:
    for error in done.errors:
        typer.echo(f"opsin: {error}", err=True)
    if json:
        typer.echo(jsonlib.dumps(done.to_dict(), ensure_ascii=False))
    elif not quiet:
        for cue in done.cues:
            typer.echo(f"{cue.start:8.1f} s  {cue.text}")
        typer.echo(f"{', '.join(map(str, done.paths))}: {done.summary}")
