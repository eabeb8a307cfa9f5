"""Pictures as a network takes them while it learns."""

import dataclasses

import numpy as np
import pytest
from PIL import Image as PillowImage

from opsin.core.errors import DataError, ImageError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.files import Files
from opsin.engine import feeding
from opsin.engine.feeding import Reading, class_weights, feed, shuffled

READING = Reading((6, 8), 3, "squeeze")


class Mixed:
    """Pictures of different sizes, of which some cannot be read."""

    def __init__(self, sizes):
        self.sizes = sizes

    def __len__(self):
        return len(self.sizes)

    def __getitem__(self, index):
        if self.sizes[index] is None:
            raise ImageError(f"{index}.jpg is no picture.")
        return np.full((*self.sizes[index], 3), index, np.uint8)

    def name(self, index):
        return f"{index}.jpg"

    def digest(self, index):
        return bytes([index])

    def take(self, indices):
        chosen = Mixed([self.sizes[index] for index in indices])
        numbers = list(indices)
        chosen.__class__ = type("Some", (Mixed,), {"__getitem__": lambda _, index: self[numbers[index]]})
        return chosen


def dataset(pictures) -> Dataset:
    count = len(pictures)
    return Dataset(
        name="few",
        labels=("a", "b", "c", "d"),
        pictures=pictures,
        truth=np.arange(count),
        parts=np.array(["train"] * count),
    )


SIZES = [(4, 4), None, (9, 3), (6, 8)]


def encode(truth, placements, labels) -> np.ndarray:
    """What should be said of each picture: its truth, and how tall it was."""
    return np.array([(number, place.size[0]) for number, place in zip(truth, placements, strict=True)])


def test_what_cannot_be_read_is_left_out_and_named():
    made = feed(dataset(Mixed(SIZES)), encode, READING)
    assert made.unreadable == ("1.jpg is no picture.",)
    assert made.targets.tolist() == [[0, 4], [2, 9], [3, 6]]
    assert [int(pixels[0, 0, 0]) for pixels in made.pixels] == [0, 2, 3]


def test_nothing_readable_is_an_error_with_the_first():
    with pytest.raises(DataError, match=r"None of the 2 pictures of few can be read. The first: 0\.jpg is no picture"):
        feed(dataset(Mixed([None, None])), encode, READING)


def test_what_does_not_fit_into_memory_streams_and_gives_the_same_pixels(monkeypatch):
    held = feed(dataset(Mixed(SIZES)), encode, READING)
    monkeypatch.setattr(feeding, "memory_bytes", lambda: 1000)
    streamed = feed(dataset(Mixed(SIZES)), encode, READING)
    assert streamed.pixels is None
    order = np.array([2, 0, 1])
    batches = streamed.epoch(2, order)["x"]
    pixels = np.concatenate([batches[step][0] for step in range(len(batches))])
    targets = np.concatenate([batches[step][1] for step in range(len(batches))])
    assert np.array_equal(pixels, held.epoch(2, order)["x"])
    assert np.array_equal(targets, held.epoch(2, order)["y"])


def test_arrays_of_the_right_shape_are_not_copied():
    pixels = np.zeros((3, 6, 8, 3), np.uint8)
    made = feed(dataset(Arrays(pixels, np.arange(3))), encode, READING)
    assert made.pixels is pixels


def brighter(read, index, count, random):
    pixels, row = read(index)
    return pixels + random.integers(1, 9, dtype=np.uint8), row * 10


def test_pictures_are_changed_with_what_should_be_said_of_them():
    made = dataclasses.replace(feed(dataset(Mixed(SIZES)), encode, READING), mover=brighter)
    pixels, rows = made.epoch(3, np.arange(3), (0, 0))["x"][0]
    assert (pixels > made.pixels).all()
    assert np.array_equal(rows, made.targets * 10)


def test_a_picture_is_changed_by_the_seeds_and_its_own_number_alone():
    made = dataclasses.replace(feed(dataset(Mixed(SIZES)), encode, READING), mover=brighter)
    alone, among = made.changed(np.array([1]), (0, 3))[0], made.changed(np.array([2, 1]), (0, 3))[0]
    assert np.array_equal(alone[0], among[1])
    assert not np.array_equal(made.changed(np.arange(3), (0, 4))[0], made.changed(np.arange(3), (0, 3))[0])


def test_batches_have_all_pictures_in_their_order():
    made = feed(dataset(Mixed(SIZES)), encode, READING)
    assert [len(batch) for batch in made.batches(2)] == [2, 1]
    assert np.array_equal(np.concatenate(list(made.batches(2))), made.pixels)


def test_each_epoch_has_an_order_of_its_own_and_always_the_same():
    assert np.array_equal(shuffled(50, 1, 2), shuffled(50, 1, 2))
    assert not np.array_equal(shuffled(50, 1, 2), shuffled(50, 1, 3))
    assert not np.array_equal(shuffled(50, 1, 2), shuffled(50, 2, 2))
    assert sorted(shuffled(50, 1, 2)) == list(range(50))


def test_class_weights_are_scikit_learns_balanced_ones():
    from sklearn.utils.class_weight import compute_class_weight

    truth = np.array([0] * 12 + [1] * 3 + [2] * 5)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=truth)
    assert class_weights(truth, 3, "yes") == pytest.approx(dict(enumerate(expected)))


@pytest.mark.parametrize(("counts", "is_weighed"), [((30, 10), True), ((29, 10), False)])
def test_auto_weighs_from_three_to_one(counts, is_weighed):
    truth = np.repeat([0, 1], counts)
    assert (class_weights(truth, 2, "auto") is not None) == is_weighed


def test_no_never_weighs():
    assert class_weights([0] * 100 + [1], 2, "no") is None


def test_a_real_file_is_read_upright(tmp_path):
    picture = PillowImage.new("RGB", (8, 6), "red")
    exif = picture.getexif()
    exif[0x0112] = 6
    picture.save(tmp_path / "a.jpg", exif=exif)
    assert READING(Files(tmp_path, ("a.jpg",)), 0)[0].shape == (6, 8, 3)
    assert Files(tmp_path, ("a.jpg",))[0].shape == (8, 6, 3)


def test_rows_that_would_fill_the_memory_are_made_when_they_are_asked_for(monkeypatch):
    whole = feed(dataset(Mixed(SIZES)), encode, READING)
    monkeypatch.setattr(feeding, "memory_bytes", lambda: 0)
    found = feed(dataset(Mixed(SIZES)), encode, READING)
    assert found.targets is None
    for indices in (np.array([2, 0]), np.arange(3)):
        assert (found.rows(indices) == whole.rows(indices)).all()
