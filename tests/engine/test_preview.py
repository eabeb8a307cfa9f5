import numpy as np
import pytest

from opsin.core.errors import DataError, UnknownNameError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.files import Files
from opsin.engine.preview import PICTURES, VARIANTS, _originals, _spread, preview


@pytest.fixture
def data_of():
    """data_of(n, channels): n small pictures of ten classes, each of its own shade with a lighter corner."""

    def make(count=20, channels=3, **more):
        pixels = np.full((count, 8, 8, channels), 40, np.uint8)
        pixels += np.arange(count, dtype=np.uint8)[:, None, None, None]
        pixels[:, :3, :3] = 220
        return Dataset(
            name="shades",
            labels=tuple("abcdefghij"),
            pictures=Arrays(pixels, np.arange(count)),
            truth=np.sort(np.arange(count) % 10),
            parts=np.array(["train"] * count),
            **more,
        )

    return make


def tiles(sheet):
    """The sheet cut into its rows and columns: (rows, columns, 112, 112, 3)."""
    tops = range(6, sheet.shape[0] - 100, 118)
    lefts = [6, *range(130, sheet.shape[1] - 100, 118)]
    return np.array([[sheet[top : top + 112, left : left + 112] for left in lefts] for top in tops])


def test_originals_stand_first_and_what_is_made_of_them_beside(data_of):
    cut = tiles(preview(data_of(), "light"))
    assert cut.shape[:2] == (PICTURES, VARIANTS + 1)
    originals = _originals(data_of(), None, "squeeze", PICTURES, 0)
    assert np.array_equal(cut[:, 0], originals.repeat(14, axis=1).repeat(14, axis=2))


def test_variants_differ_from_the_original_and_from_each_other(data_of):
    cut = tiles(preview(data_of(), "standard"))
    assert all(len({tile.tobytes() for tile in row}) == VARIANTS + 1 for row in cut)


def test_none_shows_the_originals_alone(data_of):
    assert preview(data_of(), "none").shape[1] == 112 + 3 * 6


def test_the_same_seed_shows_the_same_and_another_something_else(data_of):
    sheets = [preview(data_of(), "strong", seed=seed) for seed in (1, 1, 2)]
    assert np.array_equal(sheets[0], sheets[1])
    assert not np.array_equal(sheets[0], sheets[2])


def test_as_many_classes_as_possible_are_shown(data_of):
    data = data_of(40)
    assert len(set(data.truth[_spread(data, 0)[:10]])) == 10
    assert sorted(_spread(data, 0)) == list(range(40))


def test_grey_pictures_are_shown_too(data_of):
    assert preview(data_of(channels=1), "standard").shape[2] == 3


def test_fewer_pictures_make_fewer_rows(data_of):
    assert len(tiles(preview(data_of(3), "light"))) == 3


def test_a_wanted_size_is_what_the_network_would_see(data_of):
    assert _originals(data_of(), (5, 6), "squeeze", 2, 0).shape == (2, 5, 6, 3)


def test_pictures_of_any_size_come_to_one(tmp_path):
    assert preview(photographs(tmp_path), "light").shape[2] == 3


def photographs(folder):
    """A tall one, a wide one and one that cannot be read."""
    from opsin.media.files import save_image

    save_image(folder / "a.png", np.full((40, 10, 3), 90, np.uint8))
    save_image(folder / "b.png", np.full((300, 400, 3), 90, np.uint8))
    (folder / "c.png").write_bytes(b"no picture")
    pictures = Files(folder, ("a.png", "b.png", "c.png"))
    return Dataset(
        name="photos", labels=("x",), pictures=pictures, truth=np.zeros(3, int), parts=np.array([""] * 3), source=folder
    )


def test_when_none_can_be_read_it_says_so(tmp_path):
    data = photographs(tmp_path).take([2])
    with pytest.raises(DataError, match=r"None of the 1 pictures of photos can be read\. See: opsin data check"):
        preview(data)


def test_another_preset_is_refused(data_of):
    with pytest.raises(UnknownNameError, match="preset of augmentation"):
        preview(data_of(), "wild")


@pytest.mark.parametrize("asked", [{"flips": False}, {}], ids=["flips off", "ink"])
def test_writing_is_not_mirrored(data_of, asked):
    data = data_of(10, ink=not asked)
    cut = tiles(preview(data, "light", **asked))
    lefts, rights = cut[:, :, :, :56].mean(axis=(2, 3, 4)), cut[:, :, :, 56:].mean(axis=(2, 3, 4))
    assert (lefts > rights).all()
