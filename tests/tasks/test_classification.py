import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import top_k_accuracy_score

from opsin.core.errors import InputError, OptionError
from opsin.draw.panel import draw_panel
from opsin.tasks.classification import Classification, ClassificationOptions, best_labels, score

LABELS = tuple("abcdefgh")
scores_of_eight = st.lists(st.floats(0, 1, width=32), min_size=8, max_size=8).map(
    lambda each: np.array(each, np.float32)
)


def classified(labels=("cat", "dog"), scores=(0.75, 0.25), **other):
    return Classification(height=40, width=60, labels=labels, scores=scores, **other)


def best(scores, **options):
    labels, kept = best_labels(np.array(scores, np.float32), LABELS, ClassificationOptions(**options))
    return "".join(labels), kept.tolist()


def test_the_best_label_comes_first():
    assert best([0.125, 0.625, 0.25]) == ("bca", [0.625, 0.25, 0.125])


def test_no_more_labels_are_given_than_asked_for():
    assert best([0.125, 0.625, 0.25], limit=2) == ("bc", [0.625, 0.25])


def test_five_labels_are_given_when_nothing_is_said():
    assert best([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])[0] == "abcde"


def test_a_label_with_exactly_the_least_score_stays():
    assert best([0.3, 0.7, 0.29], min_score=0.3)[0] == "ba"


def test_no_label_may_be_certain_enough():
    assert best([0.3, 0.7], min_score=0.9) == ("", [])


def test_labels_with_one_score_keep_the_networks_order():
    assert best([0.1, 0.4, 0.4, 0.4])[0] == "bcda"
    many = [str(number) for number in range(500)]  # only a long list shows that a sort is not stable
    scores = np.tile(np.float32([0.25, 0.5]), 250)
    assert best_labels(scores, many, ClassificationOptions(limit=250))[0] == tuple(many[1::2])


@given(scores_of_eight, st.integers(1, 10), st.floats(0, 1, width=32))
def test_what_is_left_out_is_worse_or_too_uncertain(scores, limit, least):
    labels, kept = best_labels(scores, LABELS, ClassificationOptions(limit=limit, min_score=least))
    left = [scores[LABELS.index(label)] for label in set(LABELS) - set(labels)]
    assert [scores[LABELS.index(label)] for label in labels] == sorted(kept, reverse=True)
    assert len(labels) == limit or all(each < least or each <= min(kept, default=1) for each in left)
    assert len(labels) == min(limit, (scores >= np.float32(least)).sum())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"limit": 0}, r"^limit must be at least 1; got 0\.$"),
        ({"min_score": -0.1}, r"^min_score must be at least 0\.0; got -0\.1\.$"),
        ({"min_score": 1.1}, r"^min_score must be at most 1\.0; got 1\.1\.$"),
    ],
)
def test_options_out_of_range_are_refused(options, said):
    with pytest.raises(OptionError, match=said):
        ClassificationOptions(**options)


@pytest.mark.parametrize(
    ("labels", "scores", "said"),
    [
        (("a", "b"), (0.2, 0.8), r"Classification\.scores must come best first; they rise\."),
        (("a",), (1.5,), r"Classification\.scores must lie in 0\.0\.\.1\.0; got 1\.5\.\.1\.5\."),
        (("a",), (0.9, 0.1), r"Classification\.scores must have the shape \(1,\); got \(2,\)\."),
        (("a",), (np.nan,), r"Classification\.scores must be finite; got NaN or infinity\."),
    ],
)
def test_an_answer_that_cannot_be_is_refused(labels, scores, said):
    with pytest.raises(InputError, match=f"^{said}$"):
        classified(labels, scores)


def test_the_summary_is_labels_with_their_scores():
    assert classified().summary == "cat 0.75, dog 0.25"


def test_without_labels_there_is_nothing_to_say_nor_to_draw():
    empty = classified((), ())
    image = np.full((40, 60, 3), 7, np.uint8)
    assert empty.summary == ""
    assert empty.rows() == []
    assert (empty.draw(image) == image).all()


