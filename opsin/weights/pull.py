"""The files of models: fetched when their licences allow it, found, verified."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from opsin.core.errors import MissingWeightsError
from opsin.store.fetch import State, fetch, have
from opsin.store.fetch import verify as verify_asset
from opsin.store.progress import Progress
from opsin.weights.card import Card
from opsin.weights.licences import check_licence


class Verified(NamedTuple):
    """What `verify` found of one file."""

    card: Card
    role: str
    state: State


def pull(cards: Iterable[Card], progress: Progress | None = None) -> None:
    """Fetch all files of all cards that are not here yet; those in one package cost one download.

    Only a card's own files: the models that it is made of have cards of their own.

    Raises:
        RefusedError: when a licence is not allowed; nothing is fetched then.
        MissingWeightsError: when a file cannot be had, or may not be fetched because of OPSIN_OFFLINE.
        DamagedWeightsError: when a file has other bytes than its card promises.
    """
    cards = list(cards)
    for card in cards:
        check_licence(card)
    try:
        fetch([asset for card in cards for asset in card.files.values()], progress)
    except MissingWeightsError as error:
        name = next(card.name for card in cards if not is_here(card))
        raise MissingWeightsError(
            f"{name}: {error} Or bring it from a machine with a network: there opsin models pull {name} and "
            "opsin models bundle FILE, here opsin models unbundle FILE."
        ) from error


def files(card: Card, progress: Progress | None = None) -> dict[str, Path]:
    """Where each file of the card lies, by its role, after fetching what is not here yet.

    Raises:
        RefusedError: when the licence is not allowed.
        MissingWeightsError: when a file cannot be had, or may not be fetched because of OPSIN_OFFLINE.
        DamagedWeightsError: when a file has other bytes than the card promises.
    """
    pull([card], progress)
    found = fetch(card.files.values())
    return {role: found[asset] for role, asset in card.files.items()}


def is_here(card: Card) -> bool:
    """Whether all its own files are in the cache."""
    return all(have(asset) for asset in card.files.values())


def verify(cards: Iterable[Card]) -> list[Verified]:
    """Read every byte of every file, and tell how it is: ok, missing, or damaged, and deleted therefore."""
    named = [(card, role, asset) for card in cards for role, asset in card.files.items()]
    # Once each: cards may share a file, and a damaged one is gone when the next card asks for it.
    states = {asset: verify_asset(asset) for asset in dict.fromkeys(asset for _, _, asset in named)}
    return [Verified(card, role, states[asset]) for card, role, asset in named]
