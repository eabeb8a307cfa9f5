"""`opsin faces unlock`: yes or no to the person before a camera."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from opsin.cli._progress import downloading
from opsin.models import cards_needed
from opsin.uses._gallery import FOLDER, Gallery
from opsin.uses._thresholds import MODEL
from opsin.uses.unlock import Unlocking
from opsin.uses.unlock import unlock as ask
from opsin.weights.pull import pull

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whom to let in.", show_default=False)]
Camera = Annotated[
    str,
    typer.Option("--camera", metavar="NUMBER|VIDEO", help="A camera's number, its address, or a video's file."),
]
Folder = Annotated[Path, typer.Option("--gallery", metavar="DIR", help="Folder of the gallery.")]
Far = Annotated[float, typer.Option("--far", help="A stranger's face is taken for NAME's so seldom.")]
Seconds = Annotated[float, typer.Option("--seconds", help="How long an attempt may take.")]
Tries = Annotated[int, typer.Option("--attempts", help="Failures in a row, after which nobody gets in for 15 minutes.")]
Steps = Annotated[int, typer.Option("--steps", help="How many things to ask for; more are harder to foresee.")]
Log = Annotated[
    Path | None,
    typer.Option("--log", metavar="FILE", help="Add a line there for each attempt.", show_default=False),
]
Thresholds = Annotated[
    Path | None,
    typer.Option("--thresholds", metavar="FILE", help="Made by: opsin faces calibrate", show_default=False),
]
Ask = Annotated[bool, typer.Option("--passphrase", help="Ask for the passphrase of an encrypted gallery.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not say what to do next.")]


def unlock(
    name: Name,
    camera: Camera,
    gallery: Folder = Path(FOLDER),
    far: Far = 1e-4,
    seconds: Seconds = 30.0,
    attempts: Tries = 3,
    steps: Steps = 3,
    log: Log = None,
    thresholds: Thresholds = None,
    passphrase: Ask = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Answer yes (exit code 0) or no (3): is NAME before the camera, in the flesh?

    NAME looks ahead, then turns to the left and to the right and comes closer, in an order that nobody knows
    beforehand. A photograph held up, turned or bent does not pass, nor a still video. This is no bank's lock: a video
    on a screen that happens to show what is asked may pass, and a mask, a twin, or who can write the gallery's files.

    Examples:

        opsin faces unlock Ada --camera 0

        opsin faces unlock Ada --camera 0 --log door.log && open-the-door

        opsin faces unlock Ada --camera recorded.mp4 --steps 5 --json
    """
    secret = typer.prompt("Passphrase", hide_input=True, err=True) if passphrase else None
    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(MODEL), report)
    done = ask(
        name,
        int(camera) if camera.isdecimal() and not Path(camera).exists() else camera,
        gallery=Gallery.open(gallery, secret),
        log=log,
        tell=(lambda line: None) if quiet else (lambda line: typer.echo(f"opsin: {line}", err=True)),
        far=far,
        seconds=seconds,
        attempts=attempts,
        steps=steps,
        thresholds=None if thresholds is None else str(thresholds),
    )
    typer.echo(jsonlib.dumps(done.to_dict(), ensure_ascii=False) if json else _spoken(done))
    if not done.is_open:
        raise typer.Exit(3)


def _spoken(done: Unlocking) -> str:
    return "yes" if done.is_open else f"no: {done.why}"


VERBS: tuple[Callable[..., None], ...] = (unlock,)
