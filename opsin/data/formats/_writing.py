"""What the writers of all formats share: a dataset, and pictures put where the format wants them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from opsin.core.boxes import areas
from opsin.core.errors import InputError
from opsin.core.image import Size, check_image
from opsin.data.dataset import Dataset, Pictures
from opsin.data.files import Files
from opsin.data.things import Things
from opsin.store.progress import Progress, silent


@dataclass(frozen=True, eq=False, kw_only=True)
class Writing:
    """What is to be written, and where.

    Attributes:
        data: n pictures with their truth, each in a part.
        sizes: n times (height, width) in pixels.
        names: n file names, no two with the same stem.
        folder: an empty one.
        is_copied: whether pictures are copied; else links lead to their files.
        progress: is told how many pictures are in their place.
    """

    data: Dataset
    sizes: Sequence[Size]
    names: Sequence[str]
    folder: Path
    is_copied: bool = True
    progress: Progress = silent

    def put(self, index: int, inside: str) -> str:
        """Put a picture into a folder inside the folder; its path from there."""
        path = self.folder / inside / self.names[index]
        path.parent.mkdir(parents=True, exist_ok=True)
        place(self.data.pictures, index, path, is_copied=self.is_copied)
        self.progress("pictures", index + 1, len(self.data))
        return f"{inside}/{self.names[index]}"

    def things(self, index: int) -> Things:
        """What is in a picture."""
        found: Things = self.data.truth[index]
        return found


def file_names(pictures: Pictures) -> list[str]:
    """For each picture a name for its file, no two with the same stem: formats name files by the stems of pictures."""
    taken: set[str] = set()
    names = []
    for index in range(len(pictures)):
        name = file_name(pictures, index)
        path = found = Path(name)
        number = 2
        while found.stem.lower() in taken:
            found, number = path.with_stem(f"{path.stem}-{number}"), number + 1
        taken.add(found.stem.lower())
        names.append(found.name)
    return names


def file_name(pictures: Pictures, index: int) -> str:
    """The name that the picture's file has, or, when it is none, gets."""
    name = os.path.basename(pictures.name(index))  # noqa: PTH119 - the name need not be a path
    return name if isinstance(pictures, Files) else f"{Path(name).stem:0>5}.png"


def place(pictures: Pictures, index: int, path: Path, *, is_copied: bool = True) -> None:
    """Copy a picture's file, or make a link to it; what is no file is written as PNG.

    Raises:
        ImageError: when it cannot be read.
        InputError: when no link can be made.
    """
    from PIL import Image

    if not isinstance(pictures, Files):
        pixels = pictures[index]
        is_grey = pixels.ndim == 3 and pixels.shape[2] == 1
        Image.fromarray(pixels[..., 0] if is_grey else check_image(pixels)).save(path)
    elif is_copied:
        shutil.copyfile(pictures.path(index), path)
    else:
        _link(pictures.path(index), path)


def _link(file: Path, path: Path) -> None:
    try:
        path.symlink_to(file.resolve())
    except OSError as error:
        raise InputError(
            f"{path.name} cannot be made to lead to {file}: {error.strerror}. Copy the pictures (--copy)."
        ) from error


def plain(label: str) -> str:
    r"""A label as the name of a folder, on any system.

    >>> plain("T-shirt/top"), plain("..\\x"), plain("")
    ('T-shirt-top', '-x', '-')
    """
    return re.sub(r'[/\\:*?"<>|\x00-\x1f]', "-", label).strip(". ") or "-"


def decimal(value: Any) -> str:
    """A float32 in the fewest digits that give it back, without an exponent.

    >>> decimal(np.float32(60.72)), decimal(np.float32(60))
    ('60.72', '60')
    """
    text = f"{Decimal(str(np.float32(value))):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def masked(things: Things) -> bool:
    """Whether the areas say more than the boxes do: they are those of masks."""
    return not np.allclose(np.asarray(things.areas), areas(things.boxes), rtol=1e-5, atol=1e-3)
