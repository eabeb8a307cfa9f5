"""WIDER's average precision; the oracle is its official code, told again line by line."""

import json
from pathlib import Path

import numpy as np
import pytest

from opsin.core.boxes import iou, xyxy_from_coco
from opsin.core.errors import InputError
from opsin.metrics.wider import wider_average_precision

WIDER = Path(__file__).parents[2] / "../shared/data/wider_dev"
FACE, FAR = [0.0, 0, 10, 10], [50.0, 50, 60, 60]


def official(boxes, scores, truths, counted, steps=1000):
    """`evaluation.py` of WiderFace-Evaluation: a thousand thresholds, then VOC's area under the envelope."""
    low, high = min(map(min, filter(len, scores))), max(map(max, filter(len, scores)))
    curve, faces = np.zeros((steps, 2)), 0
    for found, ranks, true, counts in zip(boxes, scores, truths, counted, strict=True):
        faces += sum(counts)
        if len(true) and len(found):
            order = sorted(range(len(found)), key=lambda row: -ranks[row])
            matched, proposed = image_eval([found[row] for row in order], true, counts)
            curve += info([(ranks[row] - low) / (high - low) for row in order], matched, proposed, steps)
    precision, recall = curve[:, 1] / np.maximum(curve[:, 0], 1), curve[:, 1] / faces
    return voc_ap(recall, precision)


def image_eval(found, truths, counts):
    """How many faces were recalled after each prediction, and 1 for each that counts as a proposal, else -1."""
    recalled, proposed, matched = [0] * len(truths), [1] * len(found), []
    for row, box in enumerate(found):
        overlaps = iou(np.array([box], float), np.array(truths, float))[0]
        best = int(np.argmax(overlaps))
        if overlaps[best] >= 0.5:
            if not counts[best]:
                recalled[best] = proposed[row] = -1
            elif recalled[best] == 0:
                recalled[best] = 1
        matched.append(recalled.count(1))
    return matched, proposed


def info(ranks, matched, proposed, steps):
    thresholds = 1 - np.arange(1, steps + 1) / steps
    passed = np.searchsorted(-np.array(ranks), -thresholds, side="right")
    rows = np.stack([np.cumsum(np.array(proposed) == 1), matched], axis=1)
    return np.where(passed[:, None] > 0, rows[passed - 1], 0)


def voc_ap(recall, precision):
    x, y = [0.0, *recall, 1.0], [0.0, *precision, 0.0]
    for place in range(len(y) - 2, -1, -1):
        y[place] = max(y[place], y[place + 1])
    return sum((x[i + 1] - x[i]) * y[i + 1] for i in range(len(x) - 1))


def crowd(seed, pictures=30):
    """Boxes near faces, mostly surer, and elsewhere; a third of the faces do not count."""
    random = np.random.default_rng(seed)
    columns = []
    for _ in range(pictures):
        corner = random.uniform(0, 200, (random.integers(1, 12), 2))
        truths = np.concatenate([corner, corner + random.uniform(10, 40, corner.shape)], axis=1)
        near = np.repeat(truths, 2, axis=0) + random.normal(0, 3, (2 * len(truths), 4))
        scores = np.concatenate([random.beta(4, 2, len(near)), random.beta(2, 4, len(truths))])
        columns.append((np.concatenate([near, truths + 15]), scores, truths, random.random(len(truths)) > 0.3))
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("steps", "apart"), [(1000, 2e-3), (20_000, 1e-4)])
def test_the_more_thresholds_the_official_code_takes_the_nearer_it_comes(steps, apart, seed):
    case = crowd(seed)
    assert wider_average_precision(*case) == pytest.approx(official(*case, steps=steps), abs=apart)


@pytest.mark.parametrize("seed", range(5))
def test_on_scores_at_its_thresholds_it_is_that_of_the_official_code(seed):
    boxes, scores, truths, counted = crowd(seed, pictures=12)
    # Eighths are exact, so that neither side rounds a score over a threshold; many are equal.
    eighths = [np.append(np.round(each[:-1] * 8) / 8, [seed % 2]) for each in scores]
    eighths[0][0], eighths[1][0] = 0, 1
    case = (boxes, eighths, truths, counted)
    assert wider_average_precision(*case) == pytest.approx(official(*case))


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.parametrize("subset", ["easy", "medium", "hard"])
def test_on_real_answers_it_is_that_of_the_official_code(subset):
    if not WIDER.exists():
        pytest.skip("WIDER's photographs are not at ../shared/data/wider_dev")
    case = real_answers(subset)
    assert wider_average_precision(*case) == pytest.approx(official(*case), abs=1e-3)


