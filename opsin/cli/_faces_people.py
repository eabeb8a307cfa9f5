"""`opsin faces people`, `same`, `different` and `name`: photos sorted by who is on them, and corrected."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from opsin.cli._progress import downloading, reporting
from opsin.models import cards_needed
from opsin.uses._thresholds import MODEL
from opsin.weights.pull import pull

if TYPE_CHECKING:
    from opsin.uses.people import Album

SHOWN = 20
"""People in the table on the terminal; the page and --json have all."""

Into = Annotated[
    Path, typer.Option("--album", metavar="DIR", help="Where the page is, and what Opsin remembers of the photos.")
]
Model = Annotated[str, typer.Option("--model", metavar="NAME", help="What finds and embeds the faces.")]
Faces = Annotated[
    list[str], typer.Argument(metavar="FACE", help="As the page calls it: photo.jpg#2.", show_default=False)
]
Undo = Annotated[bool, typer.Option("--undo", help="Take back what was said of these faces.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output, for each person.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No table and no progress; errors only.")]


def people(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Of photos; folders in it too.")],
    album: Into = Path("people"),
    model: Model = MODEL,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Sort a folder of photos by the people on them, and write a page with a row of faces for each.

    Run again, it looks at what is new: people keep their faces, their names, and what was said of them. Whoever has
    one face only stays unknown.

    Examples:

        opsin faces people holiday/

        opsin faces people holiday/ --album family --json > people.jsonl
    """
    from opsin.uses.people import people as sort

    is_shown = not (json or quiet)
    with downloading(is_shown=is_shown) as report:
        pull(cards_needed(model), report)
    with reporting(is_shown=is_shown) as report:
        done = sort(folder, album=album, model=model, progress=report)
    _tell(done, json=json, quiet=quiet)
    for _, error in done.failures:
        typer.echo(f"opsin: {error}", err=True)
    if done.failures:
        raise typer.Exit(1)


def same(
    faces: Faces, album: Into = Path("people"), undo: Undo = False, json: Json = False, quiet: Quiet = False
) -> None:
    """Say that faces are one person: from then on they are, whatever they look like.

    Examples:

        opsin faces same beach.jpg#1 party.jpg#3

        opsin faces same beach.jpg#1 party.jpg#3 --undo
    """
    from opsin.uses.people import same as say

    _tell(say(album, faces, undo=undo), json=json, quiet=quiet)


def different(
    faces: Faces, album: Into = Path("people"), undo: Undo = False, json: Json = False, quiet: Quiet = False
) -> None:
    """Say that two faces are different people: from then on they are, however alike they look.

    Examples:

        opsin faces different beach.jpg#1 beach.jpg#2

        opsin faces different beach.jpg#1 beach.jpg#2 --undo
    """
    from opsin.uses.people import different as say

    _tell(say(album, faces, undo=undo), json=json, quiet=quiet)


def name(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="As the page says: p12, or the name so far.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name; '' takes it away.")],
    album: Into = Path("people"),
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Give a person a name, which stays.

    Examples:

        opsin faces name p12 "Ann Lee"

        opsin faces name "Ann Lee" Anna --album family
    """
    from opsin.uses.people import name as call

    _tell(call(album, person, name), json=json, quiet=quiet)


VERBS: tuple[Callable[..., None], ...] = (people, same, different, name)


def _tell(album: Album, *, json: bool, quiet: bool) -> None:
    """Every person as JSON, or the largest as a table."""
    if json:
        everybody = (*album.people, album.unknown) if album.unknown.faces else album.people
        for person in everybody:
            typer.echo(jsonlib.dumps(person.to_dict(), ensure_ascii=False))
    elif not quiet:
        _table(album)
        typer.echo(f"{album.summary}. {album.page} shows all.")


def _table(album: Album) -> None:
    table = Table(box=None, pad_edge=False)
    for heading in ("person", "name", "faces", "photos"):
        table.add_column(heading, justify="right" if heading in ("faces", "photos") else "left")
    for person in album.people[:SHOWN]:
        # A name is no markup, whatever brackets it has.
        table.add_row(person.id, escape(person.name), f"{len(person.faces):,}", f"{len(person.photos):,}")
    if album.people:
        Console().print(table)
