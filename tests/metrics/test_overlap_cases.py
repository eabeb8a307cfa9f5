import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score, jaccard_score

from opsin.core.errors import InputError, OptionError
from opsin.metrics.boundary import boundary_f, hausdorff
from opsin.metrics.overlap import dice, iou, overlap, pixel_confusion
from opsin.metrics.overlap_cases import FIGURES, CaseFigures, bootstrap_overlap, by_label, case_figures, over_cases

LABELS = 4


def maps(seed, size=(12, 15), right=0.8):
    """Truth and prediction (h, w); the last label does not occur."""
    random = np.random.default_rng(seed)
    truth = random.integers(0, LABELS - 1, size)
    return truth, np.where(random.random(size) < right, truth, random.integers(0, LABELS - 1, size))


def confusions(num_pictures):
    """Of pictures that differ in size, and in how right they are."""
    rights = np.random.default_rng(5).random(num_pictures)
    return np.stack([pixel_confusion(*maps(seed, (6, 2 + seed), right), LABELS) for seed, right in enumerate(rights)])


@pytest.mark.parametrize(("name", "figure"), [("iou", iou), ("dice", dice), ("hausdorff95", hausdorff)])
def test_the_figures_of_a_case_are_those_of_its_masks(name, figure):
    truth, predicted = maps(0)
    expected = [figure(truth == label, predicted == label) for label in range(LABELS - 1)]
    assert getattr(case_figures(truth, predicted, LABELS), name)[:-1] == pytest.approx(expected)


def test_the_tolerance_is_that_of_the_edges():
    truth, predicted = maps(0)
    expected = [boundary_f(truth == label, predicted == label, tolerance=1) for label in range(LABELS - 1)]
    assert case_figures(truth, predicted, LABELS, tolerance=1).boundary_f[:-1] == pytest.approx(expected)


@pytest.mark.parametrize("name", FIGURES)
def test_a_label_that_is_in_neither_has_no_figure(name):
    assert np.isnan(getattr(case_figures(*maps(0), LABELS), name)).tolist() == [False] * 3 + [True]


def test_a_label_that_is_in_one_only_is_as_wrong_as_can_be():
    found = case_figures(np.zeros((4, 5), int), np.ones((4, 5), int), 2)
    assert found.dice.tolist() == found.boundary_f.tolist() == [0, 0]
    assert found.hausdorff95.tolist() == [5, 5]


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_said_of_pixels_that_nobody_labelled_changes_nothing(name):
    truth, predicted = maps(1)
    truth[3:6, 2:9] = 9
    other = np.where(truth == 9, 1, predicted)
    one, two = (getattr(case_figures(truth, each, LABELS, ignore=9), name) for each in (predicted, other))
    assert np.array_equal(one, two, equal_nan=True)


def test_the_mean_leaves_out_cases_that_do_not_have_the_figure():
    found = over_cases([0.2, np.nan, 0.4])
    assert (found.mean, found.num_cases) == (pytest.approx(0.3), 2)


def test_the_interval_is_the_one_that_scipy_draws():
    figures = np.random.default_rng(3).random(40)
    expected = stats.bootstrap((figures,), np.mean, method="percentile", rng=np.random.default_rng(1), n_resamples=5000)
    assert over_cases(figures, samples=5000).interval == pytest.approx(expected.confidence_interval, abs=0.01)


def test_no_case_with_the_figure_gives_no_mean():
    assert over_cases([np.nan, np.nan]) is None


def test_by_label_each_label_has_its_own_mean():
    cases = [CaseFigures(*[np.array(row)] * 4) for row in ([0.2, np.nan, 1.0], [0.4, np.nan, np.nan])]
    first, second, third = by_label(cases, "dice")
    assert (first.mean, second, third.mean, third.num_cases) == (pytest.approx(0.3), None, 1, 1)


def test_an_interval_of_all_pixels_is_what_drawing_the_pictures_gives():
    each, random = confusions(30), np.random.default_rng(9)
    drawn = [overlap(each[random.integers(0, 30, 30)].sum(axis=0)) for _ in range(3000)]
    found = bootstrap_overlap(each, samples=3000)
    for name, interval in found.items():
        expected = np.quantile([getattr(sample, name) for sample in drawn], [0.025, 0.975])
        assert interval == pytest.approx(expected, abs=0.01)


def test_of_one_picture_drawn_again_and_again_the_interval_is_its_figure():
    truth, predicted = maps(2)
    found = bootstrap_overlap([pixel_confusion(truth, predicted, LABELS)])
    asked = truth.ravel(), predicted.ravel()
    assert found["mean_iou"] == pytest.approx([jaccard_score(*asked, average="macro")] * 2)
    assert found["mean_dice"] == pytest.approx([f1_score(*asked, average="macro")] * 2)
    assert found["accuracy"] == pytest.approx([np.mean(truth == predicted)] * 2)


def test_a_higher_level_gives_a_wider_interval():
    narrow, wide = (bootstrap_overlap(confusions(20), level=level)["mean_iou"] for level in (0.5, 0.99))
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_the_same_seed_gives_the_same_interval_and_another_another():
    first, again, other = (bootstrap_overlap(confusions(20), samples=50, seed=seed) for seed in (1, 1, 2))
    assert first == again != other


def test_pictures_without_a_labelled_pixel_have_no_interval():
    assert bootstrap_overlap(np.zeros((3, 2, 2))) == {}


@pytest.mark.parametrize("shape", [(0, 2, 2), (2, 2), (1, 2, 3)])
def test_what_are_no_matrices_of_pictures_is_refused(shape):
    with pytest.raises(InputError, match=r"must be \(n, k, k\) of one picture at least; got"):
        bootstrap_overlap(np.zeros(shape))


def test_a_figure_that_there_is_not_is_refused():
    with pytest.raises(
        InputError, match="needs cases and one of iou, dice, hausdorff95, boundary_f; got 1 cases and 'x'"
    ):
        by_label([case_figures(*maps(0), LABELS)], "x")


def test_no_cases_are_refused():
    with pytest.raises(InputError, match="got 0 cases and 'dice'"):
        by_label([], "dice")


@pytest.mark.parametrize(
    "draw", [lambda **asked: over_cases([1.0], **asked), lambda **asked: bootstrap_overlap([[[1]]], **asked)]
)
def test_samples_and_level_are_checked(draw):
    with pytest.raises(OptionError, match="samples must be at least 1; got 0"):
        draw(samples=0)
    with pytest.raises(OptionError, match="level must lie between 0 and 1; got 1"):
        draw(level=1)
