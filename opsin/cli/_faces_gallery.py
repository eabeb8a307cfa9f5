"""`opsin faces verify`, and the gallery: `enroll, list, rename, merge, split, forget, encrypt, decrypt`."""

from __future__ import annotations

import json as jsonlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from opsin.cli._progress import downloading, reporting
from opsin.media.files import save_image
from opsin.media.limits import spoken
from opsin.models import cards_needed
from opsin.uses._gallery import FOLDER, PASSPHRASE, Gallery
from opsin.uses._gallery_enroll import Enrolled
from opsin.uses._thresholds import MODEL
from opsin.weights.pull import pull

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name.", show_default=False)]
Folder = Annotated[Path, typer.Option("--gallery", metavar="DIR", help="Folder of the gallery.")]
Ask = Annotated[
    bool, typer.Option("--passphrase", help=f"Ask for the passphrase of an encrypted gallery; else {PASSPHRASE} is.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no words; errors only.")]
Model = Annotated[str, typer.Option("--model", metavar="NAME", help="What finds and embeds the faces.")]


def enroll(
    name: Name,
    photos: Annotated[
        list[str], typer.Argument(metavar="PHOTO…", help="Photos or folders of the person.", show_default=False)
    ],
    gallery: Folder = Path(FOLDER),
    largest: Annotated[bool, typer.Option("--largest", help="Of several faces in a photo take the largest.")] = False,
    model: Model = MODEL,
    passphrase: Ask = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a person known by photos: a few, in different light, from about the front.

    A photo that is no good (no face, several, too small, blurred, turned away) is refused with the reason; the others
    are taken. Then the exit code is 1.

    Examples:

        opsin faces enroll Ada ada_1.jpg ada_2.jpg

        opsin faces enroll Ada photos_of_ada/ --largest

        opsin faces enroll Ada ada.jpg --gallery secret --passphrase
    """
    opened = _opened(gallery, passphrase)
    with downloading(is_shown=not quiet) as fetched:
        pull(cards_needed(model), fetched)
    with reporting(is_shown=not quiet) as report:
        done = opened.enroll(name, photos, largest=largest, model=model, progress=report)
    if json:
        typer.echo(jsonlib.dumps(done.to_dict(), ensure_ascii=False))
    elif not quiet:
        typer.echo(_enrolled(done, opened))
    for each in done.refused:
        typer.echo(f"opsin: {spoken(each.source)} was not taken: {each.reason}.", err=True)
    if done.refused:
        raise typer.Exit(1)


def list_people(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="One person, with the photos' names.", show_default=False)
    ] = None,
    gallery: Folder = Path(FOLDER),
    passphrase: Ask = False,
    json: Json = False,
) -> None:
    """List the people in the gallery.

    Examples:

        opsin faces list

        opsin faces list Ada --json
    """
    opened = _opened(gallery, passphrase)
    if not opened.exists:
        raise opened.nobody()
    people = {each: opened.photos(each) for each in ([name] if name else opened.people)}
    if json:
        for each, photos in people.items():
            typer.echo(jsonlib.dumps({"name": each, "photos": photos}, ensure_ascii=False))
        return
    table = Table("name", "photos", "", box=None, pad_edge=False)
    for each, photos in people.items():
        table.add_row(Text(each), str(len(photos)), Text(", ".join(map(spoken, photos)) if name else ""))
    Console().print(table)


def rename(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The name now.", show_default=False)],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The name from now on.", show_default=False)],
    gallery: Folder = Path(FOLDER),
    passphrase: Ask = False,
) -> None:
    """Give a person another name.

    Examples:

        opsin faces rename Ada "Ada Lovelace"
    """
    _opened(gallery, passphrase).rename(old, new)


def merge(
    into: Annotated[str, typer.Argument(metavar="INTO", help="The name that stays.", show_default=False)],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The name that goes.", show_default=False)],
    gallery: Folder = Path(FOLDER),
    passphrase: Ask = False,
) -> None:
    """Make two people one: they were the same all the time.

    Examples:

        opsin faces merge "Ada Lovelace" Ada
    """
    _opened(gallery, passphrase).merge(into, other)


def split(
    name: Name,
    photos: Annotated[list[str], typer.Argument(metavar="PHOTO…", help="Their names, as opsin faces list NAME says.")],
    into: Annotated[str, typer.Option("--into", metavar="NAME", help="Whose they are.", show_default=False)],
    gallery: Folder = Path(FOLDER),
    passphrase: Ask = False,
) -> None:
    """Give some of a person's photos to another name: they show somebody else.

    Examples:

        opsin faces split Ada ada_3.jpg --into Byron
    """
    _opened(gallery, passphrase).split(name, photos, into)


def forget(name: Name, gallery: Folder = Path(FOLDER), passphrase: Ask = False) -> None:
    """Delete every trace of a person from the gallery.

    Examples:

        opsin faces forget Ada
    """
    _opened(gallery, passphrase).forget(name)


def encrypt(gallery: Folder = Path(FOLDER)) -> None:
    """Encrypt a gallery with OPSIN_PASSPHRASE, or with one that is asked for; or change the passphrase it has.

    Who loses the passphrase loses the gallery.

    Examples:

        opsin faces encrypt

        opsin faces encrypt --gallery secret
    """
    known = os.environ.get(PASSPHRASE)
    if not Gallery(gallery).is_encrypted:
        Gallery(gallery).encrypt(known or _asked("New passphrase", is_new=True))
        return
    old = known or _asked("Passphrase now", is_new=False)
    Gallery.open(gallery, old).encrypt(_asked("New passphrase", is_new=True))


def decrypt(gallery: Folder = Path(FOLDER), passphrase: Ask = False) -> None:
    """Keep a gallery in the clear again.

    Examples:

        opsin faces decrypt --passphrase
    """
    _opened(gallery, passphrase).decrypt()


def verify(
    first: Annotated[str, typer.Argument(metavar="A", help="A picture.", show_default=False)],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.", show_default=False)],
    far: Annotated[
        float, typer.Option("--far", help="Share of pairs of different people that may count as the same.")
    ] = 1e-3,
    model: Model = MODEL,
    thresholds: Annotated[
        Path | None,
        typer.Option("--thresholds", metavar="FILE", help="Made by opsin faces calibrate.", show_default=False),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Write both faces there, side by side.", show_default=False),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Say whether two pictures show the same person, the largest face of each: exit code 0 for yes, 3 for no.

    Examples:

        opsin faces verify passport.jpg selfie.jpg

        opsin faces verify a.jpg b.jpg --far 1e-4 --json --save both.png
    """
    from opsin.uses.verify import verify as judge

    with downloading(is_shown=not quiet) as report:
        pull(cards_needed(model), report)
    done = judge(first, second, far=far, model=model, thresholds=thresholds)
    if save:
        save_image(save, done.draw(first, second))
    if json:
        typer.echo(jsonlib.dumps(done.to_dict()))
    elif not quiet:
        typer.echo(done.summary)
    if not done.same:
        raise typer.Exit(3)


VERBS: tuple[Callable[..., None], ...] = (
    verify,
    enroll,
    list_people,
    rename,
    merge,
    split,
    forget,
    encrypt,
    decrypt,
)
"""The commands, as they are listed."""
# A function called `list` would hide the one that Python has.
list_people.__name__ = "list"


def _opened(folder: Path, is_asked: bool) -> Gallery:
    """The gallery; the passphrase never stands on the command line, where everybody on the machine can read it."""
    if not is_asked:
        return Gallery.open(folder)
    return Gallery.open(folder, _asked("Passphrase", is_new=not Gallery(folder).exists))


def _asked(what: str, *, is_new: bool) -> str:
    """A passphrase from the keyboard, unseen; a new one twice."""
    return str(typer.prompt(what, hide_input=True, confirmation_prompt=is_new, err=True))


def _enrolled(done: Enrolled, gallery: Gallery) -> str:
    taken = len(done.accepted)
    photos = f"{taken} photo{'' if taken == 1 else 's'} taken, {len(done.refused)} refused"
    return f"{done.name}: {photos}; {gallery.people.get(done.name, 0)} in all."
