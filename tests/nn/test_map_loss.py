"""How wrong the labels of pixels are, by laws and beside scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from opsin.core.errors import UnknownNameError
from opsin.data.regions import IGNORED
from opsin.nn.backend import keras

keras()
from opsin.nn.map_loss import LOSSES, MapLoss, enlarged  # noqa: E402 - after the backend is chosen

RANDOM = np.random.default_rng(0)
TRUTH = RANDOM.integers(0, 3, (2, 8, 12)).astype(np.uint8)


def sure(truth, logit=9.0, labels=3):
    """Logits (n, h, w, labels) of a network that says this."""
    return ((np.arange(labels) == truth[..., None]) * logit).astype(np.float32)


def loss(name, truth, raw):
    return np.asarray(MapLoss([name], IGNORED).call(truth, np.asarray(raw, np.float32)))


def test_cross_entropy_is_scikit_learns():
    logits = RANDOM.normal(size=(2, 8, 12, 3)).astype(np.float32)
    scores = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    expected = [log_loss(t.ravel(), s.reshape(-1, 3), labels=[0, 1, 2]) for t, s in zip(TRUTH, scores, strict=True)]
    assert loss("crossentropy", TRUTH, logits) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_all_right_costs_next_to_nothing(name):
    assert loss(name, TRUTH, sure(TRUTH, 30.0)) == pytest.approx([0, 0], abs=2e-3)


@pytest.mark.parametrize("name", LOSSES)
def test_the_more_pixels_are_wrong_the_more_it_costs(name):
    half, all_wrong = TRUTH.copy(), (TRUTH + 1) % 3
    half[:, :4] = all_wrong[:, :4]
    costs = [loss(name, TRUTH, sure(each)).sum() for each in (TRUTH, half, all_wrong)]
    assert costs[0] < costs[1] < costs[2]


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_said_of_ignored_pixels_costs_nothing(name):
    truth = TRUTH.copy()
    truth[:, 2:5, 3:7] = IGNORED
    one, other = sure(TRUTH, 2.0), sure(TRUTH, 2.0)
    other[:, 2:5, 3:7] = RANDOM.normal(size=(2, 3, 4, 3))
    assert loss(name, truth, one) == pytest.approx(loss(name, truth, other), rel=1e-5)


@pytest.mark.parametrize("name", LOSSES)
def test_a_mirrored_picture_costs_the_same(name):
    logits = RANDOM.normal(size=(2, 8, 12, 3)).astype(np.float32)
    mirrored = loss(name, TRUTH[:, :, ::-1].copy(), logits[:, :, ::-1])
    assert loss(name, TRUTH, logits) == pytest.approx(mirrored, rel=1e-5)


@pytest.mark.parametrize("name", ["crossentropy", "focal", "boundary"])
def test_a_picture_alone_costs_what_it_costs_among_others(name):
    logits = RANDOM.normal(size=(2, 8, 12, 3)).astype(np.float32)
    alone = [loss(name, TRUTH[i : i + 1], logits[i : i + 1])[0] for i in range(2)]
    assert loss(name, TRUTH, logits) == pytest.approx(alone, rel=1e-5)


def test_a_picture_of_which_nothing_is_said_costs_nothing():
    truth = np.full((1, 8, 12), IGNORED, np.uint8)
    for name in LOSSES:
        assert loss(name, truth, sure(TRUTH[:1])) == pytest.approx([0.0])


def test_dice_of_sure_answers_is_one_less_the_mean_dice_of_the_classes():
    told = (TRUTH + (RANDOM.random(TRUTH.shape) < 0.3)) % 3
    shares = [2 * ((k == TRUTH) & (told == k)).sum() / ((k == TRUTH).sum() + (told == k).sum()) for k in range(3)]
    assert loss("dice", TRUTH, sure(told, 40.0))[0] == pytest.approx(1 - np.mean(shares), abs=1e-5)


def test_focal_is_less_than_cross_entropy_and_nearly_the_same_where_all_is_wrong():
    wrong = sure((TRUTH + 1) % 3, 12.0)
    assert loss("focal", TRUTH, wrong) == pytest.approx(loss("crossentropy", TRUTH, wrong), rel=1e-3)
    nearly = sure(TRUTH, 2.0)
    assert (loss("focal", TRUTH, nearly) < 0.1 * loss("crossentropy", TRUTH, nearly)).all()


def test_an_edge_that_is_off_by_a_pixel_costs_less_than_one_off_by_six():
    truth, near, far = (np.zeros((1, 24, 24), np.uint8) for _ in range(3))
    truth[:, :, :8], near[:, :, :9], far[:, :, :14] = 1, 1, 1
    assert loss("boundary", truth, sure(near, labels=2)) < 0.5 * loss("boundary", truth, sure(far, labels=2))


def test_the_sum_of_losses_is_their_sum():
    raw = sure(TRUTH, 2.0)
    both = np.asarray(MapLoss(["crossentropy", "dice"], IGNORED).call(TRUTH, raw))
    assert both == pytest.approx(loss("crossentropy", TRUTH, raw) + loss("dice", TRUTH, raw))


def test_coarse_logits_are_interpolated_between_the_middles_of_their_cells():
    fine = np.asarray(enlarged(np.array([0.0, 1.0], np.float32).reshape(1, 1, 2, 1), 1, 4))
    assert fine.ravel() == pytest.approx([0, 0.25, 0.75, 1])


def test_another_name_is_refused():
    with pytest.raises(UnknownNameError, match=r"There is no loss for segmentation called 'dise'.*dice"):
        MapLoss(["dise"], IGNORED)
