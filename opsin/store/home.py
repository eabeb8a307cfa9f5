"""Where Opsin keeps what it fetches, and whether it may fetch at all: two settings from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from opsin.core.errors import OptionError

_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")


def home() -> Path:
    """The folder of all that Opsin keeps: OPSIN_HOME, or `opsin` in the user's cache folder. It may not exist yet."""
    chosen = os.environ.get("OPSIN_HOME", "")
    if chosen:
        return Path(chosen).expanduser().absolute()
    from platformdirs import user_cache_path

    return user_cache_path("opsin", appauthor=False)


def is_offline() -> bool:
    """Whether OPSIN_OFFLINE forbids every use of the network.

    Raises:
        OptionError: when it is set to something that means neither yes nor no.
    """
    said = os.environ.get("OPSIN_OFFLINE", "").strip().lower()
    if said not in _YES + _NO:
        raise OptionError(f"OPSIN_OFFLINE must be 1 (stay offline) or 0; got {said!r}.")
    return said in _YES
