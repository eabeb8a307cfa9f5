"""The whole command line: a command for each task, and the groups."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from typing import Annotated

import typer

from opsin.cli import (
    _alt,
    _background,
    _check,
    _count,
    _data,
    _doctor,
    _erase,
    _evaluate,
    _explain,
    _export,
    _faces,
    _models,
    _subtitle,
    _train,
)
from opsin.cli._command import command
from opsin.core.errors import OpsinError
from opsin.tasks import TASKS

BUG = 70
"""The exit code of a program with a bug (sysexits.h, EX_SOFTWARE)."""

HELP = """Say what is in pictures, and teach networks to say it of yours. Everything runs on this machine.

Examples:

    opsin look photo.jpg --save drawn

    opsin classify holiday/ --limit 1 --csv > labels.csv

    opsin detect traffic.mp4 --save drawn

    opsin train flowers/ --model efficientnet_lite0

    opsin classify rose.jpg --model runs/flowers-efficientnet_lite0
"""

for look in (_check.check, _check.preview):
    _data.app.command()(look)


def app() -> typer.Typer:
    """The command line; tasks and uses that are registered become commands of it."""
    root = typer.Typer(
        name="opsin",
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    root.callback()(_root)
    faces = _faces.app()
    groups = {"": root, "faces": faces}
    for task in TASKS:
        group, _, name = task.verb.rpartition(" ")
        groups[group].command(name, rich_help_panel="Recognise", no_args_is_help=True)(command(task))
    root.command("alt", rich_help_panel="Recognise", no_args_is_help=True)(_alt.alt)
    root.command("background", rich_help_panel="Recognise", no_args_is_help=True)(_background.background)
    root.command("count", rich_help_panel="Recognise", no_args_is_help=True)(_count.count)
    root.command("erase", rich_help_panel="Recognise", no_args_is_help=True)(_erase.erase)
    root.command("subtitle", rich_help_panel="Recognise", no_args_is_help=True)(_subtitle.subtitle)
    root.add_typer(faces, name="faces", rich_help_panel="Recognise")
    root.command("train", rich_help_panel="Teach", no_args_is_help=True)(_train.train())
    for verb in (_evaluate.evaluate, _explain.explain, _export.export):
        root.command(verb.__name__, rich_help_panel="Teach", no_args_is_help=True)(verb)
    root.add_typer(_models.app, name="models", rich_help_panel="Keep")
    root.add_typer(_data.app, name="data", rich_help_panel="Keep")
    root.command("doctor", rich_help_panel="Keep")(_doctor.doctor)
    return root


def _version(is_asked: bool) -> None:
    if is_asked:
        from opsin import __version__

        typer.echo(f"opsin {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    logging.basicConfig(stream=sys.stderr, format="opsin: %(message)s", level=logging.WARNING)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line, and end the process.

    Exit codes: 0 done, or yes; 1 some input failed; 2 wrong usage; 3 the answer is no; 70 a bug; 130 interrupted.
    """
    # A file's name may hold bytes that are no UTF-8; it is to be shown all the same.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app()(arguments)
    except OpsinError as error:
        typer.echo(f"opsin: {error}", err=True)
        sys.exit(error.exit_code)
    # The outermost boundary: a bug is shown whole, and has an exit code of its own.
    except Exception:  # noqa: BLE001  # see above
        traceback.print_exc()
        typer.echo("opsin: this is a bug in Opsin; the lines above say where.", err=True)
        sys.exit(BUG)
