import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, special
from sklearn.metrics import roc_auc_score

from opsin.core.errors import InputError, OptionError
from opsin.metrics.calibration import (
    auroc,
    ece,
    ece_band,
    fit_temperature,
    reject_threshold,
    reliability,
    softmax,
)
from opsin.metrics.classification import log_loss

seeds = st.integers(0, 2**32)


def drawn(logits, seed):
    """(n,) truths, drawn as the softmax of the logits says: for these, the logits are perfectly calibrated."""
    random = np.random.default_rng(seed)
    return np.array([random.choice(logits.shape[1], p=row) for row in special.softmax(logits, axis=1)])


def model(seed, pictures=400, labels=5, spread=2.0):
    """Logits of a perfectly calibrated model, and truths."""
    logits = np.random.default_rng(seed).normal(0, spread, (pictures, labels))
    return logits, drawn(logits, seed)


class TestSoftmax:
    @given(seeds, st.floats(0.1, 10))
    def test_it_is_that_of_scipy(self, seed, temperature):
        logits = np.random.default_rng(seed).normal(0, 5, (3, 4))
        assert softmax(logits, temperature) == pytest.approx(special.softmax(logits / temperature, axis=1))

    def test_a_temperature_keeps_the_order_of_the_labels(self):
        logits, _ = model(1)
        assert (softmax(logits, 7).argsort(axis=1) == logits.argsort(axis=1)).all()

    def test_logits_as_large_as_can_be_give_scores(self):
        assert softmax([[1e300, 0, -1e300]]).tolist() == [[1, 0, 0]]

    @pytest.mark.parametrize("temperature", [0, -1, np.nan])
    def test_a_temperature_of_nothing_is_refused(self, temperature):
        with pytest.raises(OptionError, match=f"temperature must be above 0; got {temperature}"):
            softmax([[1.0]], temperature)


class TestFitTemperature:
    def test_a_calibrated_model_keeps_its_temperature(self):
        assert fit_temperature(*model(1, pictures=20_000)) == pytest.approx(1, abs=0.03)

    @pytest.mark.parametrize("factor", [0.2, 3.0, 10.0])
    def test_logits_three_times_as_large_need_three_times_the_temperature(self, factor):
        logits, truth = model(2)
        assert fit_temperature(factor * logits, truth) == pytest.approx(factor * fit_temperature(logits, truth))

    @pytest.mark.parametrize("seed", range(5))
    def test_of_many_pictures_it_is_the_lowest_log_loss_that_scipy_finds(self, seed):
        logits, truth = model(seed, pictures=5000)
        best = optimize.minimize_scalar(
            lambda at: log_loss(truth, special.softmax(2 * logits / at, axis=1)), bounds=(0.1, 10), method="bounded"
        )
        assert fit_temperature(2 * logits, truth) == pytest.approx(best.x, rel=3e-3)

    def test_it_is_the_lowest_log_loss_with_one_mistake_imagined(self):
        logits, truth = model(3, pictures=30)
        second = np.where(np.eye(5)[truth] == 1, -np.inf, logits).argmax(axis=1)

        def loss(at):
            scores = special.softmax(logits / at, axis=1)
            return 30 * log_loss(truth, scores) + log_loss(second, scores)

        best = optimize.minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-9})
        assert fit_temperature(logits, truth) == pytest.approx(best.x, rel=1e-6)

    @pytest.mark.parametrize("pictures", [1, 10, 1000])
    def test_where_all_answers_are_right_scores_stay_below_what_so_few_pictures_can_show(self, pictures):
        logits = np.tile([4.0, 0.0, 0.0], (pictures, 1))
        scores = softmax(logits, fit_temperature(logits, np.zeros(pictures, int)))
        assert 0.3 < scores[0, 0] <= (pictures + 1) / (pictures + 2)

    def test_the_more_pictures_it_was_always_right_on_the_more_certain_it_may_be(self):
        def fitted(pictures):
            logits = np.tile([4.0, 0.0, 0.0], (pictures, 1))
            return fit_temperature(logits, np.zeros(pictures, int))

        assert fitted(10) > fitted(100) > fitted(1000) > 0.1

    def test_a_model_that_knows_nothing_becomes_as_even_as_it_can(self):
        logits = np.tile([5.0, 0.0], (100, 1))
        assert fit_temperature(logits, np.arange(100) % 2) == pytest.approx(100)

    @pytest.mark.parametrize("logits", [np.zeros((4, 3)), np.ones((4, 1))])
    def test_logits_that_say_nothing_are_left_alone(self, logits):
        assert fit_temperature(logits, np.zeros(4, int)) == 1

    def test_each_picture_may_have_an_offset_of_its_own(self):
        logits, truth = model(4)
        offset = np.random.default_rng(4).normal(0, 50, (len(logits), 1))
        assert fit_temperature(logits + offset, truth) == pytest.approx(fit_temperature(logits, truth), rel=1e-6)

    def test_a_few_hundred_pictures_are_enough(self):
        found = [fit_temperature(*model(seed, pictures=341)) for seed in range(20)]
        assert 0.8 < min(found) < max(found) < 1.25

    def test_logits_that_are_no_numbers_are_refused(self):
        with pytest.raises(InputError, match="must be finite; row 1 holds NaN or infinity"):
            fit_temperature([[0.0, 1.0], [np.nan, 1.0]], [0, 1])

    def test_no_pictures_are_refused(self):
        with pytest.raises(InputError, match=r"must be \(n, labels\) with something in them; got \(0, 3\)"):
            fit_temperature(np.zeros((0, 3)), [])

    @pytest.mark.parametrize(
        ("truth", "told"),
        [([0, 3], "from 0 to 2; got up to 3"), ([0], r"int64 of shape \(1,\)"), (["cat", "dog"], "got <U3")],
    )
    def test_truths_that_do_not_fit_are_refused(self, truth, told):
        with pytest.raises(InputError, match=told):
            fit_temperature(np.zeros((2, 3)), truth)


