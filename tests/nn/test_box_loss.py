"""How wrong a detector is, by laws."""

import numpy as np
import pytest

from opsin.core.boxes import iou
from opsin.nn.backend import keras

keras()
from opsin.nn.box_layers import middles  # noqa: E402 - after the backend is chosen
from opsin.nn.box_loss import BoxLoss, giou, quality_focal  # noqa: E402

PLACES = middles(8, 8, 8)
THING = np.array([[[10, 12, 40, 50, 1, 1], [0, 0, 0, 0, 0, 0]]], np.float32)


def answers(box, score, others=-9.0):
    """Raw answers (1, 64, 6) for two labels: places in the thing say that box and label 1, the others nothing."""
    raw = np.zeros((1, 64, 6), np.float32)
    raw[..., :4] = box
    raw[..., 4:] = others
    inside = ((PLACES > [10, 12]) & (PLACES < [40, 50])).all(axis=1)
    raw[0, inside, 5] = score
    return raw


def loss(raw, truth=THING):
    return np.asarray(BoxLoss(PLACES, 8.0).call(truth, raw))


def test_a_better_box_costs_less():
    right, near, far = ([10, 12, 40, 50], [12, 14, 42, 52], [20, 25, 50, 60])
    assert loss(answers(right, 4.0))[0] < loss(answers(near, 4.0))[0] < loss(answers(far, 4.0))[0]


def test_a_surer_right_score_costs_less():
    box = [10, 12, 40, 50]
    assert loss(answers(box, 6.0))[0] < loss(answers(box, 1.0))[0] < loss(answers(box, -6.0))[0]


def test_all_right_costs_next_to_nothing():
    assert loss(answers([10, 12, 40, 50], 12.0, others=-20.0))[0] == pytest.approx(0, abs=1e-4)


def test_false_alarms_cost():
    box = [10, 12, 40, 50]
    assert loss(answers(box, 4.0, others=0.0))[0] > loss(answers(box, 4.0))[0]


def test_a_picture_without_things_costs_what_its_scores_do():
    nothing = np.zeros_like(THING)
    quiet, loud = answers([0, 0, 9, 9], -9.0), answers([0, 0, 9, 9], 3.0)
    assert 0 <= loss(quiet, nothing)[0] < 1e-3 < loss(loud, nothing)[0]


def test_twice_the_same_picture_costs_as_much_as_once():
    raw = answers([12, 14, 42, 52], 1.0)
    twice = loss(np.concatenate([raw, raw]), np.concatenate([THING, THING]))
    assert twice == pytest.approx(np.repeat(loss(raw), 2), rel=1e-5)


def test_gradients_reach_boxes_and_scores_and_are_finite():
    import tensorflow as tf

    raw = tf.Variable(answers([12, 14, 42, 52], 1.0))
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(BoxLoss(PLACES, 8.0).call(THING, raw))
    gradient = tape.gradient(value, raw).numpy()
    assert np.isfinite(gradient).all()
    assert np.abs(gradient[..., :4]).max() > 0 < np.abs(gradient[..., 4:]).max()


def test_quality_focal_is_cross_entropy_where_the_error_is_whole_and_nothing_where_it_is_right():
    assert float(quality_focal(np.array(0.0), np.array(0.5))) == 0
    sure = float(quality_focal(np.array(30.0), np.array(0.0)))
    assert sure == pytest.approx(30.0)


@pytest.mark.parametrize("seed", range(5))
def test_giou_is_at_most_iou_symmetric_and_one_for_the_same(seed):
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 50, (2, 30, 2))
    one, other = np.concatenate([corners, corners + random.uniform(1, 30, (2, 30, 2))], 2)
    between = np.asarray(giou(one, other))
    assert (between <= np.diag(iou(one, other)) + 1e-6).all()
    assert between == pytest.approx(np.asarray(giou(other, one)))
    assert np.asarray(giou(one, one)) == pytest.approx(1)
    assert between.min() >= -1


def test_giou_falls_with_the_distance_of_boxes_that_do_not_meet():
    near, far = np.array([20.0, 0, 30, 10]), np.array([40.0, 0, 50, 10])
    box = np.array([0.0, 0, 10, 10])
    assert float(giou(box, far)) < float(giou(box, near)) < 0


def test_batches_may_hold_different_numbers_of_things():
    raw = keras().Input((64, 6))
    model = keras().Model(raw, keras().layers.Dense(6, kernel_initializer="identity")(raw))
    model.compile(optimizer="sgd", loss=BoxLoss(PLACES, 8.0))
    for most in (2, 3, 5):
        truth = np.pad(THING, ((0, 0), (0, most - 2), (0, 0)))
        assert np.isfinite(model.train_on_batch(answers([10, 12, 40, 50], 2.0), truth))
