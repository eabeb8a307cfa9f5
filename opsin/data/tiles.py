"""Pictures larger than a network's input, as a dataset of tiles of that size, at the scale that they have."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import DataError
from opsin.core.image import Image, Planes, Size
from opsin.core.placement import Placement, covered
from opsin.data.dataset import Dataset, Pictures
from opsin.data.regions import IGNORED, LabelMap, Regions, regions
from opsin.data.things import as_truth


@dataclass(frozen=True, eq=False)
class Tiles:
    """Tiles of pictures, each cut out when it is asked for.

    Attributes:
        pictures: the whole ones.
        sources: (n,) which picture each tile is of.
        places: n, where the picture sits in the tile.
    """

    pictures: Pictures
    sources: NDArray[np.intp]
    places: tuple[Placement, ...]

    def __len__(self) -> int:
        return len(self.sources)

    def __getitem__(self, index: int) -> Image:
        whole = self.pictures[int(self.sources[index])]
        tile: Image = cut(whole, self.places[index], "edge")
        return tile

    def planes(self, index: int) -> Planes:
        """The same of every number as it is written."""
        return cut(self.pictures.planes(int(self.sources[index])), self.places[index], "edge")

    def name(self, index: int) -> str:
        """The picture's, and where the tile begins in it: "eye.png at 128, 256"."""
        left, top = _corner(self.places[index])
        return f"{self.pictures.name(int(self.sources[index]))} at {left}, {top}"

    def digest(self, index: int) -> bytes:
        """SHA-256 of what the picture is made of, and of where the tile is."""
        whole = self.pictures.digest(int(self.sources[index]))
        return hashlib.sha256(
            whole + repr((self.places[index].input_size, _corner(self.places[index]))).encode()
        ).digest()

    def take(self, indices: NDArray[np.intp]) -> Tiles:
        """Some of them, in that order."""
        return Tiles(self.pictures, self.sources[indices], tuple(self.places[index] for index in indices))


@dataclass(frozen=True, eq=False)
class _Cut:
    """A tile of a map."""

    whole: Regions
    place: Placement

    def map(self) -> LabelMap:
        """(h, w); beyond the picture nothing is said."""
        return cut(self.whole.map(), self.place, IGNORED)

    def digest(self) -> bytes:
        """SHA-256 of the whole map, and of where the tile is."""
        return hashlib.sha256(self.whole.digest() + repr(_corner(self.place)).encode()).digest()


def in_tiles(data: Dataset, tile: Size) -> Dataset:
    """The same pictures, in tiles that overlap by a quarter; tiles of one picture are of its part.

    Raises:
        DataError: when the truth is not a map of pixels.

    """
    if data.task != "segmentation":
        raise DataError(f"Only maps of pixels can be cut into tiles; {data.name} is data for {data.task}.")
    places = [covered(each.size, tile) for each in data.truth]
    sources = np.repeat(np.arange(len(data)), [len(each) for each in places])
    flat = tuple(place for each in places for place in each)
    truth = [regions(_Cut(data.truth[at], place)) for at, place in zip(sources.tolist(), flat, strict=True)]
    return dataclasses.replace(
        data,
        pictures=Tiles(data.pictures, sources, flat),
        truth=as_truth(truth),
        parts=data.parts[sources],
        columns={name: column[sources] for name, column in data.columns.items()},
    )


def cut(pixels: NDArray[Any], place: Placement, beyond: str | int) -> NDArray[Any]:
    """What a tile shows of (h, w, …) pixels at their own scale; `beyond` them that number, or the "edge" going on."""
    left, top = _corner(place)
    height, width = place.input_size
    part = pixels[top : top + height, left : left + width]
    missing = [(0, height - part.shape[0]), (0, width - part.shape[1]), *[(0, 0)] * (pixels.ndim - 2)]
    if isinstance(beyond, int):
        return np.pad(part, missing, constant_values=beyond)
    return np.pad(part, missing, mode="edge")


def _corner(place: Placement) -> tuple[int, int]:
    """The left top pixel of the picture in the tile."""
    return round(-place.shift[0]), round(-place.shift[1])
