"""Every model by name, and the way to open one: by its name, or from the folder it was taught into."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar

from opsin.core.registry import Registry
from opsin.models._model import Model
from opsin.models._taught import TAUGHT
from opsin.runtime.network import Place
from opsin.weights.card import Card
from opsin.weights.folder import CARD, folder_of, network_file, read_card
from opsin.weights.licences import check_licence
from opsin.weights.pull import pull

MODELS: Registry[type[Model[Any]]] = Registry("model", "opsin.models", "opsin.uses")
"""The family of every model, by the name on its card."""


class PresetFamily(Protocol):
    """A family of models that somebody else keeps the list of."""

    @classmethod
    def preset_card(cls, name: str) -> Card:
        """The card of the model with that name, its prefix included."""

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Model[Any]:
        """As `Model.open`."""


PRESETS: Registry[PresetFamily] = Registry("prefix of presets", "opsin.models")
"""Families whose models are named by a prefix and the name of a preset, as `hub:dfine_nano_coco`."""

M = TypeVar("M", bound=type[Model[Any]])


def register(family: M) -> M:
    """Makes every model of a family known; a class decorator."""
    for card in family.cards:
        MODELS.add(card.name, family)
    return family


def card_of(name: str) -> Card:
    """The card of the model or preset with that name, or in the folder of that path: a run, or an export of one.

    Raises:
        UnknownNameError: when there is neither.
        WeightsError: when the folder's card cannot be read.
    """
    if family := _preset_family(name):
        return family.preset_card(name)
    folder = _folder(name)
    return read_card(folder) if folder else next(card for card in MODELS.get(name).cards if card.name == name)


def cards_needed(name: str) -> list[Card]:
    """The card of a model and those of all its parts, down to the last."""
    card = card_of(name)
    return [card, *(needed for part in card.parts.values() for needed in cards_needed(part))]


def open_model(name: str, place: Place) -> Model[Any]:
    """The model with that name, or in the folder of that path, ready to run at `place`.

    Asked again, it answers with the same one, unless the folder's files have changed.

    Raises:
        UnknownNameError: when there is neither.
        WeightsError: when its weights cannot be had or read.
        RefusedError: when its licence is not accepted, or its file would run code.
    """
    if _folder(name) is None:
        return _open_named(name, place)
    network = network_file(name).resolve()
    return _open_folder(network, _stamps(network), place)


def _folder(name: str) -> Path | None:
    """The folder that a path names; a name in the registry is no path."""
    return None if name in MODELS or _preset_family(name) else folder_of(name)


def _preset_family(name: str) -> PresetFamily | None:
    """The family of a preset; a path on Windows has a colon too, but no such prefix."""
    prefix = name.partition(":")[0] + ":"
    return PRESETS.get(prefix) if prefix in PRESETS else None


# Opening costs a tenth of a second or more, which a loop over `opsin.classify` must pay once only.
@functools.lru_cache(maxsize=8)
def _open_named(name: str, place: Place) -> Model[Any]:
    pull(cards_needed(name))  # together: files that come in one package are downloaded once
    card = card_of(name)
    parts = {role: open_model(part, place) for role, part in card.parts.items()}
    family: Any = _preset_family(name) or MODELS.get(name)
    opened: Model[Any] = family.open(card, place, parts)
    return opened


@functools.lru_cache(maxsize=8)
def _open_folder(network: Path, stamps: tuple[tuple[int, int], ...], place: Place) -> Model[Any]:
    """The model of a network's file and the card beside it; `stamps` tell whether they are still those of last time."""
    card = read_card(network.parent)
    check_licence(card)
    return TAUGHT.get(card.task).open_folder(card, network, place)


def _stamps(network: Path) -> tuple[tuple[int, int], ...]:
    """When the files of a folder's model were written, and how large they are."""
    files = [network, network.with_suffix(".bin"), network.parent / CARD]
    return tuple((file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.exists())
