"""A model kept in a folder: `card.json` beside the file of its network. Reading it runs no code and fetches nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any

from opsin.core.errors import UsageError, WeightsError
from opsin.media.fitting import FITS
from opsin.store.files import write_atomically
from opsin.weights.card import Card

CARD = "card.json"

NETWORKS = ("network.xml", "network.onnx", "network.tflite", "saved_model", "network.keras")
"""What the network of a folder may be called; where there are several, the first is used: it runs fastest."""

# What models in the registry have: in a stranger's file, these would name packages to fetch and run.
_NOT_IN_A_FOLDER = ("files", "parts", "acceptance", "is_tiny")
_MAX_BYTES = 10_000_000


def card_json(card: Card) -> str:
    """The card as JSON, as it stands in a folder and in the files that are made of one.

    Raises:
        UsageError: when the card names files to fetch, or parts: such a model does not live in a folder.
    """
    if named := [name for name in _NOT_IN_A_FOLDER if getattr(card, name)]:
        raise UsageError(f"The card of a model in a folder must leave out {', '.join(named)}; {card.name} has them.")
    values = {name: getattr(card, name) for name in _stored()}
    values |= {"published": dict(card.published), "measured": dict(card.measured)}
    return json.dumps(values, ensure_ascii=False, indent=1, allow_nan=False)


def write_card(folder: Path, card: Card) -> None:
    """Write the card of the model in a folder, which is made if need be.

    Raises:
        UsageError: as `card_json`.
        OpsinError: when the folder cannot be written to.
    """
    text = card_json(card)
    with write_atomically(folder / CARD) as file:
        file.write(text.encode() + b"\n")


def read_card(folder: Path) -> Card:
    """The card of the model in a folder.

    Raises:
        WeightsError: when there is none, or it is not exactly what `write_card` writes.
    """
    path = folder / CARD
    values = _read(path)
    values = {**_LATER, **values}
    wanted = set(_stored())
    for what, names in (("lacks", wanted - values.keys()), ("has the unknown", values.keys() - wanted)):
        if names:
            raise WeightsError(
                f"{path} {what} {', '.join(sorted(names))}: it is not the card of this version of Opsin. "
                "Make the model's folder anew."
            )
    for name, (rule, holds) in _RULES.items():
        if not holds(values[name]):
            raise WeightsError(f"{path}: {name} must be {rule}; got {_short(values[name])}. Make the folder anew.")
    values["labels"] = tuple(values["labels"])
    values["input_size"] = values["input_size"] and tuple(values["input_size"])
    return Card(**values)


def folder_of(name: str) -> Path | None:
    """The folder of the model that a path names: itself, or the one that its card or its network lies in; or None."""
    path = Path(name)
    # An empty name is the folder that one stands in, which nobody means by it.
    if name and (path / CARD).is_file():
        return path
    is_inside = path.name in (CARD, *NETWORKS) and path.exists()
    return path.parent if is_inside and (path.parent / CARD).is_file() else None


def network_file(name: str) -> Path:
    """The network of the model that a path names: that file itself, or the best one of its folder.

    Raises:
        WeightsError: when there is none.
    """
    path, folder = Path(name), folder_of(name) or Path(name)
    if path != folder and path.name in NETWORKS:
        return path
    for network in NETWORKS:
        if (folder / network).exists():
            return folder / network
    raise WeightsError(f"{folder} holds a card but no network: none of {', '.join(NETWORKS)} is there.")


def _stored() -> list[str]:
    return [each.name for each in fields(Card) if each.name not in _NOT_IN_A_FOLDER]


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise WeightsError(f"There is no {path}. A model's folder holds {CARD} and its network.")
    if path.stat().st_size > _MAX_BYTES:
        raise WeightsError(f"{path} has {path.stat().st_size:,} bytes; a card has {_MAX_BYTES:,} at most.")
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{path} is no JSON that can be read: {error}. Make the model's folder anew.") from error
    if not isinstance(values, dict):
        raise WeightsError(f"{path} must hold one JSON object; got {_short(values)}. Make the model's folder anew.")
    return values


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _is_count(value: object) -> bool:
    # A side of 100,000 pixels would be asked of memory before it is asked of the network.
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100_000


def _are_labels(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value) and _differ(value)


def _differ(values: list[str]) -> bool:
    return len(set(values)) == len(values)


def _are_figures(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _is_size(value: object) -> bool:
    return value is None or (isinstance(value, list) and len(value) == 2 and all(map(_is_count, value)))


def _is_text(value: object) -> bool:
    return isinstance(value, str)


_LATER: Mapping[str, Any] = {"offset": 0.0, "white": None}
"""What cards of earlier versions did not say, and what it means there."""

_Rule = tuple[str, Callable[[Any], bool]]
_TEXTS = ("name", "task", "summary", "licence", "trained_on", "data_terms", "source", "paper")
_RULES: Mapping[str, _Rule] = {
    **dict.fromkeys(_TEXTS, ("text", _is_text)),
    "labels": ("a list of different texts", _are_labels),
    "input_size": ("[height, width] in pixels, or null", _is_size),
    "published": ("figures by name", _are_figures),
    "measured": ("figures by name", _are_figures),
    "channels": ("1 to 16", lambda value: _is_count(value) and value <= 16),
    "white": ("a number above 0, or null", lambda value: value is None or (_is_number(value) and value > 0)),
    "fit": (f"one of {', '.join(FITS)}, or empty", lambda value: value in ("", *FITS)),
    "temperature": ("a number above 0", lambda value: _is_number(value) and value > 0),
    "offset": ("a number", _is_number),
    "reject_below": ("a number from 0 to 1", lambda value: _is_number(value) and 0 <= value <= 1),
}
