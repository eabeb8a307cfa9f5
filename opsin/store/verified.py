"""Bytes are let in only when they are the ones that were promised."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

from opsin.core.errors import DamagedWeightsError
from opsin.store.asset import Asset
from opsin.store.files import sha256, write_atomically

_CHUNK = 1 << 20


class Readable(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...


def write_verified(stream: Readable, asset: Asset, path: Path) -> None:
    """Write the bytes of `stream` to `path`, all of them right, or nothing.

    No more is read than the asset is long, whatever the stream holds.

    Raises:
        DamagedWeightsError: when they are other bytes than the asset's.
        OpsinError: when the disk is full.
    """
    digest, left = hashlib.sha256(), asset.size_bytes + 1  # one more, to notice what is too long
    with write_atomically(path) as file:
        while left and (chunk := stream.read(min(left, _CHUNK))):
            digest.update(chunk)
            file.write(chunk)
            left -= len(chunk)
        check_bytes(asset, digest.hexdigest(), asset.size_bytes + 1 - left)


def check_file(path: Path, asset: Asset) -> None:
    """Delete the file and say so, unless it is the asset.

    Raises:
        DamagedWeightsError: when it holds other bytes.
    """
    try:
        check_bytes(asset, sha256(path), path.stat().st_size)
    except DamagedWeightsError:
        path.unlink()
        raise


def check_bytes(asset: Asset, digest: str, size_bytes: int) -> None:
    """Refuse what has another hash or length than the asset.

    Raises:
        DamagedWeightsError: naming both hashes.
    """
    if (digest, size_bytes) != (asset.sha256, asset.size_bytes):
        came = f"{size_bytes} bytes" if size_bytes <= asset.size_bytes else "more bytes"
        raise DamagedWeightsError(
            f"{asset.name} must be {asset.size_bytes} bytes with sha256 {asset.sha256}; "
            f"what came is {came} with sha256 {digest}. It was deleted; fetch it again."
        )