class TestReliability:
    def test_scores_on_the_border_belong_to_the_range_below(self):
        assert reliability([[0.5, 0.5], [0.51, 0.49], [1, 0]], [0, 0, 0], bins=2).pictures.tolist() == [1, 2]

    def test_each_range_tells_its_mean_score_and_its_share_of_right_answers(self):
        found = reliability([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4]], [0, 1, 0], bins=4)
        assert found.score == pytest.approx([0, 0, 0.6, 0.85])
        assert found.right.tolist() == [0, 0, 1, 0.5]

    def test_the_mean_of_the_ranges_is_the_accuracy(self):
        logits, truth = model(5)
        found = reliability(softmax(logits), truth)
        assert np.average(found.right, weights=found.pictures) == pytest.approx((logits.argmax(axis=1) == truth).mean())

    def test_no_bins_are_refused(self):
        with pytest.raises(OptionError, match="bins must be at least 1; got 0"):
            reliability([[1.0]], [0], bins=0)


class TestEce:
    def test_it_is_the_definition_worked_out_bin_by_bin(self):
        logits, truth = model(6)
        scores = softmax(2 * logits)
        best, right = scores.max(axis=1), scores.argmax(axis=1) == truth
        expected = 0.0
        for low in range(15):
            inside = (best > low / 15) & (best <= (low + 1) / 15)
            if inside.any():
                expected += inside.mean() * abs(best[inside].mean() - right[inside].mean())
        assert ece(scores, truth) == pytest.approx(expected)

    def test_of_one_bin_it_is_the_distance_of_score_and_accuracy(self):
        assert ece([[0.7, 0.3], [0.9, 0.1]], [0, 1], bins=1) == pytest.approx(0.3)

    def test_certain_and_right_is_0_certain_and_wrong_is_1(self):
        assert ece([[1, 0]], [0]) == 0
        assert ece([[1, 0]], [1]) == 1

    def test_fitting_lowers_it_for_a_model_that_is_too_certain(self):
        logits, truth = model(7)
        assert ece(softmax(3 * logits, fit_temperature(3 * logits, truth)), truth) < ece(softmax(3 * logits), truth) / 2