def test_a_row_for_each_label():
    assert Classification.columns() == ("label", "score")
    assert classified().rows() == [{"label": "cat", "score": 0.75}, {"label": "dog", "score": 0.25}]


def test_json_has_labels_then_scores_with_six_decimals():
    answer = classified(scores=(0.12345678, 0.1), model="m").to_dict()
    assert list(answer) == ["height", "width", "task", "model", "labels", "scores"]
    assert answer["scores"] == [0.123457, 0.1]


def test_it_comes_back_from_its_dict():
    assert Classification.from_dict(classified(model="m").to_dict()).to_dict() == classified(model="m").to_dict()


def test_it_is_drawn_as_a_panel_of_its_labels():
    image = np.full((240, 320, 3), 90, np.uint8)
    drawn = classified().draw(image)
    assert (drawn == draw_panel(image, [("cat", 0.75), ("dog", 0.25)])).all()
    assert (drawn != image).any()


def test_at_another_size_the_labels_stay():
    other = classified(model="m").resized((4, 6))
    assert (other.size, other.labels, other.model) == ((4, 6), ("cat", "dog"), "m")


def test_the_right_label_in_second_place_is_among_five_but_not_first():
    assert score([classified()], [classified(("dog",), (1,))]) == {"top_1": 0.0, "top_5": 1.0}


def test_the_right_label_in_sixth_place_is_not_among_five():
    answer = classified(LABELS, np.linspace(0.9, 0.1, 8))
    assert score([answer], [classified(("f",), (1,))])["top_5"] == 0.0


def test_of_no_images_nothing_is_right():
    assert score([], []) == {"top_1": 0.0, "top_5": 0.0}


@pytest.mark.parametrize("seed", range(3))
def test_the_score_equals_that_of_scikit_learn(seed):
    random = np.random.default_rng(seed)
    scores, truth = random.random((30, 8)), random.integers(0, 8, 30)
    options = ClassificationOptions(limit=8)
    predicted = [classified(*best_labels(each, LABELS, options)) for each in scores]
    figures = score(predicted, [classified((LABELS[right],), (1,)) for right in truth])
    for k in (1, 5):
        assert figures[f"top_{k}"] == pytest.approx(top_k_accuracy_score(truth, scores, k=k, labels=range(8)))


def test_answers_and_truth_must_be_as_many():
    with pytest.raises(InputError, match=r"^Each answer needs its truth: got 1 answers and 0 truths\.$"):
        score([classified()], [])


def rejected(scores, below, **options):
    options = ClassificationOptions(**options)
    labels, kept = best_labels(np.array(scores), LABELS[: len(scores)], options, reject_below=below)
    return labels, kept.tolist()


def test_where_no_label_is_certain_enough_the_answer_is_unknown():
    assert rejected([0.25, 0.5, 0.25], 0.6) == (("unknown", "b", "a", "c"), [0.5, 0.5, 0.25, 0.25])


def test_unknown_has_the_certainty_that_the_best_label_is_wrong():
    assert rejected([0.3, 0.4, 0.3], 0.6, limit=1) == (("unknown",), [0.6])


def test_unknown_comes_first_even_where_the_best_label_is_more_certain_than_not():
    labels, kept = rejected([0.75, 0.125, 0.125], 0.9)
    assert (labels[:2], kept[:2]) == (("unknown", "a"), [0.75, 0.75])


def test_a_label_with_exactly_the_score_that_is_asked_for_is_known():
    assert rejected([0.25, 0.5, 0.25], 0.5)[0][0] == "b"


def test_of_several_that_are_unknown_there_is_one():
    labels, kept = best_labels(
        np.array([0.3, 0.3, 0.4]), ("a", "unknown", "c"), ClassificationOptions(), reject_below=1
    )
    assert (labels, kept.tolist()) == (("unknown", "c", "a"), [0.6, 0.4, 0.3])


@given(scores_of_eight, st.floats(0, 1))
def test_scores_come_best_first_with_or_without_unknown(scores, below):
    labels, kept = best_labels(scores, LABELS, ClassificationOptions(limit=9), reject_below=below)
    assert (labels[0] == "unknown") == bool(scores.max() < below)
    Classification(height=1, width=1, labels=labels, scores=kept)
