import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.metrics.calibration import softmax
from opsin.reports._scored import UNKNOWN, least_sure, rows, scored, surest_mistakes

# Of these four, the second is wrong, and the third is wrong and surer.
LOGITS = np.log([[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]])
TRUTH = [0, 1, 0, 2]
ABC = ("a", "b", "c")


@pytest.fixture
def told(answers):
    return scored(answers(logits=LOGITS, truth=TRUTH, labels=ABC, reject_below=0.55))


def test_scores_are_those_at_the_cards_temperature(answers):
    given = answers(temperature=2.5)
    told = scored(given)
    assert told.scores == pytest.approx(softmax(given.raw["logits"], 2.5))
    assert told.before == pytest.approx(softmax(given.raw["logits"]))


def test_the_answer_is_the_label_with_the_best_score(told):
    assert told.predicted.tolist() == [0, 0, 2, 2]
    assert told.is_right.tolist() == [True, False, False, True]
    assert told.of_truth == pytest.approx([0.7, 0.3, 0.1, 0.6])


def test_below_the_threshold_it_is_unknown(told):
    assert told.is_unknown.tolist() == [False, True, False, False]


def test_a_score_at_the_threshold_is_answered(answers):
    told = scored(answers(logits=np.zeros((1, 4)), truth=[0], reject_below=0.25))
    assert not told.is_unknown.any()


def test_the_surest_mistakes_come_first_and_right_answers_never(told):
    assert surest_mistakes(told).tolist() == [2, 1]


def test_the_least_sure_come_first_right_or_wrong(told):
    assert least_sure(told).tolist() == [1, 3, 0, 2]


def test_some_of_the_answers_are_those_about_the_same_pictures(told):
    some = told.take(np.array([3, 1]))
    assert some.truth.tolist() == [2, 1]
    assert some.best == pytest.approx([0.6, 0.5])


def test_every_picture_has_a_row(answers, told):
    found = list(rows(answers(logits=LOGITS, truth=TRUTH, labels=ABC), told))
    assert [row["answer"] for row in found] == ["a", UNKNOWN, "c", "c"]
    assert found[2] == {
        "image": "2",
        "label": "a",
        "predicted": "c",
        "score": "0.800000",
        "answer": "c",
        "score_of_label": "0.100000",
        "rank_of_label": 2,
    }


def test_labels_are_matched_by_name_whatever_their_order_in_the_data(answers):
    given = answers(logits=LOGITS, truth=TRUTH, labels=ABC)
    turned = answers(logits=LOGITS, truth=[2 - each for each in TRUTH], labels=ABC[::-1])
    same = type(given)(card=given.card, data=turned.data, raw=given.raw, sizes=given.sizes)
    assert scored(same).truth.tolist() == TRUTH


def test_a_label_that_was_not_taught_is_refused_and_those_that_were_are_named(answers):
    given, other = answers(), answers(labels=("ant", "bee", "cow"))
    mixed = type(given)(card=given.card, data=other.data, raw=given.raw, sizes=given.sizes)
    with pytest.raises(
        InputError, match=r"pictures of 'cow', which net was not taught\. It knows: ant, bee, cat, dog\."
    ):
        scored(mixed)


def test_of_a_thousand_labels_twenty_are_named(answers):
    labels = tuple(map(str, range(1000)))
    given, other = answers(labels=labels), answers(labels=("cow",), logits=np.zeros((40, 1)))
    mixed = type(given)(card=given.card, data=other.data, raw=given.raw, sizes=given.sizes)
    with pytest.raises(InputError, match=r"18, 19 …\.$"):
        scored(mixed)


def test_outputs_that_are_no_logits_of_these_labels_are_refused(answers):
    with pytest.raises(InputError, match=r"net must give logits for its 4 labels; it gave {'logits': \(3,\)}\."):
        scored(answers(logits=np.zeros((2, 3)), truth=[0, 1]))


def test_logits_that_are_no_numbers_are_refused(answers):
    with pytest.raises(
        InputError, match=r"net answers with numbers that are none \(NaN or infinity\)\. Train it anew\."
    ):
        scored(answers(logits=np.full((2, 4), np.nan), truth=[0, 1]))
