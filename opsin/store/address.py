"""Files from https addresses: limited in bytes and time, resumed where they broke off, verified."""

from __future__ import annotations

import ipaddress
import os
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opsin.core.errors import MissingWeightsError
from opsin.store.asset import Asset
from opsin.store.files import writing_to
from opsin.store.progress import Progress, silent
from opsin.store.verified import check_file

if TYPE_CHECKING:
    from http.client import HTTPResponse

_CHUNK = 1 << 16


def download(
    address: str,
    asset: Asset,
    path: Path,
    progress: Progress = silent,
    *,
    timeout_seconds: float = 30.0,
    max_seconds: float = 3600.0,
) -> None:
    """Fetch the asset from an address to `path`.

    What arrives is kept in `path` + `.part` until it is whole and verified; after a break the next call goes on there.
    Two calls for one path at once need a lock around them.

    Args:
        address: https; plain http only to this machine itself, as everything behind it after a redirect.
        asset: what it must be; no byte more than it is long is read.
        path: where it goes.
        progress: is told the asset's name.
        timeout_seconds: how long the other side may be silent.
        max_seconds: how long the whole may take.

    Raises:
        MissingWeightsError: when it cannot be fetched.
        DamagedWeightsError: when other bytes came; they are deleted.
        OpsinError: when the disk is full.
    """
    check_address(address)
    part = path.with_name(path.name + ".part")
    with writing_to(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        have = _bytes_here(part, asset)
        if have < asset.size_bytes:
            with _answer(address, have, timeout_seconds, part) as answer:
                _fill(
                    part,
                    _chunks(answer, address, time.monotonic() + max_seconds),
                    _start(answer, have),
                    asset,
                    progress,
                )
        _refuse_short(part, asset, address)
    check_file(part, asset)
    part.replace(path)


def check_address(address: str) -> None:
    """Refuse what could be read or changed on the way.

    Raises:
        MissingWeightsError: for anything but https, or http to this machine itself.
    """
    try:
        parts = urllib.parse.urlsplit(address)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(parts.hostname or ""))
    except ValueError:
        is_safe = False
    if not is_safe:
        raise MissingWeightsError(f"Files are fetched from https addresses only; got {address!r}.")


def _is_this_machine(host: str) -> bool:
    """Whether the host is loopback. Other names raise ValueError."""
    return host == "localhost" or ipaddress.ip_address(host).is_loopback


def _bytes_here(part: Path, asset: Asset) -> int:
    """How many bytes of it are here already; a longer part is of something else, and goes."""
    size = part.stat().st_size if part.exists() else 0
    if size > asset.size_bytes:
        part.unlink()
        return 0
    return size


def _answer(address: str, have: int, timeout_seconds: float, part: Path) -> HTTPResponse:
    """The server's answer to the question for what is not here yet."""
    # These cost 50 ms, which `opsin --help` must not pay.
    import http.client
    import urllib.error
    import urllib.request

    class OnlySafe(urllib.request.HTTPRedirectHandler):
        """Redirects lead to safe addresses only."""

        def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
            check_address(newurl)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    headers = {"User-Agent": "opsin"} | ({"Range": f"bytes={have}-"} if have else {})
    question = urllib.request.Request(address, headers=headers)
    try:
        answer: HTTPResponse = urllib.request.build_opener(OnlySafe).open(question, timeout=timeout_seconds)
    except urllib.error.HTTPError as error:
        error.close()
        # Range not satisfiable: the file there is no longer than what is here, and not the same one.
        if error.code == 416:
            part.unlink(missing_ok=True)
        raise MissingWeightsError(f"{address} answers {error.code} {error.reason}. Try another source.") from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise MissingWeightsError(
            f"{address} cannot be reached: {reason}. Check the network, and try again."
        ) from error
    return answer


def _start(answer: HTTPResponse, have: int) -> int:
    """Where the bytes that come belong; a server may well begin again at the beginning."""
    return have if answer.status == 206 else 0


def _chunks(answer: HTTPResponse, address: str, until: float) -> Iterator[bytes]:
    """What comes, as it comes; ends where the server ends."""
    import http.client

    while True:
        try:
            # Not `read`, which would wait for a full chunk from a server that sends a byte at a time.
            chunk = answer.read1(_CHUNK)
        except (OSError, http.client.HTTPException) as error:
            raise MissingWeightsError(f"{address} broke off: {error}. Try again: it goes on from there.") from error
        if time.monotonic() > until:
            raise MissingWeightsError(f"{address} takes too long. Try again: it goes on from there.")
        if not chunk:
            return
        yield chunk


def _fill(part: Path, chunks: Iterator[bytes], start: int, asset: Asset, progress: Progress) -> None:
    """Append to the first `start` bytes; stops one byte after the asset's length, which is enough to refuse it."""
    done = start
    with part.open("ab") as file:
        file.truncate(start)
        for chunk in chunks:
            fitting = chunk[: asset.size_bytes + 1 - done]
            file.write(fitting)
            done += len(fitting)
            progress(asset.name, min(done, asset.size_bytes), asset.size_bytes)
            if done > asset.size_bytes:
                break
        file.flush()
        os.fsync(file.fileno())


def _refuse_short(part: Path, asset: Asset, address: str) -> None:
    size = part.stat().st_size
    if size < asset.size_bytes:
        raise MissingWeightsError(
            f"{address} broke off after {size} of {asset.size_bytes} bytes. Try again: it goes on from there."
        )
