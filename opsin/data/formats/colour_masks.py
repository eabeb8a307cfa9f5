"""Colour masks: for each picture a picture of the same size, and a legend that says what each colour means."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._legend import LEGEND, Colour, legend_of
from opsin.data.formats._mask_layout import masks_laid_out
from opsin.data.formats._mask_reading import glimpses, listed_masks, map_digest, only_mask, renumbered
from opsin.data.formats._mask_writing import put_masks
from opsin.data.formats._writing import Writing
from opsin.data.listed import Listed
from opsin.data.regions import IGNORED, LabelMap
from opsin.data.tables import Named
from opsin.media.limits import spoken
from opsin.media.mask_files import decode_mask

NOTHING = "void"
"""What pixels of which nothing is said are called in a legend."""


@dataclass(frozen=True)
class ColourMask:
    """A mask of colours in a file.

    Attributes:
        root: the folder of the data.
        name: the path of the mask from there.
        meanings: for each colour, as one number, that of its class, or `IGNORED`.
    """

    root: Path
    name: str
    meanings: Mapping[int, int]

    def map(self) -> LabelMap:
        """(h, w) class numbers, `IGNORED` where nothing is said.

        Raises:
            ImageError: when the file cannot be read.
            DataError: when a colour in it means nothing.
        """
        written = decode_mask(self.root / self.name, name=self.name)
        # Grey is a colour as well: a mask of nothing but road may have no other.
        colours = np.repeat(written[..., None], 3, axis=2) if written.ndim == 2 else written
        return renumbered(_packed(colours), self.meanings, self.name, _told)

    def digest(self) -> bytes:
        """SHA-256 of the map."""
        return map_digest(self.map())


def _packed(colours: NDArray[np.generic]) -> NDArray[np.int32]:
    """(h, w) one number for each colour of (h, w, 3)."""
    red, green, blue = np.moveaxis(colours.astype(np.int32), 2, 0)
    packed: NDArray[np.int32] = (red << 16) | (green << 8) | blue
    return packed


def _told(packed: int) -> str:
    return f"the colour {packed >> 16} {packed >> 8 & 255} {packed & 255}"


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a folder of pictures and masks, and the masks hold colours."""
    if not path.is_dir():
        return False
    return any(each.ndim == 3 for each in glimpses(path, masks_laid_out(path)))


def read(path: Path, asked: Asked) -> Listed:
    """The pictures of a folder with their masks; legend.csv says what each colour means.

    Raises:
        DataError: when there is no legend with colours, or no mask belongs to a picture.
    """
    legend = legend_of(path, asked)
    meanings = {_number(colour): number for colour, number in legend.colours.items()}
    if not meanings:
        raise DataError(
            f"{spoken(path)}: its masks hold colours, and nothing says what they mean. Write a file {LEGEND} into it "
            "with the columns name, r, g and b. If masks of numbers were saved as JPEG, save them as PNG."
        )
    return listed_masks(
        path,
        masks_laid_out(path),
        lambda pair: ColourMask(path, only_mask(pair), meanings),
        legend.labels,
        asked.progress,
    )


def _number(colour: Colour) -> int:
    return int(_packed(np.array([[colour]]))[0, 0])


def write(writing: Writing) -> None:
    """PART/images, PART/masks with an RGB PNG file for each picture, and legend.csv, in the colours of PASCAL VOC."""
    colours = np.array([colour_of(number) for number in range(IGNORED + 1)], np.uint8)
    put_masks(writing, lambda laid: colours[laid])
    (writing.folder / LEGEND).write_text(_legend(writing.data.labels), encoding="utf-8", newline="")


def _legend(labels: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["name", "r", "g", "b"])
    rows.writerows([label, *colour_of(number)] for number, label in enumerate(labels))
    rows.writerow([NOTHING, *colour_of(IGNORED)])
    return text.getvalue()


def colour_of(number: int) -> Colour:
    """The colour that PASCAL VOC gives a class number, 0 to 255; no two have the same.

    >>> colour_of(0), colour_of(1), colour_of(255)
    ((0, 0, 0), (128, 0, 0), (224, 224, 192))
    """
    red, green, blue = (
        sum((number >> (3 * place + channel) & 1) << (7 - place) for place in range(3)) for channel in range(3)
    )
    return red, green, blue


FORMATS.add(
    "colour_masks",
    Format(
        name="colour_masks",
        summary="colour masks (folders images and masks, files of one stem, and a legend.csv with name, r, g, b)",
        lacks="groups",
        recognises=recognises,
        read=read,
        write=write,
        task="segmentation",
    ),
)
