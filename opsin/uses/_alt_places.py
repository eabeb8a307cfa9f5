"""Which pages a site has, and which pictures its pages mean. No path leaves its folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from opsin.core.errors import InputError, SourceError
from opsin.media.folders import folder_items
from opsin.media.limits import DEFAULT_LIMITS, spoken
from opsin.media.sniff import is_picture
from opsin.uses._alt_pages import Page, read_page

PAGES = (".html", ".htm", ".xhtml")
"""What the names of pages end with."""


@dataclass(frozen=True)
class Site:
    """A folder with pages, or with pictures only.

    Attributes:
        root: the folder; nothing outside of it is read or written.
        pages: paths of its pages.
        pictures: paths of its pictures, where there are no pages.
    """

    root: Path
    pages: tuple[Path, ...]
    pictures: tuple[Path, ...] = ()

    def name(self, path: Path) -> str:
        """A path within the site, with slashes."""
        return path.relative_to(self.root).as_posix()


@dataclass(frozen=True)
class Place:
    """A picture on a page.

    Attributes:
        number: of its tag on the page.
        picture: its path within the site; what the page calls it, where it is not to be had.
        path: its file; None where it is not to be had.
        existing: the text that the page has for it; None for none.
        left: why it is not to be had.
    """

    number: int
    picture: str
    path: Path | None
    existing: str | None
    left: str | None = None


def site_of(source: Path) -> Site:
    """The site in a folder, or of one page; a folder without pages, or one picture, is a site of pictures.

    Raises:
        SourceError: when there is neither.
    """
    if not source.exists():
        raise SourceError(f"There is no file or folder {spoken(source)}. Check its name.")
    root = (source if source.is_dir() else source.parent).resolve()
    if source.is_file():
        if source.suffix.lower() in PAGES:
            return Site(root, (root / source.name,))
        return Site(root, (), (root / source.name,))
    if pages := tuple(_pages(root)):
        return Site(root, pages)
    items = folder_items(root, limits=DEFAULT_LIMITS, is_recursive=True)
    pictures = tuple(path for path in (Path(item.source) for item in items) if _is_within(path, root))
    if not pictures:
        raise SourceError(f"{spoken(source)} holds neither pages ({', '.join(PAGES)}) nor pictures.")
    return Site(root, (), pictures)


def _pages(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder, name)
            if path.suffix.lower() in PAGES and not name.startswith(".") and _is_within(path, root):
                yield path


def _is_within(path: Path, root: Path) -> bool:
    """Whether a path, its links followed, leads to something in the folder."""
    return path.resolve().is_relative_to(root)


def page_of(path: Path) -> Page:
    """A page, read.

    Raises:
        SourceError: when it cannot be.
    """
    try:
        DEFAULT_LIMITS.check_bytes(str(path), path.stat().st_size)
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{spoken(path)} cannot be read: {error.strerror}.") from error
    return read_page(data, spoken(path))


def places_on(page: Page, path: Path, site: Site) -> tuple[Place, ...]:
    """The pictures of a page, each with its file, or why that is not to be had."""
    return tuple(
        _place(number, tag.src, tag.alt, (site, path, page.base)) for number, tag in enumerate(page.tags)
    )  # fmt: skip


def _place(number: int, src: str | None, existing: str | None, on: tuple[Site, Path, str]) -> Place:
    site, page, base = on
    if not src or not src.strip():
        return Place(number, "", None, existing, "has no src")
    try:
        path = _path(src.strip(), page, base, site.root)
    except InputError as error:
        return Place(number, _short(src), None, existing, str(error))
    return Place(number, site.name(path), path, existing)


def _short(src: str) -> str:
    """An address as it is told; pictures written into the page are long."""
    return src if len(src) <= LONGEST_TOLD else f"{src[:LONGEST_TOLD]}…"


LONGEST_TOLD = 80


def _path(src: str, page: Path, base: str, root: Path) -> Path:
    """The file that an address on a page means.

    Raises:
        SourceError: when it lies elsewhere, or there is no picture.
    """
    start = _within(_relative(base), page.parent, root) if base else page.parent
    # An address starts from the folder of the base, as it does from that of a page.
    start = start if not base or base.endswith("/") else start.parent
    path = _within(_relative(src), start, root)
    try:
        resolved = path.resolve()
        is_there = path.is_file()
    except (OSError, RuntimeError, ValueError) as error:
        raise SourceError("is not there") from error
    if not resolved.is_relative_to(root):
        raise SourceError("lies outside of the site's folder")
    if not is_there:
        raise SourceError("is not there")
    if not is_picture(path):
        raise SourceError("is no picture that Opsin reads")
    return path


def _relative(address: str) -> str:
    """The path of an address without a host.

    Raises:
        SourceError: when it has one, or another scheme.
    """
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise SourceError("has an address that is none") from error
    if parts.scheme or parts.netloc:
        raise SourceError("lies elsewhere")
    return unquote(parts.path)


def _within(relative: str, start: Path, root: Path) -> Path:
    """A path from a folder of the site, or from its root, without ways up.

    Raises:
        SourceError: when it leaves the site's folder.
    """
    joined = root / relative.lstrip("/") if relative.startswith("/") else start / relative
    path = Path(os.path.normpath(joined))
    if not path.is_relative_to(root):
        raise SourceError("lies outside of the site's folder")
    return path
