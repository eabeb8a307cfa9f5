"""`opsin faces`: find them, know them, sort photos by them, hide them."""

from __future__ import annotations

import typer

from opsin.cli import _faces_blur, _faces_calibrate, _faces_gallery, _faces_people, _faces_unlock

GROUPS = (_faces_gallery, _faces_people, _faces_blur, _faces_unlock, _faces_calibrate)
"""The modules whose commands these are, beside those that are made of tasks."""


def app() -> typer.Typer:
    """The group."""
    group = typer.Typer(
        help="Find faces, know whose they are, sort photos by people.", no_args_is_help=True, rich_markup_mode="rich"
    )
    for module in GROUPS:
        for verb in module.VERBS:
            group.command(verb.__name__)(verb)
    return group
