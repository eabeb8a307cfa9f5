"""The figures, beside those of scikit-learn."""

import json
import warnings

import numpy as np
import pytest
from sklearn import metrics

from opsin.metrics.calibration import ece, softmax
from opsin.reports import Answers
from opsin.reports._figures import MEANINGS
from opsin.reports._judged import judged

SEEDS = range(6)


def figures(answers, slices=()):
    return judged(answers, slices).figures


@pytest.fixture
def random_answers(answers):
    """Answers about n pictures of k labels of which only some occur; scores are often equal."""

    def make(seed, n=30, k=7):
        random = np.random.default_rng(seed)
        labels = tuple(f"label {number}" for number in range(k))
        truth = random.integers(0, random.integers(1, k + 1), n)
        return answers(logits=random.integers(0, 4, (n, k)), truth=truth, labels=labels), truth

    return make


def quietly(ask, *given, **more):
    """scikit-learn's answer, without its warnings on labels that do not occur."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ask(*given, **more)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_averages_are_those_of_scikit_learn_also_where_labels_do_not_occur(random_answers, average, seed):
    given, truth = random_answers(seed)
    predicted = given.raw["logits"].argmax(axis=1)
    expected = metrics.precision_recall_fscore_support(truth, predicted, average=average, zero_division=0)
    assert tuple(figures(given)[average].values()) == pytest.approx(expected[:3])


@pytest.mark.parametrize("seed", SEEDS)
def test_each_label_has_scikit_learns_figures(random_answers, seed):
    given, truth = random_answers(seed)
    predicted = given.raw["logits"].argmax(axis=1)
    expected = metrics.precision_recall_fscore_support(truth, predicted, labels=range(7), zero_division=0)
    found = figures(given)["labels"].values()
    for name, column in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        assert [each[name] for each in found] == pytest.approx(column)


@pytest.mark.parametrize("seed", SEEDS)
def test_accuracy_log_loss_top_5_and_confusions_are_those_of_scikit_learn(random_answers, seed):
    given, truth = random_answers(seed)
    found, scores = figures(given), softmax(given.raw["logits"])
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, scores.argmax(axis=1)))
    assert found["log_loss"] == pytest.approx(metrics.log_loss(truth, scores, labels=range(7)))
    expected = metrics.confusion_matrix(truth, scores.argmax(axis=1), labels=range(7))
    assert found["confusion_matrix"] == expected.tolist()
    distinct = answers_with_different_scores(given)
    assert figures(distinct)["top_5"] == pytest.approx(
        metrics.top_k_accuracy_score(truth, distinct.raw["logits"], k=5, labels=range(7))
    )


def answers_with_different_scores(given):
    """Of equal scores, scikit-learn takes the last label first, and we the first."""
    logits = given.raw["logits"] + np.arange(7) * 1e-3
    return Answers(card=given.card, data=given.data, raw={"logits": logits}, sizes=given.sizes)


@pytest.mark.parametrize("seed", SEEDS)
def test_areas_are_those_of_scikit_learn_over_the_labels_that_occur(random_answers, seed):
    given, truth = random_answers(seed)
    found, scores = figures(given), softmax(given.raw["logits"])
    one_hot = np.eye(7)[truth]
    for label, each in enumerate(found["labels"].values()):
        if 0 < one_hot[:, label].sum() < len(truth):
            assert each["roc_auc"] == pytest.approx(metrics.roc_auc_score(one_hot[:, label], scores[:, label]))
        else:
            assert each["roc_auc"] is None
    present = one_hot.any(axis=0)
    expected = metrics.average_precision_score(one_hot[:, present], scores[:, present], average="macro")
    assert found["average_precision"] == pytest.approx(expected)


def test_every_figure_is_explained_and_every_explanation_has_its_figure(answers):
    found = figures(answers(labels=tuple("abcdef"), outside=5, columns={"day": np.full(40, "mon")}), ["day"])
    assert set(found) == set(MEANINGS)


def test_figures_are_plain_json_without_nan(answers):
    given = answers(truth=[0, 0, 0], logits=np.eye(4)[[0, 0, 1]])
    assert json.loads(json.dumps(figures(given), allow_nan=False))["pictures"] == 3


def test_with_five_labels_or_fewer_there_is_no_top_5(answers):
    assert "top_5" not in figures(answers())


def test_where_one_label_only_occurs_there_is_no_roc_area(answers):
    found = figures(answers(truth=[1, 1]))
    assert "roc_auc" not in found
    assert found["average_precision"] == 1


def test_a_single_label_is_always_right(answers):
    found = figures(answers(labels=("only",), truth=[0, 0], logits=[[1.0], [2.0]]))
    assert (found["accuracy"], found["log_loss"], found["confused"]) == (1, pytest.approx(0), [])


class TestCalibration:
    def test_figures_before_calibration_are_those_of_the_bare_logits(self, answers):
        given = answers(temperature=3.0)
        found, logits = figures(given), given.raw["logits"]
        assert found["ece"] == pytest.approx(ece(softmax(logits, 3.0), given.data.truth))
        assert found["ece_before_calibration"] == pytest.approx(ece(softmax(logits), given.data.truth))
        assert found["log_loss_before_calibration"] < found["log_loss"]

    def test_temperature_changes_no_answer(self, answers):
        cold, warm = figures(answers(temperature=0.5)), figures(answers(temperature=5.0))
        assert cold["confusion_matrix"] == warm["confusion_matrix"]

    def test_a_calibrated_model_lies_in_the_band(self, answers):
        random = np.random.default_rng(1)
        scores = random.dirichlet(np.ones(4), 2000)
        truth = [random.choice(4, p=row) for row in scores]
        found = figures(answers(logits=np.log(scores), truth=truth))
        low, high = found["ece_band"]
        assert low < found["ece"] < high


class TestConfused:
    def test_pairs_come_with_the_most_frequent_first(self, answers):
        logits = np.eye(4)[[1, 1, 1, 0, 2, 2, 3]]
        found = figures(answers(truth=[0, 0, 0, 0, 1, 2, 3], logits=logits))["confused"]
        assert found == [
            {"label": "ant", "predicted": "bee", "count": 3, "share": 0.75},
            {"label": "bee", "predicted": "cat", "count": 1, "share": 1.0},
        ]

    def test_without_a_mistake_there_are_none(self, answers):
        assert figures(answers(truth=[0, 1], logits=np.eye(4)[:2]))["confused"] == []


class TestUnknown:
    def test_it_says_what_is_given_up_and_what_is_gained(self, answers):
        logits = np.log([[0.9, 0.1], [0.4, 0.6], [0.6, 0.4], [0.8, 0.2]])
        given = answers(logits=logits, truth=[0, 1, 1, 0], labels=("yes", "no"), reject_below=0.7)
        assert figures(given)["unknown"] == {
            "reject_below": 0.7,
            "count": 2,
            "share": 0.5,
            "accuracy_of_answered": 1.0,
            "share_of_right": pytest.approx(1 / 3),
            "share_of_wrong": 1.0,
        }

    def test_of_nothing_there_is_no_share(self, answers):
        found = figures(answers(logits=np.zeros((2, 4)), truth=[0, 0], reject_below=1.0))["unknown"]
        assert found["accuracy_of_answered"] is None
        assert found["share_of_wrong"] is None


class TestOutside:
    def test_the_area_is_scikit_learns(self, answers):
        given = answers(outside=30)
        best = [softmax(raw["logits"]).max(axis=1) for raw in (given.raw, given.outside.raw)]
        expected = metrics.roc_auc_score(np.repeat([1, 0], [40, 30]), np.concatenate(best))
        assert figures(given)["outside"]["auroc"] == pytest.approx(expected)

    def test_the_cards_temperature_and_threshold_hold_for_them_too(self, answers):
        given = answers(outside=30, temperature=2.0, reject_below=0.5)
        expected = (softmax(given.outside.raw["logits"], 2.0).max(axis=1) < 0.5).mean()
        assert figures(given)["outside"]["rejected"] == pytest.approx(expected)

    def test_without_them_nothing_is_said(self, answers):
        assert "outside" not in figures(answers())


def test_a_slice_has_the_figures_of_its_pictures_alone(answers):
    given = answers(columns={"day": np.array(["mon", "tue"] * 20)})
    part = figures(given, ["day"])["slices"]["day"]["tue"]
    alone = answers(truth=given.data.truth[1::2], logits=given.raw["logits"][1::2])
    expected = figures(alone)
    assert (part["pictures"], part["accuracy"], part["log_loss"]) == (20, expected["accuracy"], expected["log_loss"])
    low, high = part["interval"]
    assert low < part["accuracy"] < high
