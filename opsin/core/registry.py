"""What exists is what is registered: a registry finds its members by importing the folders they live in."""

from __future__ import annotations

import functools
import importlib
import pkgutil
import warnings
from collections.abc import Iterator
from importlib import metadata
from typing import Generic, TypeVar

from opsin.core.errors import UnknownNameError, UsageError

T = TypeVar("T")

PLUGINS = "opsin.plugins"
"""The entry point group by which other packages add tasks, models and uses."""


class Registry(Generic[T]):
    """Members by name. The first question imports every module of the packages, and every plugin; they add themselves.

    Args:
        kind: the word for a member in messages: "task", "model".
        packages: names of the packages in which members are looked for.
    """

    def __init__(self, kind: str, *packages: str) -> None:
        self.kind = kind
        self._packages = packages
        self._members: dict[str, T] = {}

    def add(self, name: str, member: T) -> None:
        """Make `member` known by `name`.

        Raises:
            UsageError: when the name is taken by something else.
        """
        if self._members.setdefault(name, member) is not member:
            raise UsageError(f"There are two {self.kind}s called {name!r}; the second one needs another name.")

    def get(self, name: str) -> T:
        """The member with that name.

        Raises:
            UnknownNameError: when there is none; the message names the nearest.
        """
        self._discover()
        if name not in self._members:
            raise UnknownNameError(self.kind, name, self._members)
        return self._members[name]

    def names(self) -> tuple[str, ...]:
        """All names, in order of the alphabet."""
        self._discover()
        return tuple(sorted(self._members))

    def __iter__(self) -> Iterator[T]:
        return iter([self.get(name) for name in self.names()])

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def _discover(self) -> None:
        for package in self._packages:
            import_members(package)
        load_plugins()


@functools.cache
def import_members(package: str) -> None:
    """Import every module of a package whose name has no leading underscore."""
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{package}.{module.name}")


@functools.cache
def load_plugins() -> None:
    """Import every plugin that is installed; one that fails is skipped with a warning, and the rest go on."""
    for plugin in metadata.entry_points(group=PLUGINS):
        try:
            plugin.load()
        # Somebody else's module may fail in any way at all; that must not take the user's own work down.
        except Exception as error:  # noqa: BLE001  # see above
            warnings.warn(f"The plugin {plugin.name!r} was skipped: {type(error).__name__}: {error}", stacklevel=2)
