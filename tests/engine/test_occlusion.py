import numpy as np
import pytest

from opsin.engine.occlusion import BATCH, PATCH, PLACES, occlusion

BATCHES = []


def corner_network(batch):
    """Logit 1 is as high as the left top corner is bright, in hundreds; logit 0 is 0."""
    BATCHES.append(len(batch["image"]))
    bright = batch["image"][:, :2, :2].mean(axis=(1, 2, 3)) / 100
    return {"logits": np.stack([np.zeros_like(bright), bright], axis=1).astype(np.float32)}


@pytest.fixture
def picture():
    """Black, with a bright left top corner."""
    pixels = np.zeros((1, 10, 10, 1), np.uint8)
    pixels[0, :2, :2] = 200
    return pixels


def covered(pixels, label=1, **options):
    return occlusion(corner_network, ("image", pixels), "logits", label, **options)


def test_the_answer_hangs_on_the_corner_only(picture):
    drop = covered(picture).drop
    assert drop.shape == (10, 10)
    assert np.unravel_index(drop.argmax(), drop.shape) == (0, 0)
    assert drop[5:, 5:] == pytest.approx(0, abs=1e-6)


def test_the_whole_corner_covered_takes_the_certainty_away(picture):
    # Two labels: log(score / (1 - score)) is the difference of the logits, 2; the patch leaves the mean, 8 of 255.
    assert covered(picture).drop[0, 0] == pytest.approx(2 - 0.08, abs=1e-3)


def test_for_the_other_label_it_is_the_other_way_round(picture):
    assert covered(picture, label=0).drop == pytest.approx(-covered(picture).drop, abs=1e-6)


def test_the_lowest_score_is_that_of_the_worst_patch(picture):
    assert covered(picture).lowest == pytest.approx(1 / (1 + np.exp(-0.08)), abs=1e-3)


def test_a_temperature_makes_certainty_and_its_fall_smaller(picture):
    assert covered(picture, temperature=4).drop == pytest.approx(covered(picture).drop / 4, abs=1e-6)


def test_a_network_that_is_almost_certain_still_shows_what_it_needs(picture):
    def certain(batch):
        return {"logits": corner_network(batch)["logits"] + [[0, 60]]}  # a score of 1.0 in any number type

    found = occlusion(certain, ("image", picture), "logits", 1)
    assert found.drop == pytest.approx(covered(picture).drop, abs=1e-5)


def test_a_mirrored_network_has_a_mirrored_map(picture):
    def mirrored(batch):
        return corner_network({"image": batch["image"][:, :, ::-1]})

    found = occlusion(mirrored, ("image", picture[:, :, ::-1]), "logits", 1)
    assert found.drop == pytest.approx(covered(picture).drop[:, ::-1], abs=1e-6)


def test_the_picture_stays_as_it_is(picture):
    before = picture.copy()
    covered(picture)
    assert (picture == before).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (7, 40)])
def test_pictures_of_any_size_have_a_map_without_holes(size):
    found = covered(np.full((1, *size, 3), 9, np.uint8))
    assert found.drop.shape == size
    assert np.isfinite(found.drop).all()


def test_large_pictures_are_asked_about_no_more_often():
    BATCHES.clear()
    covered(np.zeros((1, 100, 60, 1), np.uint8))
    assert sum(BATCHES) == 1 + PLACES**2
    assert max(BATCHES) <= BATCH


def test_a_patch_covers_a_fifth_of_each_side():
    seen = []

    def keeping(batch):
        seen.append(batch["image"])
        return corner_network(batch)

    pixels = np.zeros((1, 20, 30, 1), np.uint8)
    pixels[0, 0, 0] = 255  # so that the mean is 0 only after rounding
    pixels[0, 10:, :] = 100
    occlusion(keeping, ("image", pixels), "logits", 1)
    changed = np.concatenate(seen)[-1] != pixels[0]
    assert changed.any(axis=(1, 2)).sum() == 20 // PATCH
    assert changed.any(axis=(0, 2)).sum() == 30 // PATCH


def test_it_tells_how_far_it_is(picture):
    told = []
    covered(picture, progress=lambda *each: told.append(each))
    assert told[0] == ("occlusion", 0, told[0][2])
    assert told[-1] == ("occlusion", told[0][2], told[0][2])


def test_a_network_with_one_label_is_not_divided_by_nothing():
    def single(batch):
        return {"logits": np.ones((len(batch["image"]), 1), np.float32)}

    assert occlusion(single, ("image", np.zeros((1, 5, 5, 1), np.uint8)), "logits", 0).drop.max() == 0