class TestEceBand:
    def test_a_perfectly_calibrated_model_lies_in_it_19_times_in_20(self):
        inside = 0
        logits = np.random.default_rng(8).normal(0, 2, (200, 4))
        low, high = ece_band(softmax(logits), samples=500)
        for seed in range(200):
            inside += low <= ece(softmax(logits), drawn(logits, seed)) <= high
        assert 0.9 < inside / 200 < 0.99

    def test_a_model_that_is_too_certain_lies_above_it(self):
        logits, truth = model(9)
        assert ece(softmax(3 * logits), truth) > 2 * ece_band(softmax(3 * logits))[1]

    def test_it_narrows_with_the_number_of_pictures(self):
        few, many = (ece_band(softmax(model(10, pictures)[0]), samples=200)[1] for pictures in (100, 2500))
        assert many == pytest.approx(few / 5, rel=0.4)

    def test_it_is_the_same_twice(self):
        scores = softmax(model(11)[0])
        assert ece_band(scores, samples=20) == ece_band(scores, samples=20)
        assert ece_band(scores, samples=20) != ece_band(scores, samples=20, seed=1)

    def test_a_lower_level_is_narrower(self):
        scores = softmax(model(12)[0])
        wide, narrow = ece_band(scores), ece_band(scores, level=0.5)
        assert wide[0] < narrow[0] < narrow[1] < wide[1]

    @pytest.mark.parametrize("options", [{"samples": 0}, {"level": 0}, {"level": 1}])
    def test_trials_that_cannot_be_are_refused(self, options):
        with pytest.raises(OptionError, match="samples must be at least 1 and level between 0 and 1"):
            ece_band([[1.0]], **options)


class TestRejectThreshold:
    def scores_of(self, best):
        return np.stack([np.array(best), 1 - np.array(best)], axis=1)

    @given(seeds, st.floats(0, 1))
    def test_it_keeps_the_share_of_right_answers_that_it_should(self, seed, keeps):
        logits, truth = model(seed, pictures=30)
        scores = softmax(logits)
        of_right = scores.max(axis=1)[scores.argmax(axis=1) == truth]
        assert (of_right >= reject_threshold(scores, truth, keeps)).mean() >= keeps - 1e-9

    def test_of_a_hundred_right_answers_five_are_given_away_for_twenty_wrong_ones(self):
        scores = self.scores_of(0.5 + np.arange(120) / 2000)
        truth = np.repeat([0, 1], [100, 20])
        assert reject_threshold(scores, truth) == pytest.approx(0.5025)

    def test_no_more_right_answers_are_given_away_than_there_are_wrong_ones(self):
        scores = self.scores_of(0.5 + np.arange(102) / 2000)
        assert reject_threshold(scores, np.repeat([0, 1], [100, 2])) == pytest.approx(0.501)

    def test_a_network_that_is_always_right_keeps_all_its_answers(self):
        assert reject_threshold(self.scores_of([0.9, 0.7, 0.8]), [0, 0, 0]) == 0.7

    def test_the_scores_of_wrong_answers_do_not_count(self):
        assert reject_threshold(self.scores_of([0.6, 0.9, 0.8]), [1, 0, 0]) == 0.8

    def test_a_network_that_is_never_right_rejects_nothing(self):
        assert reject_threshold([[0.9, 0.1]], [1]) == 0

    def test_keeping_none_is_still_a_score_that_was_seen(self):
        assert reject_threshold(self.scores_of([0.7, 0.9, 0.8, 0.8]), [0, 0, 1, 1], keeps=0) == 0.9

    @pytest.mark.parametrize("keeps", [-0.1, 1.1, np.nan])
    def test_more_than_all_cannot_be_kept(self, keeps):
        with pytest.raises(OptionError, match=f"keeps must be from 0 to 1; got {keeps}"):
            reject_threshold([[1.0]], [0], keeps)


class TestAuroc:
    @given(seeds)
    def test_it_is_that_of_scikit_learn_also_with_ties(self, seed):
        random = np.random.default_rng(seed)
        inside, outside = random.integers(0, 6, 20), random.integers(-3, 4, 13)
        expected = roc_auc_score(np.repeat([1, 0], [20, 13]), np.concatenate([inside, outside]))
        assert auroc(inside, outside) == pytest.approx(expected)

    def test_the_other_way_round_it_is_the_rest(self):
        inside, outside = model(13)[0][:, 0], model(14)[0][:, 1]
        assert auroc(inside, outside) == pytest.approx(1 - auroc(outside, inside))

    @pytest.mark.parametrize(("inside", "outside"), [([], [1]), ([1], []), ([[1]], [1])])
    def test_nothing_cannot_be_told_apart(self, inside, outside):
        with pytest.raises(InputError, match="must be lists with something in them; got"):
            auroc(inside, outside)
