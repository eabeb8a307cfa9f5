"""`opsin models`: what networks there are, and where their weights are kept."""

from __future__ import annotations

import dataclasses
import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from opsin.cli._progress import downloading
from opsin.core.errors import DamagedWeightsError, UsageError
from opsin.models import ARCHITECTURES, MODELS, Architecture, card_of, cards_needed
from opsin.weights.bundle import bundle as write_bundle
from opsin.weights.bundle import unbundle as read_bundle
from opsin.weights.card import Card
from opsin.weights.pull import is_here
from opsin.weights.pull import pull as pull_cards
from opsin.weights.pull import verify as verify_cards

app = typer.Typer(help="List, fetch, check and carry the networks' weights.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME…", help="Names of models.", show_default=False)]
All = Annotated[bool, typer.Option("--all", help="Every model that has weights.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]


@app.command("list")
def list_models(json: Json = False) -> None:
    """List the models: what each does, its licence, and whether its weights are here."""
    cards = [card_of(name) for name in MODELS.names() if not card_of(name).is_tiny]
    if json:
        for card in cards:
            typer.echo(jsonlib.dumps(_facts(card.name)))
        return
    table = Table("name", "task", "licence", "size", "here", "what", box=None, pad_edge=False)
    for card in cards:
        table.add_row(card.name, card.task, card.licence, _size(_bytes(card.name)), _here(card.name), card.summary)
    Console().print(table)


@app.command("networks")
def list_networks(json: Json = False) -> None:
    """List the networks that can be taught: opsin train DATA --model NAME."""
    if json:
        for network in ARCHITECTURES:
            typer.echo(jsonlib.dumps(_network_facts(network)))
        return
    table = Table("name", "input", "begins with", "licence", "what", box=None, pad_edge=False)
    for network in ARCHITECTURES:
        size = " x ".join(map(str, network.input_size or ())) or "the data's"
        table.add_row(network.name, size, ", ".join(network.weights) or "chance", network.licence, network.summary)
    Console().print(table)


def _network_facts(network: Architecture) -> dict[str, Any]:
    names = ("name", "summary", "input_size", "min_size", "weights", "licence", "paper")
    return {name: getattr(network, name) for name in names}


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME")], json: Json = False) -> None:
    """Show a model's card: what it was trained on, its licence, its source, its figures and its files."""
    facts = _facts(name)
    if json:
        typer.echo(jsonlib.dumps(facts))
        return
    table = Table(show_header=False, box=None, pad_edge=False)
    for key, value in facts.items():
        table.add_row(key.replace("_", " "), _size(value) if key == "size_bytes" else _spoken(value))
    Console().print(table)


@app.command()
def pull(names: Names = None, every: All = False) -> None:
    """Fetch the weights of the models named, so that they work without a network.

    Examples:

        opsin models pull picodet_small.coco

        opsin models pull --all
    """
    with downloading(is_shown=True) as report:
        pull_cards(_cards(names, every), report)
    typer.echo("Everything is here.")


@app.command()
def verify() -> None:
    """Read every file in the cache again and compare it with its card; damaged ones are deleted."""
    states = verify_cards(_cards(None, every=True))
    for card, role, state in states:
        typer.echo(f"{card.name:<32} {role:<10} {state}")
    if any(state == "damaged" for *_, state in states):
        raise DamagedWeightsError("Damaged files were deleted. Fetch them again with: opsin models pull --all")


@app.command()
def bundle(file: Annotated[Path, typer.Argument(metavar="FILE")], names: Names = None) -> None:
    """Write one file with the weights of the models named (or all), to set up a machine without a network.

    Example:

        opsin models bundle weights.zip
    """
    write_bundle(_cards(names, every=not names), file)
    typer.echo(f"Wrote {file} ({_size(file.stat().st_size)}). On the other machine: opsin models unbundle {file.name}")


@app.command()
def unbundle(file: Annotated[Path, typer.Argument(metavar="FILE")]) -> None:
    """Put the weights of such a file into the cache, each checked against its hash."""
    typer.echo("\n".join(read_bundle(file)))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE.h5")],
    into: Annotated[Path, typer.Option(metavar="DIR", help="The model's new folder.")],
    labels: Annotated[str, typer.Option(help="A file with a label on each line, or the labels with commas between.")],
    pixels: Annotated[
        str | None, typer.Option(help="Range that it was trained with: 0..255, 0..1 or -1..1.", show_default=False)
    ] = None,
    fit: Annotated[str, typer.Option(help="How pictures are fitted: squeeze, crop, letterbox or ink.")] = "squeeze",
) -> None:
    """Make a model's folder of an old Keras file, as model.save("x.h5") writes it, when its layers are plain ones.

    Example:

        opsin models import digits.h5 --into digits --labels 0,1,2,3,4,5,6,7,8,9
    """
    from opsin.engine.importing import import_model

    card = import_model(file, into=into, labels=_labels(labels), pixels=pixels, fit=fit)
    typer.echo(f"{card.summary} Try it: opsin classify --model {into} PICTURE")


def _labels(said: str) -> list[str]:
    lines = Path(said).read_text(encoding="utf-8").splitlines() if Path(said).is_file() else said.split(",")
    return [line.strip() for line in lines if line.strip()]


def _cards(names: list[str] | None, every: bool) -> list[Card]:
    if bool(names) == every:
        raise UsageError("Name models, or give --all. The names: opsin models list")
    chosen = names or [name for name in MODELS.names() if not card_of(name).is_tiny]
    cards = {card.name: card for name in chosen for card in cards_needed(name)}
    return [card for card in cards.values() if card.files]


def _bytes(name: str) -> int:
    assets = {asset.sha256: asset.size_bytes for each in cards_needed(name) for asset in each.files.values()}
    return sum(assets.values())


def _here(name: str) -> str:
    return "yes" if all(map(is_here, cards_needed(name))) else "no"


def _facts(name: str) -> dict[str, Any]:
    """The card as plain values; of a thousand labels, their number."""
    card = card_of(name)
    facts = dataclasses.asdict(card) | {
        "labels": len(card.labels) or None,
        "size_bytes": _bytes(name),
        "here": _here(name),
    }
    return {key: value for key, value in facts.items() if value not in (None, "", {}, ())}


def _spoken(value: Any) -> str:
    """A value of a card in words for a person; a file is a line."""
    if not isinstance(value, dict):
        return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if "sha256" in value:
        return f"{value['name']}, {_size(value['size_bytes'])}, {_origin(value)}, sha256 {value['sha256'][:16]}…"
    return "\n".join(f"{key}: {_spoken(each)}" for key, each in value.items())


def _origin(asset: dict[str, Any]) -> str:
    if asset["shipped"]:
        return "comes with Opsin"
    return f"from {asset['carrier']['package']}" if asset["carrier"] else "put there by hand"


def _size(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
