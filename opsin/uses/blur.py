"""Blur: faces replaced by a mosaic that nothing can be brought back from."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.boxes import Boxes
from opsin.core.image import Image, check_image
from opsin.core.options import Options, option
from opsin.engine.album import CAMERA_RATE, outside
from opsin.engine.predict import options_for
from opsin.engine.stream import Answer, answers
from opsin.media.files import save_image
from opsin.media.sources import open_source
from opsin.media.video import write_video
from opsin.tasks import TASKS
from opsin.tasks.faces import Faces
from opsin.uses._held import held
from opsin.uses._output_places import OutputPlaces, output_places

SMALLEST_CELL = 8
"""Sides of a mosaic's cells are at least so many pixels: else a tiny face would keep its pixels."""


@dataclass(frozen=True, kw_only=True)
class BlurOptions(Options):
    """How to blur."""

    min_score: float = option(
        0.3, help="Blur what is a face at least so certainly; low, since a face missed is worse.", low=0.0, high=1.0
    )
    small: bool = option(False, help="Look closer, for small faces in large pictures; about 5 times the work.")
    cells: int = option(8, help="Cells of the mosaic across a face, at most.", low=1, high=12)
    margin: float = option(0.2, help="How much a box grows on each side, as a share of its own.", low=0.0, high=2.0)
    hold_seconds: float = option(
        0.5, help="In video, faces stay blurred so long before and after they are seen.", low=0.0, high=5.0
    )


