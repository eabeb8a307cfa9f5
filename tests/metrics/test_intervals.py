from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import f1_score

from opsin.core.errors import InputError, OptionError
from opsin.metrics.classification import confusion_matrix
from opsin.metrics.intervals import bootstrap, share

# scikit-learn's first answers are slow, which says nothing about ours.
CALM = settings(deadline=None, max_examples=50)


def confusion(seed, size=200, labels=4, right=0.7):
    """Truth, predicted labels, and their confusion matrix."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, labels, size)
    # Mistakes are mostly called 0, so that what is said differs from what is so.
    mistaken = random.integers(0, labels, size) * (random.random(size) < 0.3)
    predicted = np.where(random.random(size) < right, truth, mistaken)
    return truth, predicted, confusion_matrix(truth, predicted, range(labels))


class TestBootstrap:
    @pytest.mark.parametrize("figure", ["accuracy", "macro_f1"])
    def test_it_is_what_drawing_the_pictures_themselves_gives(self, figure):
        truth, predicted, counts = confusion(0)
        random = np.random.default_rng(9)
        figures = []
        for chosen in random.integers(0, len(truth), (250, len(truth))):
            drawn = truth[chosen], predicted[chosen]
            figures.append(np.mean(drawn[0] == drawn[1]) if figure == "accuracy" else f1_score(*drawn, average="macro"))
        expected = np.quantile(figures, [0.025, 0.975])
        assert bootstrap(counts, samples=4000)[figure] == pytest.approx(expected, abs=0.02)

    def test_of_accuracy_it_is_nearly_the_binomial_one(self):
        *_, counts = confusion(1)
        expected = np.array(stats.binom.interval(0.95, 200, counts.trace() / 200)) / 200
        assert bootstrap(counts, samples=20_000)["accuracy"] == pytest.approx(expected, abs=0.006)

    def test_it_holds_the_true_accuracy_about_as_often_as_it_says(self):
        held = 0
        for seed in range(100):
            *_, counts = confusion(seed, right=0.6)
            low, high = bootstrap(counts, samples=300)["accuracy"]
            held += low <= 0.6 + 0.4 / 4 <= high
        assert 0.88 <= held / 100 <= 0.99

    def test_labels_that_do_not_occur_in_a_sample_are_not_in_its_mean(self):
        with_more = np.pad(confusion(2)[2], (0, 3))
        assert bootstrap(with_more) == bootstrap(confusion(2)[2])

    def test_a_label_that_is_said_and_never_so_counts_as_nothing(self):
        low, high = bootstrap(np.array([[50, 50], [0, 0]]))["macro_f1"]
        assert 0.25 < low < 1 / 3 < high < 0.4

    def test_the_same_seed_gives_the_same_and_another_seed_another(self):
        *_, counts = confusion(3)
        assert bootstrap(counts, seed=1) == bootstrap(counts, seed=1)
        assert bootstrap(counts, seed=1) != bootstrap(counts, seed=2)

    def test_a_higher_level_gives_a_wider_interval(self):
        *_, counts = confusion(4)
        (low, high), (lower, higher) = (bootstrap(counts, level=level)["macro_f1"] for level in (0.8, 0.99))
        assert lower < low < high < higher

    def test_where_all_is_right_there_is_nothing_to_vary(self):
        assert bootstrap(np.diag([3, 4])) == {"accuracy": (1, 1), "macro_f1": (1, 1)}

    def test_no_pictures_are_refused(self):
        with pytest.raises(InputError, match="nothing to draw samples from: the confusion matrix is empty"):
            bootstrap(np.zeros((2, 2), int))

    @pytest.mark.parametrize(
        ("asked", "said"),
        [({"samples": 0}, "samples must be at least 1; got 0"), ({"level": 1}, "level must lie betw")],
    )
    def test_numbers_out_of_range_are_refused(self, asked, said):
        with pytest.raises(OptionError, match=said):
            bootstrap(np.eye(2, dtype=int), **asked)


class TestShare:
    @CALM
    @given(st.integers(1, 200).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
    def test_it_is_wilsons_interval(self, counts):
        expected = stats.binomtest(*counts).proportion_ci(0.95, "wilson")
        assert share(*counts) == pytest.approx((expected.low, expected.high), abs=1e-9)

    def test_more_pictures_give_a_narrower_interval(self):
        (low, high), (lower, higher) = share(80, 100), share(8, 10)
        assert lower < low < high < higher

    @pytest.mark.parametrize("counts", [(0, 0), (3, 2), (-1, 2)])
    def test_what_is_no_share_is_refused(self, counts):
        with pytest.raises(InputError, match=rf"got {counts[0]} of {counts[1]}\."):
            share(*counts)

    def test_a_level_out_of_range_is_refused(self):
        with pytest.raises(OptionError, match=r"level must lie between 0 and 1; got 0\."):
            share(1, 2, level=0)
