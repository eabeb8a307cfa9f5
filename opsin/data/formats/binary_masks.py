"""Binary masks: for each picture a picture of the same size that says yes and no; or one for each class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError, InputError
from opsin.data.formats._format import FORMATS, Asked, Format
from opsin.data.formats._legend import legend_of, numbers_said
from opsin.data.formats._mask_layout import MASKS, PICTURES, Layout, masks_laid_out, means_something
from opsin.data.formats._mask_reading import BACKGROUND, glimpses, is_binary, listed_masks, map_digest
from opsin.data.formats._mask_writing import region
from opsin.data.formats._writing import Writing, plain
from opsin.data.listed import Listed
from opsin.data.regions import LabelMap
from opsin.data.tables import Named
from opsin.media.limits import spoken
from opsin.media.mask_files import decode_mask


@dataclass(frozen=True)
class BinaryMasks:
    """The masks of one picture, in files.

    Attributes:
        root: the folder of the data.
        names: the path of each from there, by the number of its class.
    """

    root: Path
    names: Mapping[int, str]

    def map(self) -> LabelMap:
        """(h, w) class numbers, 0 where no mask says yes; of classes that overlap, the one that takes less shows.

        Raises:
            ImageError: when a file cannot be read.
            DataError: when there is more in one than yes and no, or they differ in size.
        """
        marked = {number: _marked(self.root, name) for number, name in self.names.items()}
        self._refuse_unlike({number: each.shape for number, each in marked.items()})
        laid = np.zeros(next(iter(marked.values())).shape, np.uint8)
        for number in sorted(marked, key=lambda number: (-int(marked[number].sum()), number)):
            laid[marked[number]] = number
        return laid

    def digest(self) -> bytes:
        """SHA-256 of the map."""
        return map_digest(self.map())

    def _refuse_unlike(self, shapes: Mapping[int, tuple[int, ...]]) -> None:
        if len(set(shapes.values())) > 1:
            told = ", ".join(f"{spoken(self.names[at])} {each[1]} x {each[0]}" for at, each in shapes.items())
            raise DataError(f"Masks of one picture must be of one size; got {told}.")


def _marked(root: Path, name: str) -> NDArray[np.bool_]:
    """(h, w) where a mask says yes."""
    written = decode_mask(root / name, name=name)
    if not is_binary(written):
        count = len(np.unique(written.reshape(-1, *written.shape[2:]), axis=0))
        kind = "colours" if written.ndim == 3 else "values"
        raise DataError(
            f"{spoken(name)} has {count} {kind}, where masks of yes and no hold 0 and 1, or 0 and 255. "
            "Save it as PNG: JPEG blurs masks."
        )
    return written.astype(bool)


def recognises(path: Path, named: Named) -> bool:
    """Whether it is a folder of pictures and masks, and the masks say yes and no."""
    if not path.is_dir() or numbers_said(path):
        return False
    seen = glimpses(path, masks_laid_out(path))
    return bool(seen) and all(map(is_binary, seen))


def read(path: Path, asked: Asked) -> Listed:
    """The pictures of a folder with their masks: the classes are "background" and what is asked for.

    Where nothing is asked for, a legend of two classes says what they are, or the folders of the masks, or else the
    name of the folder.

    Raises:
        DataError: when no mask belongs to a picture, or other than two labels are asked for.
    """
    layout = masks_laid_out(path)
    labels = _labels(path, asked, layout)
    numbers = {label: number for number, label in enumerate(labels)} | {"": 1}
    return listed_masks(
        path,
        layout,
        lambda pair: BinaryMasks(path, {numbers[label]: name for label, name in pair.masks.items()}),
        labels,
        asked.progress,
    )


def _labels(path: Path, asked: Asked, layout: Layout) -> tuple[str, ...]:
    if asked.ignore:
        raise DataError(f"{spoken(path)}: its masks say yes and no; nothing in them can be ignored.")
    folders = {label for pair in layout.pairs for label in pair.masks}
    if folders - {""}:
        return _of_folders(path, folders)
    named = asked.labels or legend_of(path, asked).labels or (BACKGROUND, path.resolve().name)
    if len(named) != 2:
        raise DataError(
            f"{spoken(path)}: its masks say yes and no, which is two labels, such as {BACKGROUND} and vessel; "
            f"got {len(named)}: {', '.join(map(spoken, named[:8]))}."
        )
    return tuple(named)


def _of_folders(path: Path, folders: set[str]) -> tuple[str, ...]:
    if "" in folders:
        raise DataError(f"{spoken(path)}: some masks lie in folders of classes, and others beside these. Sort them in.")
    return (BACKGROUND, *sorted(folders - {BACKGROUND}))


def write(writing: Writing) -> None:
    """PART/images, and PART/masks/CLASS with a PNG file of 0 and 255 for each picture; none for the background.

    Raises:
        InputError: when the name of a class cannot be that of a folder.
    """
    from PIL import Image

    _refuse_names(writing.data.labels)
    for index, part in enumerate(map(str, writing.data.parts)):
        name = Path(writing.put(index, f"{part}/{PICTURES}")).with_suffix(".png").name
        laid = region(writing, index).map()
        for number, label in enumerate(writing.data.labels):
            path = writing.folder / part / MASKS / label / name
            if label != BACKGROUND:
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.where(laid == number, 255, 0).astype(np.uint8)).save(path)


def _refuse_names(labels: Sequence[str]) -> None:
    for label in labels:
        if label != BACKGROUND and (plain(label) != label or means_something(label)):
            raise InputError(
                f"{label!r} cannot be the name of a folder of masks. Rename the class, or convert to index_masks."
            )


FORMATS.add(
    "binary_masks",
    Format(
        name="binary_masks",
        summary="binary masks (folders images and masks, files of one stem, 0 and 255; or a folder for each class)",
        lacks="groups; what is ignored, which becomes background; the order of classes",
        recognises=recognises,
        read=read,
        write=write,
        task="segmentation",
    ),
)
