"""One file with everything that some models need, to set up a machine that has no network.

A bundle is a zip archive in which nothing is compressed: weights hardly shrink, and what is stored cannot swell.

    manifest.json                  {"format": 1, "models": [{"name", "licence", "files": [name in `files/`]}],
                                    "files": [{"name", "sha256", "size_bytes"}]}
    files/0123456789abcdef-NAME    the files, named as in the cache
"""

from __future__ import annotations

import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from opsin.core.errors import DamagedWeightsError, OpsinError
from opsin.store.asset import Asset
from opsin.store.fetch import LOCK, cache_folder, have, path_of
from opsin.store.files import no_room, write_atomically
from opsin.store.lock import locked
from opsin.store.verified import check_file, write_verified
from opsin.weights.card import Card
from opsin.weights.pull import pull

MANIFEST = "manifest.json"
FORMAT = 1

_MAX_MANIFEST_BYTES = 4 << 20
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def bundle(cards: Iterable[Card], path: Path) -> None:
    """Write a bundle with all files of the cards, fetching those that are not here. The same cards give the same bytes.

    Raises:
        RefusedError: when a licence is not allowed.
        MissingWeightsError: when a file cannot be had.
        DamagedWeightsError: when a file in the cache is not what its card promises.
        OpsinError: when the bundle cannot be written.
    """
    cards = list(cards)
    pull(cards)
    assets = _assets(cards)
    with write_atomically(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(_manifest(cards), indent=1, ensure_ascii=False))
        for asset in assets:
            _add(archive, asset)


def _assets(cards: Sequence[Card]) -> list[Asset]:
    return list(dict.fromkeys(asset for card in cards for asset in card.files.values()))


def _manifest(cards: Sequence[Card]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "models": [
            {
                "name": card.name,
                "licence": card.licence,
                "files": [path_of(asset).name for asset in card.files.values()],
            }
            for card in cards
        ],
        "files": [
            {"name": asset.name, "sha256": asset.sha256, "size_bytes": asset.size_bytes} for asset in _assets(cards)
        ],
    }


def _add(archive: zipfile.ZipFile, asset: Asset) -> None:
    check_file(path_of(asset), asset)
    # Without a date of its own the member gets 1980, so that the bundle's bytes depend on nothing else.
    member = zipfile.ZipInfo(_member(asset))
    member.file_size = asset.size_bytes  # beyond 2 GiB the archive needs to know beforehand
    with path_of(asset).open("rb") as file, archive.open(member, "w") as inside:
        shutil.copyfileobj(file, inside)


def _member(asset: Asset) -> str:
    return f"files/{path_of(asset).name}"


def unbundle(path: Path) -> tuple[str, ...]:
    """Put the files of a bundle into the cache, each verified, and answer the names of the models they serve.

    Nothing is trusted: a bundle with a member that its manifest does not name, or lacks, or that is compressed,
    is refused before anything is written.

    Raises:
        DamagedWeightsError: when it is not a bundle, or a file in it is damaged.
        OpsinError: when it cannot be read, or the disk has no room.
    """
    with _opened(path) as archive:
        names, assets = _read_manifest(path, archive)
        _check_members(path, archive, assets)
        _check_room(assets)
        with locked(cache_folder() / LOCK):
            for asset in assets:
                if not have(asset):
                    _take(path, archive, asset)
    return names


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise _refused(path, f"it is not a zip archive that can be read ({error})") from error
    except OSError as error:
        raise OpsinError(f"{path} cannot be read: {error.strerror}. Give the path of a bundle.") from error
    with archive:
        yield archive


def _refused(path: Path, why: str) -> DamagedWeightsError:
    return DamagedWeightsError(f"{path} is not a sound bundle: {why}. Make it again with: opsin models bundle FILE")


def _read_manifest(path: Path, archive: zipfile.ZipFile) -> tuple[tuple[str, ...], list[Asset]]:
    """Names of the models, and their files."""
    try:
        manifest = json.loads(_manifest_text(archive))
        if manifest["format"] != FORMAT:
            raise ValueError(f"format {manifest['format']!r}; this version of Opsin reads {FORMAT}")
        return tuple(str(model["name"]) for model in manifest["models"]), [_asset(entry) for entry in manifest["files"]]
    except (KeyError, TypeError, ValueError, RecursionError, zipfile.BadZipFile) as error:
        raise _refused(path, f"its {MANIFEST} cannot be read ({error})") from error


def _manifest_text(archive: zipfile.ZipFile) -> bytes:
    info = archive.getinfo(MANIFEST)
    if info.file_size > _MAX_MANIFEST_BYTES or not _is_plain(info):
        raise ValueError("it is too large, compressed or encrypted")
    return archive.read(info)


def _is_plain(info: zipfile.ZipInfo) -> bool:
    """Whether it is a file, no link, neither compressed nor encrypted, so that what it says of its size is so."""
    is_link, is_encrypted = stat.S_ISLNK(info.external_attr >> 16), bool(info.flag_bits & 0x1)
    is_stored = info.compress_type == zipfile.ZIP_STORED and info.file_size == info.compress_size
    return is_stored and not is_link and not is_encrypted


def _asset(entry: Any) -> Asset:
    name, sha256, size_bytes = entry["name"], entry["sha256"], entry["size_bytes"]
    if not (isinstance(size_bytes, int) and _PLAIN_NAME.fullmatch(name) and _SHA256.fullmatch(sha256)):
        raise ValueError(f"no plain file: {name!r}")
    return Asset(name, sha256, size_bytes)


def _check_members(path: Path, archive: zipfile.ZipFile, assets: Sequence[Asset]) -> None:
    """Refuse whatever is not exactly what the manifest says."""
    promised = {_member(asset): asset.size_bytes for asset in assets}
    found = [info for info in archive.infolist() if info.filename != MANIFEST]
    for info in found:
        if info.filename not in promised or not _is_plain(info) or info.file_size != promised[info.filename]:
            raise _refused(path, f"{info.filename!r} is not what its {MANIFEST} says")
    if len(found) != len(promised) or {info.filename for info in found} != set(promised):
        raise _refused(path, f"it has {len(found)} files, and its {MANIFEST} names {len(promised)}")
    # Members that share their bytes would take more room outside than inside.
    if sum(promised.values()) > path.stat().st_size:
        raise _refused(path, "its files are larger than itself")


def _check_room(assets: Sequence[Asset]) -> None:
    folder = cache_folder()
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if sum(asset.size_bytes for asset in assets if not have(asset)) > shutil.disk_usage(nearest).free:
        raise OpsinError(no_room(folder))


def _take(path: Path, archive: zipfile.ZipFile, asset: Asset) -> None:
    try:
        with archive.open(_member(asset)) as stream:
            write_verified(stream, asset, path_of(asset))
    except (zipfile.BadZipFile, DamagedWeightsError) as error:
        raise _refused(path, str(error)) from error
