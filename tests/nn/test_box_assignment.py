"""Which places answer for which boxes, by laws and by a slow way that is easy to see through."""

import numpy as np
import pytest

from opsin.core.boxes import iou as plain_iou
from opsin.nn.backend import keras

keras()
from opsin.nn.box_assignment import MOST, area, assign, iou  # noqa: E402 - after the backend is chosen
from opsin.nn.box_layers import middles  # noqa: E402

REACH = 8.0
PLACES = middles(8, 8, 8)  # of an input of 64 x 64 pixels
LABELS = 3


def case(seed: int, things: int = 4):
    """Random true rows (1, things + 1, 6), the last one empty, and what a network might say about them."""
    random = np.random.default_rng(seed)
    corners = random.uniform(0, 40, (things, 2))
    boxes = np.concatenate([corners, corners + random.uniform(6, 24, (things, 2))], 1)
    truth = np.zeros((1, things + 1, 6), np.float32)
    truth[0, :things] = np.column_stack([boxes, random.integers(0, LABELS, things), np.ones(things)])
    reach = random.uniform(4, 16, (1, len(PLACES), 2))
    said = np.concatenate([PLACES - reach, PLACES + reach], 2).astype(np.float32)
    return truth, said, random.uniform(0.05, 0.9, (1, len(PLACES), LABELS)).astype(np.float32)


def found(truth, boxes, scores):
    return [np.asarray(each) for each in assign(truth, boxes, scores, PLACES, REACH)]


def slowly(truth, boxes, scores):
    """(p,) the box that each place answers for, -1 for none; one place and one box at a time, as the paper says."""
    things = [row for row in truth[0] if row[5] == 1]
    overlaps = plain_iou(np.array(things)[:, :4], boxes[0])
    claims = np.zeros_like(overlaps)
    for number, thing in enumerate(things):
        middle, half = (thing[:2] + thing[2:4]) / 2, np.maximum(thing[2:4] - thing[:2], REACH) / 2
        inside = (np.abs(PLACES - middle) < half).all(axis=1)
        fit = scores[0, :, int(thing[4])] * overlaps[number] ** 6 * inside
        best = np.argsort(-fit)[:MOST]
        claims[number, best[fit[best] > 0]] = 1
    wanted = np.where(claims > 0, overlaps, -1)
    return np.where(claims.any(axis=0), wanted.argmax(axis=0), -1)


@pytest.mark.parametrize("seed", range(20))
def test_each_place_answers_for_the_box_that_the_slow_way_gives_it(seed):
    truth, boxes, scores = case(seed)
    wanted = slowly(truth, boxes, scores)
    given, _, weights, _ = found(truth, boxes, scores)
    assert np.array_equal(weights[0] > 0, wanted >= 0)
    has = wanted >= 0
    assert given[0, has] == pytest.approx(truth[0, wanted[has], :4])


@pytest.mark.parametrize("seed", range(5))
def test_the_best_place_of_a_box_is_asked_for_the_overlap_that_it_has(seed):
    truth, boxes, scores = case(seed, things=1)
    _, wanted, weights, _ = found(truth, boxes, scores)
    overlaps = plain_iou(truth[0, :1, :4], boxes[0])[0]
    assert weights.max() == pytest.approx(overlaps[weights[0] > 0].max(), rel=1e-5)
    assert wanted.sum(axis=2) == pytest.approx(weights)


def test_a_score_is_asked_for_its_own_label_alone():
    truth, boxes, scores = case(1, things=1)
    _, wanted, weights, _ = found(truth, boxes, scores)
    label = int(truth[0, 0, 4])
    assert wanted[0, :, label] == pytest.approx(weights[0])
    assert np.delete(wanted[0], label, axis=1).max() == 0


def test_a_picture_alone_is_assigned_as_among_others():
    cases = [case(seed) for seed in range(3)]
    together = found(*(np.concatenate(each) for each in zip(*cases, strict=True)))
    for number, alone in enumerate(cases):
        for one, many in zip(found(*alone), together, strict=True):
            assert one[0] == pytest.approx(many[number], abs=1e-6)


def test_the_order_of_the_true_boxes_does_not_matter():
    truth, boxes, scores = case(2)
    for one, other in zip(found(truth, boxes, scores), found(truth[:, ::-1], boxes, scores), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


def test_a_mirrored_picture_is_assigned_mirrored():
    truth, boxes, scores = case(3)
    turn = np.arange(64).reshape(8, 8)[:, ::-1].ravel()
    mirrored = truth.copy()
    mirrored[..., [0, 2]] = np.where(truth[..., 5:] == 1, 64 - truth[..., [2, 0]], 0)
    flipped = np.stack([64 - boxes[..., 2], boxes[..., 1], 64 - boxes[..., 0], boxes[..., 3]], -1)
    _, _, weights, _ = found(truth, boxes, scores)
    _, _, turned, _ = found(mirrored, flipped[:, turn], scores[:, turn])
    assert turned[0] == pytest.approx(weights[0, turn], abs=1e-5)


def test_a_thing_smaller_than_the_places_are_apart_still_has_one():
    truth, boxes, scores = case(4)
    truth[:] = 0
    truth[0, 0] = [14.0, 14.0, 16.0, 16.0, 1, 1]  # between four places
    _, _, weights, _ = found(truth, boxes, scores)
    assert (weights > 0).sum() >= 1


def test_without_things_no_place_answers_and_all_count():
    truth, boxes, scores = case(5)
    _, wanted, weights, counts = found(np.zeros_like(truth), boxes, scores)
    assert weights.max() == wanted.max() == 0
    assert counts.min() == 1


def test_places_in_a_crowd_count_for_nothing_unless_they_answer_for_a_thing():
    truth, boxes, scores = case(6, things=1)
    crowd = truth.copy()
    crowd[0, 1] = [0, 0, 64, 64, 0, -1]
    _, _, weights, counts = found(crowd, boxes, scores)
    assert np.array_equal(counts[0] == 1, weights[0] > 0)


def test_overlaps_and_areas_are_those_of_numpy():
    truth, boxes, _ = case(7)
    assert np.asarray(iou(truth[:, :4, :4], boxes))[0] == pytest.approx(plain_iou(truth[0, :4, :4], boxes[0]), abs=1e-6)
    assert np.asarray(area(np.array([[0, 0, 2, 3.0], [5, 5, 1, 9.0]]))).tolist() == [6, 0]
