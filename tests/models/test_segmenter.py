"""A segmenter that was taught, asked: whole pictures, and tiles."""

import numpy as np
import pytest

from opsin.core.placement import covered
from opsin.models.segmenter import Segmenter, lay_middle
from opsin.tasks.segmentation import SegmentationOptions
from opsin.weights.card import Card

LABELS = ("dark", "bright")


def bright(batch):
    """Logits that say whether each pixel is bright."""
    grey = batch["image"].mean(axis=3, dtype=np.float32)
    return {"logits": np.stack([127.5 - grey, grey - 127.5], axis=3)}


def segmenter(fit, size=(32, 48), network=bright, channels=3):
    card = Card(
        name="few",
        task="segmentation",
        summary="",
        labels=LABELS,
        input_size=size,
        licence="",
        fit=fit,
        channels=channels,
    )
    return Segmenter(card, network)


def blobs(height, width, seed=0):
    """A picture of bright and dark blocks of 4 x 4 pixels, and which are bright."""
    coarse = np.random.default_rng(seed).random((-(-height // 4), -(-width // 4))) < 0.5
    mask = np.kron(coarse, np.ones((4, 4), bool))[:height, :width]
    return np.repeat((mask * 255).astype(np.uint8)[..., None], 3, axis=2), mask


@pytest.mark.parametrize("size", [(32, 48), (33, 48), (100, 150), (20, 30), (31, 200)])
def test_in_tiles_each_pixel_is_answered_for_once_and_at_its_own_place(size):
    image, mask = blobs(*size)
    found = segmenter("tiles").run([image], SegmentationOptions())[0]
    assert (found.map == mask).all()


def test_a_picture_in_tiles_is_seen_at_its_own_scale():
    seen = []

    def network(batch):
        seen.append(batch["image"].shape)
        return bright(batch)

    segmenter("tiles", network=network).run([blobs(100, 150)[0]], SegmentationOptions())
    assert {shape[1:] for shape in seen} == {(32, 48, 3)}
    assert sum(shape[0] for shape in seen) == len(covered((100, 150), (32, 48)))


def test_no_more_than_a_few_tiles_are_looked_at_together():
    counts = []

    def network(batch):
        counts.append(len(batch["image"]))
        return bright(batch)

    segmenter("tiles", network=network).run([blobs(200, 300)[0]], SegmentationOptions())
    assert max(counts) <= 4


def test_where_tiles_overlap_the_one_whose_border_is_further_away_answers():
    tile, size = (4, 8), (4, 14)
    places, laid = covered(size, tile), np.full(size, -1, np.int16)
    assert [place.shift[0] for place in places] == [0, -6]
    for number, place in enumerate(places):
        lay_middle(laid, np.full(tile, number, np.int16), place, places)
    assert laid[0].tolist() == [0] * 7 + [1] * 7


def test_a_whole_picture_is_squeezed_and_its_answer_has_its_own_size():
    image = np.zeros((60, 100, 3), np.uint8)
    image[:, 50:] = 255
    found = segmenter("squeeze").run([image], SegmentationOptions())[0]
    assert found.map.shape == (60, 100)
    assert (found.map[:, :48] == 0).all()
    assert (found.map[:, 52:] == 1).all()


def test_grey_networks_get_grey_tiles():
    image, mask = blobs(40, 60)

    def network(batch):
        assert batch["image"].shape[3] == 1
        return bright(batch)

    assert (segmenter("tiles", network=network, channels=1).run([image], SegmentationOptions())[0].map == mask).all()


def test_small_regions_stay_unless_it_is_asked_otherwise():
    image = np.zeros((32, 48, 3), np.uint8)
    image[5, 5] = 255
    assert segmenter("squeeze").run([image], SegmentationOptions())[0].map[5, 5] == 1
    assert segmenter("squeeze").run([image], SegmentationOptions(min_share=0.1))[0].map[5, 5] == 0


def test_every_pixel_is_read_where_it_looks_in_tiles():
    assert segmenter("tiles").reading_size(SegmentationOptions()) is None
    assert segmenter("squeeze").reading_size(SegmentationOptions()) == (32, 48)


def test_an_exported_file_says_how_it_is_read():
    assert "the highest is the label of a pixel" in Segmenter.reading(segmenter("squeeze").card)
