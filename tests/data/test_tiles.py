"""Pictures in tiles of a network's size."""

import numpy as np
import pytest

from opsin.core.errors import DataError
from opsin.core.placement import covered
from opsin.data.dataset import Arrays, Dataset
from opsin.data.regions import IGNORED, regions
from opsin.data.things import as_truth
from opsin.data.tiles import in_tiles


class Held:
    """A map in memory."""

    def __init__(self, laid):
        self.laid = laid

    def map(self):
        return self.laid

    def digest(self):
        return self.laid.tobytes()


def dataset(size=(50, 70), count=2):
    """Pictures whose red is the number of each pixel's class times 10."""
    maps = np.random.default_rng(0).integers(0, 3, (count, *size)).astype(np.uint8)
    return Dataset(
        name="few",
        labels=("a", "b", "c"),
        pictures=Arrays(np.repeat(maps[..., None] * 10, 3, axis=3), np.arange(count)),
        truth=as_truth([regions(Held(each)) for each in maps]),
        parts=np.array(["train", "validation"][:count]),
    )


def test_each_tile_has_the_size_and_the_map_of_what_it_shows():
    for index, image in enumerate((tiles := in_tiles(dataset(), (32, 32))).pictures):
        assert image.shape == (32, 32, 3)
        assert (tiles.truth[index].map() * 10 == image[..., 0]).all()


def test_together_they_show_every_pixel():
    whole, seen = np.zeros((50, 70), bool), in_tiles(dataset(count=1), (32, 32))
    for place in seen.pictures.places:
        left, top = round(-place.shift[0]), round(-place.shift[1])
        whole[top : top + 32, left : left + 32] = True
    assert whole.all()


def test_of_a_smaller_picture_there_is_one_tile_and_nothing_is_said_beside_it():
    tiles = in_tiles(dataset((20, 25), 1), (32, 32))
    assert len(tiles) == 1
    laid = tiles.truth[0].map()
    assert (laid[20:] == IGNORED).all()
    assert (laid[:, 25:] == IGNORED).all()
    assert (tiles.pictures[0][19, 25:] == tiles.pictures[0][19, 24]).all()


def test_tiles_are_of_their_pictures_part():
    tiles = in_tiles(dataset(), (32, 32))
    assert tiles.parts.tolist() == ["train"] * 6 + ["validation"] * 6


def test_names_and_digests_tell_tiles_apart():
    tiles = in_tiles(dataset(), (32, 32))
    assert tiles.pictures.name(1) == "0 at 19, 0"
    assert len({tiles.pictures.digest(index) for index in range(len(tiles))}) == len(tiles)
    assert len({tiles.truth[index].digest() for index in range(len(tiles))}) == len(tiles)


def test_some_of_them_are_those():
    tiles = in_tiles(dataset(), (32, 32))
    some = tiles.take([3, 7])
    assert (some.pictures[1] == tiles.pictures[7]).all()
    assert (some.truth[1].map() == tiles.truth[7].map()).all()


def test_pictures_with_one_label_each_cannot_be_cut():
    data = dataset()
    classes = Dataset(name="few", labels=data.labels, pictures=data.pictures, truth=np.zeros(2, int), parts=data.parts)
    with pytest.raises(DataError, match="Only maps of pixels can be cut into tiles; few is data for classification"):
        in_tiles(classes, (32, 32))


@pytest.mark.parametrize("size", [(10, 10), (32, 33), (500, 37), (64, 64)])
def test_tiles_cover_evenly_and_overlap_by_a_quarter_at_least(size):
    for axis in range(2):
        starts = sorted({round(-place.shift[1 - axis]) for place in covered(size, (32, 32))})
        assert starts[0] == 0
        assert starts[-1] == max(0, size[axis] - 32)
        assert max(np.diff(starts), default=0) <= 24 + 1
