"""Every model by name, and the way to open one."""

from __future__ import annotations

import functools
from typing import Any, TypeVar

from opsin.core.registry import Registry
from opsin.models._model import Model
from opsin.runtime.network import Place
from opsin.weights.card import Card
from opsin.weights.pull import pull

MODELS: Registry[type[Model[Any]]] = Registry("model", "opsin.models", "opsin.uses")
"""The family of every model, by the name on its card."""

M = TypeVar("M", bound=type[Model[Any]])


def register(family: M) -> M:
    """Makes every model of a family known; a class decorator."""
    for card in family.cards:
        MODELS.add(card.name, family)
    return family


def card_of(name: str) -> Card:
    """The card of the model with that name.

    Raises:
        UnknownNameError: when there is none.
    """
    return next(card for card in MODELS.get(name).cards if card.name == name)


def cards_needed(name: str) -> list[Card]:
    """The card of a model and those of all its parts, down to the last."""
    card = card_of(name)
    return [card, *(needed for part in card.parts.values() for needed in cards_needed(part))]


# Opening costs a tenth of a second or more, which a loop over `opsin.classify` must pay once only.
@functools.lru_cache(maxsize=8)
def open_model(name: str, place: Place) -> Model[Any]:
    """The model with that name, ready to run at `place`. Asked again, it answers with the same one.

    Raises:
        UnknownNameError: when there is none.
        WeightsError: when its weights cannot be had.
        RefusedError: when its licence is not accepted.
    """
    pull(cards_needed(name))  # together: files that come in one package are downloaded once
    card = card_of(name)
    parts = {role: open_model(part, place) for role, part in card.parts.items()}
    return MODELS.get(name).open(card, place, parts)
