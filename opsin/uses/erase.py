"""Erase: a thing taken out of a photograph, and the hole filled from what is around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.errors import InputError
from opsin.core.image import Image
from opsin.core.masks import Mask
from opsin.engine.album import check_apart, outside
from opsin.media.files import save_image
from opsin.media.fill import fill
from opsin.media.item import Item
from opsin.media.sources import Source, open_source, read_image
from opsin.store.files import write_atomically
from opsin.uses import _erase_page
from opsin.uses._what_goes import Asked, Points, what_goes

__all__ = ["Asked", "Erased", "ErasedFile", "erase", "erase_source"]

WRITTEN = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp")
"""Suffixes that a picture keeps; others become .png."""
QUALITY = 95


@dataclass(frozen=True, eq=False)
class Erased:
    """A picture without something.

    Attributes:
        before: (h, w, 3) uint8, as it was.
        image: (h, w, 3) uint8, without it; the same outside the mask.
        mask: (h, w) bool, what was filled.
    """

    before: Image
    image: Image
    mask: Mask

    @property
    def share(self) -> float:
        """How much of the picture was filled, 0 to 1."""
        return float(self.mask.mean())

    @property
    def summary(self) -> str:
        """As "3.1 % of the picture filled"."""
        return f"{100 * self.share:.1f} % of the picture filled"

    def strip(self) -> Image:
        """(h, 3 w, 3) side by side: before, what goes in red, after."""
        marked = self.before.copy()
        marked[self.mask] = (marked[self.mask] * 0.4 + np.array([150, 0, 0])).astype(np.uint8)
        return np.concatenate([self.before, marked, self.image], axis=1)


@dataclass(frozen=True)
class ErasedFile:
    """What became of a picture.

    Attributes:
        source: where it comes from.
        path: what it was written to; None when it was not.
        share: how much of the picture was filled, 0 to 1.
        error: why it was not written.
    """

    source: str
    path: Path | None
    share: float = 0.0
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without what there is not."""
        if self.error is not None:
            return {"source": self.source, "error": self.error}
        return {"source": self.source, "path": str(self.path), "share": round(self.share, 4)}


def erase(
    source: Source,
    *,
    at: Points = (),
    not_at: Points = (),
    label: str | None = None,
    which: int | None = None,
    quality: str = "best",
    mask: str | Path | Mask | None = None,
    grow: int | None = None,
    fill: str = "exemplar",
) -> Erased:
    """A picture without a thing: selected, grown a little, and filled from what is around it.

    Say what goes with one of `at`, `label` and `mask`. Nothing is invented: where the thing hid a face or the end of a
    fence, texture from around it is laid. A shadow stays, unless the mask covers it or `grow` reaches it.

    Args:
        source: a path, an address, bytes, a PIL image or an array (h, w, 3) of uint8 RGB.
        at: points on the thing, (x, y) or "x,y", in pixels.
        not_at: points beside it, which are not meant.
        label: everything of this label goes, such as "person"; those of `opsin.segment`.
        which: of the things of the label only this one; 1 is the surest.
        quality: how much care to take to find the label: "best" tells things apart and knows 80 labels, "fast" 20.
        mask: (h, w) bool, or a picture's file of the same size, black but for what goes.
        grow: pixels by which what goes grows on all sides; 1.2 % of the diagonal, and less for small things.
        fill: "exemplar", "telea" or "navier-stokes"; see `opsin.media.fill`.

    Raises:
        OptionError: when it is not said what goes, or in more than one way; for an unknown label or `fill`.
        InputError: when nothing of that label is there, the mask has another size or is empty, or everything would go.

    >>> image = np.full((40, 60, 3), 90, np.uint8)
    >>> image[10:20, 20:30] = 255
    >>> bool((erase(image, mask=(image == 255).all(axis=2)).image == 90).all())
    True
    """
    drawn = mask if isinstance(mask, np.ndarray) else None
    named = "an array" if isinstance(mask, np.ndarray) else None if mask is None else str(mask)
    asked = Asked(at=at, not_at=not_at, label=label, which=which, quality=quality, mask=named, grow=grow, fill=fill)
    return _erased(read_image(source), asked, drawn)


def erase_source(source: Any, into: str | Path, *, page: bool = False, **options: Any) -> Iterator[ErasedFile]:
    """Erases something from each of several pictures, and writes new ones into a folder.

    Args:
        source: a path, folder, pattern, archive, address, array, or a list of such.
        into: the folder; made when it is not there.
        page: write `index.html` too, with each picture before and after under a slider.
        options: those of `erase`; a mask is a file.

    Raises:
        UsageError: when a source lies in the folder, or an option is wrong.
        SourceError: for a source that is nothing, or holds no pictures.
    """
    asked, into = Asked(**options), Path(into)
    named = source if isinstance(source, list | tuple) else [source]
    check_apart([str(each) for each in named if isinstance(each, str | Path)], into)
    return _written(outside(open_source(source), into), into, asked, page)


def _written(items: Iterable[Item], into: Path, asked: Asked, has_page: bool) -> Iterator[ErasedFile]:
    taken: set[Path] = set()
    into.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        page = stack.enter_context(write_atomically(into / "index.html")) if has_page else None
        if page:
            page.write(_erase_page.HEAD.encode())
            # What was done before Ctrl-C is on the page.
            stack.callback(lambda: page.write(_erase_page.FOOT.encode()))
        for item in items:
            try:
                done = _erased(item.read()[0], asked)
            except InputError as error:
                yield ErasedFile(item.source, None, error=str(error))
                continue
            path = _free(into, item.source, taken)
            save_image(path, done.image, quality=QUALITY)
            if page:
                page.write(_erase_page.picture(item.source, done.summary, done.before, done.image).encode())
            yield ErasedFile(item.source, path, done.share)


def _free(into: Path, source: str, taken: set[Path]) -> Path:
    """A name in the folder that this run has not given yet, and never a way out of it."""
    name = Path(Path(source).name or "picture")
    first = into / (name if name.suffix.lower() in WRITTEN else name.with_suffix(".png"))
    number, path = 1, first
    while path in taken:
        number += 1
        path = first.with_stem(f"{first.stem}-{number}")
    taken.add(path)
    return path


def _erased(image: Image, asked: Asked, drawn: Mask | None = None) -> Erased:
    hole = what_goes(image, asked, drawn)
    return Erased(image, fill(image, hole, how=asked.fill), hole)