@dataclass(frozen=True)
class Blurred:
    """What became of a picture, or of a frame of a video.

    Attributes:
        source: where it comes from.
        frame: its number in a video; None for a photograph.
        path: what it was written to; None when it was not.
        faces: how many faces were blurred.
        error: why it was not written.
    """

    source: str
    path: Path | None
    faces: int = 0
    frame: int | None = None
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without what there is not."""
        told = dataclasses.asdict(self) | {"path": None if self.path is None else str(self.path)}
        return {name: value for name, value in told.items() if value is not None}


def blur(image: Image, faces: Faces | Boxes, *, cells: int = 8, margin: float = 0.2) -> Image:
    """A new image in which each face is a mosaic: cells of one colour, the mean of what was there.

    The cells lie on a grid that begins at the picture's corner; their side is a power of two. So neither where exactly
    a box lies nor how it trembles from frame to frame tells anything, and pictures whose cells have the same means
    become the same: what was inside a cell is nowhere any more. From `cells` across a face down to half as many are
    left. A blur with a soft edge can be undone, and a fine mosaic still be recognised: McPherson et al., Defeating
    Image Obfuscation with Deep Learning, 2016, https://arxiv.org/abs/1609.00408.

    Args:
        image: (h, w, 3) uint8.
        faces: found in it, or (n, 4) boxes xyxy in its pixels.
        cells: across the longer side of a face's box, at most; 1 to 12.
        margin: how much the box grows on each side, as a share of its sides.

    Raises:
        OptionError: for more cells, or a margin below 0.

    >>> image = np.arange(16 * 16 * 3, dtype=np.uint8).reshape(16, 16, 3)
    >>> len(np.unique(blur(image, np.array([[0, 0, 16, 16]]), margin=0).reshape(-1, 3), axis=0))
    4
    """
    asked = BlurOptions(cells=cells, margin=margin)
    boxes = faces.boxes if isinstance(faces, Faces) else np.asarray(faces, np.float32).reshape(-1, 4)
    original = check_image(image)
    hidden = original.copy()
    # The largest last: where faces overlap, the coarser mosaic stays.
    for box in sorted(boxes, key=_side):
        _mosaic(hidden, original, box, asked)
    return hidden


def blur_source(source: Any, out: str | Path, **options: Any) -> Iterator[Blurred]:
    """Blurs the faces in pictures and videos, and writes new ones: nothing but pixels, no notes and no sound.

    Videos become WebM. Pictures keep their names, and their folders within a folder that was named.

    Args:
        source: a path, folder, pattern, archive, video, address, array, or a list of such.
        out: a folder; or, for one picture or video, a file's name.
        options: those of `BlurOptions`.

    Raises:
        UsageError: when a source would be overwritten, or an option is out of range.
        SourceError: for a source that is nothing, or holds no pictures.
    """
    asked = BlurOptions(**options)
    places = output_places(source, out)
    items = outside(open_source(source), Path(out))
    finding = {name: getattr(asked, name) for name in ("min_score", "small", "model", "device", "precision")}
    faces = TASKS.get("faces")
    found = answers(faces, items, options_for(faces, finding), keeps_images=True)
    return _written(found, places, asked)


def _written(found: Iterable[Answer[Faces]], places: OutputPlaces, asked: BlurOptions) -> Iterator[Blurred]:
    """Everything that was found, hidden and written."""
    taken: set[Path] = set()
    for (source, is_video), group in groupby(found, key=lambda one: (one.item.source, one.item.frame is not None)):
        if is_video:
            path = places.of(source, ".webm", taken)
            taken.add(path)
            yield from _video(group, path, asked)
            continue
        for answer in group:
            if answer.result is None or answer.image is None:
                yield Blurred(source, None, error=str(answer.error))
                continue
            path = places.of(source, None, taken)
            taken.add(path)
            save_image(path, blur(answer.image, answer.result, cells=asked.cells, margin=asked.margin))
            yield Blurred(source, path, len(answer.result.scores))


def _video(frames: Iterable[Answer[Faces]], path: Path, asked: BlurOptions) -> Iterator[Blurred]:
    """A video, frame by frame; whole at its end, or not there at all. Frames that cannot be read are left out."""
    frames = iter(frames)
    damaged: list[Answer[Faces]] = []
    first = next(_readable(frames, damaged), None)
    if first is not None and first.image is not None:
        rate, size = first.item.rate or CAMERA_RATE, (first.image.shape[0], first.image.shape[1])
        with write_video(path, rate, size) as video:
            for answer, boxes in held(_pairs(first, _readable(frames, damaged)), round(asked.hold_seconds * rate)):
                if answer.image is not None:
                    video.write(blur(answer.image, boxes, cells=asked.cells, margin=asked.margin))
                yield Blurred(answer.item.source, path, len(boxes), answer.item.frame)
    for answer in damaged:
        yield Blurred(answer.item.source, None, 0, answer.item.frame, str(answer.error))


def _readable(frames: Iterator[Answer[Faces]], damaged: list[Answer[Faces]]) -> Iterator[Answer[Faces]]:
    for answer in frames:
        if answer.result is None:
            damaged.append(answer)
        else:
            yield answer


def _pairs(first: Answer[Faces], rest: Iterator[Answer[Faces]]) -> Iterator[tuple[Answer[Faces], Faces]]:
    for answer in chain((first,), rest):
        if answer.result is not None:
            yield answer, answer.result


def _side(box: NDArray[Any]) -> float:
    return float(max(box[2] - box[0], box[3] - box[1]))


def _cell(side: float, cells: int) -> int:
    """The side of a mosaic's cells in pixels: a power of two, so that a box that trembles does not change it."""
    least = max(side / cells, SMALLEST_CELL)
    return int(2 ** np.ceil(np.log2(least)))


def _mosaic(hidden: Image, original: Image, box: NDArray[Any], asked: BlurOptions) -> None:
    """Lays the mosaic of one face over the picture."""
    cell = _cell(_side(box), asked.cells)
    grown = asked.margin * np.array([box[2] - box[0], box[3] - box[1]], np.float64)
    low = np.floor((box[:2] - grown) / cell).astype(int) * cell
    high = np.ceil((box[2:] + grown) / cell).astype(int) * cell
    height, width = original.shape[:2]
    (left, top), (right, bottom) = low.clip(0), np.minimum(high, (width, height))
    if left < right and top < bottom:
        hidden[top:bottom, left:right] = _means(original[top:bottom, left:right], cell)


def _means(part: Image, cell: int) -> Image:
    """(h, w, 3) with the mean of each cell in place of its pixels; cells at the right and below may be cut off."""
    rows, columns = (np.arange(0, length, cell) for length in part.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(part.astype(np.int64), rows, axis=0), columns, axis=1)
    high, wide = np.diff(rows, append=part.shape[0]), np.diff(columns, append=part.shape[1])
    counts = (high[:, None] * wide[None, :])[..., None]
    means = ((sums + counts // 2) // counts).astype(np.uint8)
    return np.repeat(np.repeat(means, high, axis=0), wide, axis=1)
