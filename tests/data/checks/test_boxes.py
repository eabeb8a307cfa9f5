import pytest

from opsin.data.checks.boxes import broken_boxes, other_sizes, outside, tiny, twins, without_things
from opsin.data.things import Things


def found(check, data, fact_of, size=(100, 200)):
    """(kind, picture, numbers of boxes) of each problem, in pictures (100, 200)."""
    facts = [fact_of(seed, size=size) for seed in range(len(data))]
    return [(problem.kind, problem.pictures, problem.things) for problem in check(data, facts)]


@pytest.fixture
def boxes_of(boxed_of):
    """boxes_of([box, …], [box, …]): pictures with these boxes, all around cats."""
    return lambda *pictures: boxed_of([Things(boxes, [0] * len(boxes)) for boxes in pictures])


WHOLE = [10, 10, 60, 60]


@pytest.mark.parametrize("check", [broken_boxes, outside, twins, tiny, without_things])
def test_a_sound_box_has_no_problem(check, boxes_of, fact_of):
    assert found(check, boxes_of([WHOLE], [[0, 0, 200, 100]]), fact_of) == []


@pytest.mark.parametrize("check", [broken_boxes, outside, twins, tiny, without_things])
def test_where_there_are_no_boxes_nothing_is_said(check, data_of, fact_of):
    assert found(check, data_of("cat", "dog"), fact_of) == []


def test_flat_and_swapped_boxes_are_told_apart(boxes_of, fact_of):
    data = boxes_of([WHOLE, [10, 10, 10, 60]], [[60, 10, 10, 60]])
    assert found(broken_boxes, data, fact_of) == [("empty_box", (0,), (1,)), ("swapped_box", (1,), (0,))]


@pytest.mark.parametrize("box", [[-3, 10, 60, 60], [10, 10, 203, 60], [10, -2, 60, 60], [10, 10, 60, 102]])
def test_a_box_over_any_border_is_outside(boxes_of, fact_of, box):
    assert found(outside, boxes_of([WHOLE, box]), fact_of) == [("outside", (0,), (1,))]


def test_one_pixel_over_the_border_is_a_way_of_counting(boxes_of, fact_of):
    assert found(outside, boxes_of([[0, 0, 201, 101]]), fact_of) == []


def test_how_far_it_reaches_out_is_said(boxes_of, fact_of):
    (problem,) = outside(boxes_of([[0, 0, 230, 90]]), [fact_of(0, size=(100, 200))])
    assert problem.said == "cat: up to 30 pixels beyond 200 x 100"


def test_nothing_is_outside_of_a_picture_that_cannot_be_read(boxes_of, fact_of):
    assert list(outside(boxes_of([[0, 0, 900, 900]]), [fact_of(0, error="damaged")])) == []


def test_the_second_of_two_boxes_in_one_place_is_a_twin(boxes_of, fact_of):
    assert found(twins, boxes_of([WHOLE, [0, 0, 9, 9], [10, 10, 60, 59]]), fact_of) == [("twin_box", (0,), (2,))]


def test_boxes_that_overlap_less_or_have_other_labels_are_no_twins(boxed_of, fact_of):
    data = boxed_of([Things([WHOLE, [10, 10, 60, 57]], [0, 0]), Things([WHOLE, WHOLE], [0, 1])])
    assert found(twins, data, fact_of) == []


def test_a_box_is_tiny_against_its_picture(boxes_of, fact_of):
    data = boxes_of([WHOLE, [10, 10, 12, 11.9]])
    assert found(tiny, data, fact_of) == [("tiny_box", (0,), (1,))]
    assert found(tiny, data, fact_of, size=(100, 190)) == []


def test_a_picture_without_things_is_told(boxes_of, fact_of):
    assert found(without_things, boxes_of([WHOLE], []), fact_of) == [("no_things", (1,), ())]


def test_another_size_than_is_written_is_told(fact_of):
    facts = [fact_of(seed, size=(100, 200)) for seed in range(3)] + [fact_of(3, error="damaged")]
    told = list(other_sizes({0: (100, 200), 1: (200, 100), 3: (1, 1)}, facts))
    assert [(problem.kind, problem.pictures) for problem in told] == [("other_size", (1,))]
    assert told[0].said == "200 x 100 pixels, where 100 x 200 is written"


def test_the_more_boxes_the_worse(boxes_of, fact_of):
    facts = [fact_of(0), fact_of(1)]
    weights = [problem.weight for problem in broken_boxes(boxes_of([[1, 1, 1, 9]] * 3, [[1, 1, 1, 9]]), facts)]
    assert weights == [3, 1]