def real_answers(subset):
    import opsin

    columns = []
    for photo in json.loads((WIDER / "faces.json").read_text())[::10]:
        found = opsin.predict("faces", WIDER / "images" / photo["file"], min_score=0.02)
        counted = np.zeros(len(photo["boxes_xywh"]), bool)
        counted[photo[subset]] = True
        columns.append((found.boxes, found.scores, xyxy_from_coco(photo["boxes_xywh"]), counted))
    return list(zip(*columns, strict=True))


def test_a_second_prediction_on_a_face_is_false():
    better = [[FACE, FACE, FAR]], [[0.9, 0.8, 0.7]], [[FACE, FAR]], [[True, True]]
    assert wider_average_precision(*better) == pytest.approx(1 / 2 + 1 / 2 * 2 / 3)


def test_a_prediction_on_a_face_that_does_not_count_is_neither_right_nor_wrong():
    assert wider_average_precision([[FAR, FACE]], [[0.9, 0.5]], [[FACE, FAR]], [[True, False]]) == 1


def test_two_on_a_face_that_does_not_count_are_both_left_out():
    case = [[FAR, FAR, FACE]], [[0.9, 0.8, 0.5]], [[FACE, FAR]], [[True, False]]
    assert wider_average_precision(*case) == 1


def test_a_prediction_counts_for_the_face_that_it_overlaps_most():
    beside = [1.0, 0, 11, 10]
    # Both overlap FACE by half; the first is of the other face, which does not count.
    case = [[beside, FACE]], [[0.9, 0.8]], [[FACE, beside]], [[True, False]]
    assert wider_average_precision(*case) == 1


def test_an_overlap_of_half_is_enough_and_less_is_not():
    half, less = [0.0, 0, 10, 5], [0.0, 0, 10, 4.9]
    assert wider_average_precision([[half]], [[0.5]], [[FACE]], [[True]]) == 1
    assert wider_average_precision([[less]], [[0.5]], [[FACE]], [[True]]) == 0


def test_a_face_found_where_there_is_none_is_false():
    case = [[FAR], [FACE]], [[0.9], [0.5]], [[], [FACE]], [[], [True]]
    assert wider_average_precision(*case) == 0.5


def test_pictures_where_nothing_was_found_still_count():
    assert wider_average_precision([[FACE], []], [[0.5], []], [[FACE], [FACE]], [[True], [True]]) == 0.5


def test_equal_scores_pass_together_in_whatever_order_they_came():
    forth = [[FACE, FAR]], [[0.5, 0.5]], [[FACE]], [[True]]
    back = [[FAR, FACE]], [[0.5, 0.5]], [[FACE]], [[True]]
    assert wider_average_precision(*forth) == wider_average_precision(*back) == 0.5


def test_when_no_face_counts_it_says_so():
    with pytest.raises(InputError, match="None of the faces in the 1 pictures counts"):
        wider_average_precision([[FACE]], [[0.5]], [[FACE]], [[False]])


def test_each_picture_needs_all_four():
    with pytest.raises(InputError, match="for each picture; got 1, 2, 1, 1 of them"):
        wider_average_precision([[FACE]], [[0.5], []], [[FACE]], [[True]])


@pytest.mark.parametrize(("scores", "counted"), [([], [True]), ([0.5], [])])
def test_lengths_within_a_picture_must_fit(scores, counted):
    with pytest.raises(InputError, match=r"Picture 0: scores must be \(1,\) and is_counted \(1,\)"):
        wider_average_precision([[FACE]], [scores], [[FACE]], [counted])


def test_a_score_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="Picture 0: scores must be finite"):
        wider_average_precision([[FACE]], [[np.nan]], [[FACE]], [[True]])
