"""Index masks: for each picture a picture of the same size whose values are the numbers of classes."""

from __future__ import annotations

import csv
import dataclasses
import io
from dataclasses import dataclass
from pathlib import Path

from opsin.core.errors import DataError
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._legend import LEGEND, Entry, Legend, legend_of, numbers_said
from opsin.data.formats._mask_layout import masks_laid_out
from opsin.data.formats._mask_reading import glimpses, is_binary, listed_masks, map_digest, only_mask, renumbered
from opsin.data.formats._mask_writing import put_masks
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed
from opsin.data.regions import MOST_LABELS, LabelMap
from opsin.data.tables import Named
from opsin.media.limits import spoken
from opsin.media.mask_files import decode_mask

_NUMBERED = tuple(Entry(number, f"class {number}") for number in range(MOST_LABELS))


@dataclass(frozen=True)
class IndexMask:
    """A mask of numbers in a file.

    Attributes:
        root: the folder of the data.
        name: the path of the mask from there.
        legend: what its numbers mean.
    """

    root: Path
    name: str
    legend: Legend

    def map(self) -> LabelMap:
        """(h, w) class numbers, `IGNORED` where nothing is said.

        Raises:
            ImageError: when the file cannot be read.
            DataError: when a number in it means nothing.
        """
        written = decode_mask(self.root / self.name, name=self.name)
        if written.ndim == 3:
            raise DataError(f"{spoken(self.name)} holds colours, where others hold numbers. Save it as they are saved.")
        return renumbered(written, self.legend.meanings, self.name)

    def digest(self) -> bytes:
        """SHA-256 of the map."""
        return map_digest(self.map())


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a folder of pictures and masks, and these hold numbers: of more than yes and no, or it is said."""
    if not path.is_dir():
        return False
    layout = masks_laid_out(path)
    seen = glimpses(path, layout)
    is_whole = all(set(pair.masks) == {""} for pair in layout.pairs[:1])
    are_numbers = bool(seen) and is_whole and all(each.ndim == 2 for each in seen)
    return are_numbers and (numbers_said(path) or not all(map(is_binary, seen)))


def read(path: Path, asked: Asked) -> Listed:
    """The pictures of a folder with their masks; what their numbers mean is asked for, or stands in a legend.

    Where neither says it, the classes are called "class 0", "class 1" and so on.

    Raises:
        DataError: when no mask belongs to a picture, or the legend does not say what it must.
    """
    told = legend_of(path, asked)
    legend = told if told.entries else dataclasses.replace(told, entries=_NUMBERED)
    listed = listed_masks(
        path,
        masks_laid_out(path),
        lambda pair: IndexMask(path, only_mask(pair), legend),
        legend.labels,
        asked.progress,
    )
    return listed if told.entries else dataclasses.replace(listed, classes=listed.classes[: _used(listed)])


def _used(listed: Listed) -> int:
    """One more than the largest number that occurs."""
    return 1 + max((int(each.numbers.max()) for each in listed.truths if len(each.numbers)), default=0)


def write(writing: Writing) -> None:
    """PART/images, PART/masks with an 8-bit PNG file for each picture, and legend.csv. 255 is ignored."""
    put_masks(writing, lambda laid: laid)
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["number", "name"])
    rows.writerows(enumerate(writing.data.labels))
    (writing.folder / LEGEND).write_text(text.getvalue(), encoding="utf-8", newline="")


FORMATS.add(
    "index_masks",
    Format(
        name="index_masks",
        summary="index masks (folders images and masks, files of one stem, values that are numbers of classes)",
        lacks="groups",
        recognises=recognises,
        read=read,
        write=write,
        task="segmentation",
    ),
)
