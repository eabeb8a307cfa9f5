"""CLI: the command line, made from the registries."""

from opsin.cli._app import main

__all__ = ["main"]
