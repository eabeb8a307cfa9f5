import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from scipy.spatial.distance import cdist, directed_hausdorff

from opsin.core.errors import InputError, OptionError
from opsin.metrics.boundary import boundary_f, edge, hausdorff

seeds = st.integers(0, 10_000)
# OpenCV's and scipy's first answers are slow, which says nothing about ours.
CALM = settings(deadline=None, max_examples=60)


def blobs(seed):
    """Two masks (h, w) of one size, smooth here and rough there, neither of them empty."""
    random = np.random.default_rng(seed)
    size = random.integers(2, 40, 2)
    found = [ndimage.gaussian_filter(random.normal(size=size), random.uniform(0.3, 4)) for _ in range(2)]
    return [each >= np.quantile(each, random.uniform(0.1, 0.9)) for each in found]


def edges(mask):
    """(n, 2) rows and columns of its edge."""
    return np.argwhere(mask & ~ndimage.binary_erosion(mask))


@CALM
@given(seeds)
def test_the_edge_is_what_scipys_erosion_takes_away(seed):
    for mask in blobs(seed):
        assert np.argwhere(edge(mask)).tolist() == edges(mask).tolist()


@CALM
@given(seeds, st.sampled_from([50, 95, 99]))
def test_the_distance_is_what_scipy_finds_from_point_to_point(seed, percent):
    distances = cdist(*(edges(mask) for mask in blobs(seed)))
    expected = max(np.percentile(distances.min(axis=axis), percent) for axis in (0, 1))
    assert hausdorff(*blobs(seed), percent=percent) == pytest.approx(expected, abs=1e-4)


@CALM
@given(seeds)
def test_of_a_hundred_per_cent_it_is_scipys_hausdorff_distance(seed):
    one, two = (edges(mask) for mask in blobs(seed))
    expected = max(directed_hausdorff(one, two)[0], directed_hausdorff(two, one)[0])
    assert hausdorff(*blobs(seed), percent=100) == pytest.approx(expected, abs=1e-4)


@CALM
@given(seeds, st.sampled_from([0, 1, 1.5, 2, 5]))
def test_boundary_f_is_what_scipys_distances_say(seed, tolerance):
    within = cdist(*(edges(mask) for mask in blobs(seed))) <= tolerance
    recall, precision = within.any(axis=1).mean(), within.any(axis=0).mean()
    expected = 2 * precision * recall / (precision + recall) if within.any() else 0
    assert boundary_f(*blobs(seed), tolerance=tolerance) == pytest.approx(expected)


@pytest.mark.parametrize("figure", [hausdorff, boundary_f])
@CALM
@given(seed=seeds)
def test_changed_places_mirrored_or_turned_it_is_the_same(figure, seed):
    one, two = blobs(seed)
    expected = pytest.approx(figure(one, two))
    assert figure(two, one) == expected
    assert figure(one[:, ::-1], two[:, ::-1]) == expected
    assert figure(one.T, two.T) == expected


@CALM
@given(seeds)
def test_a_mask_is_at_no_distance_from_itself(seed):
    one, _ = blobs(seed)
    assert (hausdorff(one, one), boundary_f(one, one, tolerance=0)) == (0, 1)


@CALM
@given(seeds, st.integers(1, 5))
def test_a_mask_shifted_lies_no_further_than_it_was_shifted(seed, by):
    one = np.pad(blobs(seed)[0], 6)
    shifted = np.roll(one, by, axis=1)
    assert hausdorff(one, shifted, percent=100) <= by
    assert boundary_f(one, shifted, tolerance=by) == 1


def test_of_a_square_twice_as_large_the_distance_is_twice_as_large():
    small, large = np.zeros((2, 40, 40), bool), np.zeros((2, 80, 80), bool)
    small[0, 5:8, 5:8] = small[1, 5:8, 20:23] = True
    large[0, 10:16, 10:16] = large[1, 10:16, 40:46] = True
    assert hausdorff(*large, percent=100) == 2 * hausdorff(*small, percent=100) == 30


def test_a_few_strays_do_not_count_in_the_95th():
    one = np.zeros((60, 60), bool)
    one[10:40, 10:40] = True
    two = one.copy()
    two[59, 59] = True
    assert hausdorff(one, two) == 0
    assert hausdorff(one, two, percent=100) == pytest.approx(np.hypot(20, 20))


def test_two_empty_masks_agree():
    nothing = np.zeros((3, 5), bool)
    assert (hausdorff(nothing, nothing), boundary_f(nothing, nothing)) == (0, 1)


def test_one_empty_mask_is_as_far_as_the_picture_is_large():
    nothing, dot = np.zeros((4, 5), bool), np.eye(4, 5, dtype=bool)
    assert hausdorff(nothing, dot) == hausdorff(dot, nothing) == 5
    assert boundary_f(nothing, dot) == boundary_f(dot, nothing) == 0


def test_that_is_the_largest_distance_that_two_masks_can_have():
    one, two = np.zeros((2, 4, 5), bool)
    one[0, 0] = two[-1, -1] = True
    assert hausdorff(one, two) == 5


@pytest.mark.parametrize("figure", [hausdorff, boundary_f])
def test_the_masks_stay_as_they_were(figure):
    masks = blobs(1)
    figure(*masks)
    assert all((each == before).all() for each, before in zip(masks, blobs(1), strict=True))


def test_per_cents_beyond_a_hundred_are_refused():
    with pytest.raises(OptionError, match=r"percent must lie in 0..100; got 101"):
        hausdorff(*blobs(0), percent=101)


@pytest.mark.parametrize("tolerance", [-1, float("nan")])
def test_a_tolerance_below_nothing_is_refused(tolerance):
    with pytest.raises(OptionError, match="tolerance must be 0 pixels or more; got"):
        boundary_f(*blobs(0), tolerance=tolerance)


@pytest.mark.parametrize("figure", [hausdorff, boundary_f])
def test_masks_of_two_sizes_are_refused(figure):
    with pytest.raises(InputError, match=r"must be of one size; got \(2, 2\) and \(1, 2\)"):
        figure(np.ones((2, 2), bool), np.ones((1, 2), bool))
