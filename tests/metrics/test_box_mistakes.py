import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.metrics.average_precision import average_precision
from opsin.metrics.box_mistakes import box_mistakes
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes

CAT, DOG = [0, 0, 100, 100], [200, 0, 300, 100]


def mistakes(true, found, min_score=0.5, **more):
    """Of one image: boxes and labels that are true, and boxes, labels and scores that are found."""
    truth = TrueBoxes(np.array([box for box, _ in true], float).reshape(-1, 4), np.array([n for _, n in true]), **more)
    boxes, labels, scores = zip(*found, strict=True) if found else ((), (), ())
    predicted = PredictedBoxes(np.array(boxes, float).reshape(-1, 4), np.array(labels, int), np.array(scores))
    return box_mistakes([truth], [predicted], min_score=min_score)


def kinds(done):
    return [each.kind for each in done.false_alarms], [each.kind for each in done.misses]


def test_what_is_right_is_no_mistake():
    done = mistakes([(CAT, 0)], [(CAT, 0, 0.9)])
    assert (kinds(done), done.num_right) == (([], []), 1)


def test_a_box_in_the_right_place_with_another_label():
    assert kinds(mistakes([(CAT, 0)], [(CAT, 1, 0.9)])) == (["wrong label"], ["wrong label"])


def test_a_box_that_does_not_fit():
    assert kinds(mistakes([(CAT, 0)], [([0, 0, 100, 40], 0, 0.9)])) == (["poor overlap"], ["poor overlap"])


def test_a_box_that_does_not_fit_and_has_another_label():
    done = mistakes([(CAT, 0)], [([0, 0, 100, 40], 1, 0.9)])
    assert kinds(done) == (["wrong label, poor overlap"], ["not found"])


def test_a_second_box_around_one_thing():
    done = mistakes([(CAT, 0)], [(CAT, 0, 0.9), ([0, 0, 100, 90], 0, 0.8)])
    assert kinds(done) == (["duplicate"], [])
    assert done.false_alarms[0].score == 0.8


@pytest.mark.parametrize("box", [[400, 0, 500, 100], [95, 0, 195, 100]])
def test_a_box_where_nothing_is(box):
    done = mistakes([(CAT, 0)], [(box, 0, 0.9)])
    assert kinds(done) == (["background"], ["not found"])
    assert done.false_alarms[0].truth == -1


def test_a_poor_box_comes_before_a_wrong_label():
    done = mistakes([([0, 0, 100, 40], 0), (CAT, 1)], [(CAT, 0, 0.9)])
    assert kinds(done)[0] == ["poor overlap"]
    assert done.false_alarms[0].truth == 0


def test_a_thing_whose_box_is_not_sure_enough():
    done = mistakes([(CAT, 0)], [(CAT, 0, 0.3), ([0, 0, 100, 90], 0, 0.2)])
    assert kinds(done) == ([], ["score too low"])
    assert done.misses[0].score == pytest.approx(0.3)


def test_a_box_that_has_found_another_thing_is_no_unsure_find_of_this_one():
    done = mistakes([(CAT, 0), ([0, 0, 100, 80], 0)], [(CAT, 0, 0.9)])
    assert kinds(done) == ([], ["not found"])


def test_a_box_inside_a_crowd_of_its_label_is_no_mistake():
    crowd = {"is_crowd": np.array([True])}
    assert kinds(mistakes([([0, 0, 300, 300], 0)], [(CAT, 0, 0.9)], **crowd)) == ([], [])
    assert kinds(mistakes([([0, 0, 300, 300], 0)], [(CAT, 1, 0.9)], **crowd)) == (["background"], [])


def test_a_mistake_names_the_thing_by_its_place_in_the_truth_crowds_included():
    done = mistakes([(DOG, 0), (CAT, 0)], [(CAT, 1, 0.9)], is_crowd=np.array([True, False]))
    assert [each.truth for each in done.false_alarms + done.misses] == [1, 1]


def test_the_surest_false_alarms_and_the_largest_misses_come_first():
    done = mistakes([(CAT, 0), ([500, 0, 900, 400], 0)], [(DOG, 0, 0.6), ([300, 500, 350, 550], 0, 0.8)])
    assert [each.score for each in done.false_alarms] == [0.8, 0.6]
    assert [each.box.tolist() for each in done.misses] == [[500, 0, 900, 400], CAT]


def test_a_score_at_the_threshold_counts():
    assert mistakes([(CAT, 0)], [(CAT, 0, 0.5)]).num_right == 1


@pytest.mark.parametrize("seed", range(8))
def test_each_thing_is_found_or_missed_and_each_box_right_wrong_or_passed_over(random_images, seed):
    truths, predictions = random_images(seed)
    done = box_mistakes(truths, predictions, min_score=0.3)
    things = sum(int((~each.is_crowd).sum()) for each in truths)
    assert done.num_right + len(done.misses) == things
    assert done.num_right + len(done.false_alarms) <= sum(int((each.scores >= 0.3).sum()) for each in predictions)


@pytest.mark.parametrize("seed", range(4))
def test_at_no_threshold_as_many_are_right_as_the_recall_of_coco_says(random_images, seed):
    truths, predictions = random_images(seed)
    one = [[TrueBoxes(each.boxes, each.labels * 0 + 1, each.is_crowd) for each in truths]]
    one += [[PredictedBoxes(each.boxes, each.labels * 0 + 1, each.scores) for each in predictions]]
    done = box_mistakes(*one, min_score=0)
    recall = done.num_right / (done.num_right + len(done.misses))
    assert average_precision(*one).ar_100 <= recall + 1e-12


def test_without_things_every_box_is_background():
    assert kinds(mistakes([], [(CAT, 0, 0.9)])) == (["background"], [])


def test_truth_and_predictions_must_be_of_the_same_images():
    with pytest.raises(InputError, match=r"predictions for each image; got 1 for 0 images\."):
        box_mistakes([], [PredictedBoxes(np.zeros((0, 4)), [], [])], min_score=0.5)
