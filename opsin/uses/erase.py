"""Erase: a thing taken out of a photograph, and the hole filled from what is around it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.errors import InputError, OptionError, UnknownNameError
from opsin.core.image import Image
from opsin.core.masks import Mask
from opsin.core.options import Checked, option
from opsin.engine.album import check_apart, outside
from opsin.engine.predict import predict
from opsin.media.files import save_image
from opsin.media.fill import FILLS, fill
from opsin.media.item import Item
from opsin.media.sources import Source, open_source, read_image
from opsin.store.files import write_atomically
from opsin.uses import _erase_page

GROWN = 0.012
"""How much a mask grows, as a share of the picture's diagonal: edges are soft, and networks cut close to them."""
MOST_GROWN = 0.15
"""Of a small thing, no more than that share of its own side."""
WRITTEN = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".bmp")
"""Suffixes that a picture keeps; others become .png."""
QUALITY = 95

Points = Sequence[Any]
"""Points, each as (x, y) or "x,y", in pixels of the upright original."""


@dataclass(frozen=True, kw_only=True)
class Asked(Checked):
    """What is to be erased, and how."""

    label: str | None = option(None, help="Erase everything of this label, such as person.")
    mask: str | None = option(None, help="A picture of the same size, black but for what goes.")
    grow: int | None = option(None, help="Pixels by which what goes grows on all sides.", low=0)
    fill: str = option("exemplar", help="How to fill the hole.", choices=tuple(FILLS))
    at: Points = ()
    not_at: Points = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("at", "not_at"):
            object.__setattr__(self, name, _points(getattr(self, name)))
        said = [name for name in ("at", "label", "mask") if getattr(self, name)]
        if len(said) != 1:
            came = " and ".join(said) or "none of them"
            raise OptionError(f"Say what to erase with one of at (a point), label or mask; got {came}.")


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
        mask: (h, w) bool, or a picture's file of the same size, black but for what goes.
        grow: pixels by which what goes grows on all sides; 1.2 % of the diagonal, and less for small things.
        fill: "exemplar", "telea" or "navier-stokes"; see `opsin.media.fill`.

    Raises:
        OptionError: when it is not said what goes, or in more than one way; for another `fill`.
        InputError: when nothing of that label is there, the mask has another size or is empty, or everything would go.

    >>> image = np.full((40, 60, 3), 90, np.uint8)
    >>> image[10:20, 20:30] = 255
    >>> bool((erase(image, mask=(image == 255).all(axis=2)).image == 90).all())
    True
    """
    drawn = mask if isinstance(mask, np.ndarray) else None
    named = "an array" if isinstance(mask, np.ndarray) else None if mask is None else str(mask)
    asked = Asked(at=at, not_at=not_at, label=label, mask=named, grow=grow, fill=fill)
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
    selected = _selected(image, asked) if drawn is None else drawn
    if selected.shape != image.shape[:2]:
        raise InputError(
            f"A mask must have its picture's height and width {image.shape[:2]}; got one of {selected.shape}."
        )
    if not selected.any():
        raise InputError("The mask is black all over: it says of nothing that it should go. Make white what goes.")
    hole = grown(selected, asked.grow)
    return Erased(image, fill(image, hole, how=asked.fill), hole)


def _selected(image: Image, asked: Asked) -> Mask:
    """(h, w) what was asked for, before it grows."""
    if asked.label is not None:
        return _of_label(image, asked.label)
    if asked.mask is not None:
        return np.asarray(read_image(asked.mask).any(axis=2))
    selected: Mask = predict("selection", image, at=asked.at, not_at=asked.not_at).mask
    if not selected.any():
        raise InputError("Nothing was found at the points given. Give others, or draw a mask.")
    return selected


def _of_label(image: Image, label: str) -> Mask:
    """Where segmentation sees something of this label."""
    found = predict("segmentation", image)
    if label not in found.labels:
        raise OptionError(str(UnknownNameError("label", label, found.labels)))
    where: Mask = found.mask(label)
    if not where.any():
        seen = ", ".join(each for each in found.areas if each != "background") or "nothing known"
        raise InputError(f"No {label} is to be seen, but: {seen}. Name what is seen, point at it, or draw a mask.")
    return where


def grown(mask: Mask, pixels: int | None = None) -> Mask:
    """(h, w) the mask with everything that lies at most so many pixels from it.

    Args:
        mask: (h, w) bool.
        pixels: by default 1.2 % of the picture's diagonal, but at most 15 % of the thing's side, and at least 1.

    >>> grown(np.array([[False, False, True, False, False]]), 1)
    array([[False,  True,  True,  True, False]])
    """
    import cv2

    if pixels is None:
        pixels = max(1, round(min(GROWN * np.hypot(*mask.shape), MOST_GROWN * np.sqrt(mask.sum()))))
    if not pixels or not mask.any():
        return mask.copy()
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(away <= pixels)


def _points(said: Any) -> tuple[Any, ...]:
    """Several points; one alone is a list of one."""
    is_one = isinstance(said, str) or (len(said) == 2 and all(isinstance(each, int | float) for each in said))
    return (said,) if is_one else tuple(said)
