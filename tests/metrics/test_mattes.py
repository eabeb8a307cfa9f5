import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from opsin.core.errors import InputError
from opsin.metrics.mattes import matte_iou, mean_absolute_error

shapes = st.tuples(st.integers(1, 12), st.integers(1, 12))
both = shapes.flatmap(lambda shape: st.tuples(*[arrays(np.float32, shape, elements=st.floats(0, 1, width=32))] * 2))


@given(both)
def test_the_error_is_that_of_scikit_learn(pair):
    one, other = (each.ravel().astype(np.float64) for each in pair)
    assert mean_absolute_error(*pair) == pytest.approx(sklearn.metrics.mean_absolute_error(one, other), abs=1e-6)


@given(both)
def test_the_overlap_is_the_jaccard_index_of_scikit_learn(pair):
    one, other = (each.ravel() >= 0.5 for each in pair)
    if one.any() or other.any():
        assert matte_iou(*pair) == pytest.approx(sklearn.metrics.jaccard_score(other, one))


@given(both)
def test_neither_depends_on_which_is_true(pair):
    assert matte_iou(*pair) == matte_iou(*pair[::-1])
    assert mean_absolute_error(*pair) == mean_absolute_error(*pair[::-1])


@given(both)
def test_a_matte_fits_itself(pair):
    assert (matte_iou(pair[0], pair[0]), mean_absolute_error(pair[0], pair[0])) == (1, 0)


def test_where_neither_has_a_subject_both_say_the_same():
    assert matte_iou(np.zeros((2, 2)), np.full((2, 2), 0.4)) == 1


def test_a_subject_where_there_is_none_is_all_wrong():
    assert matte_iou(np.ones((2, 2)), np.zeros((2, 2))) == 0


@pytest.mark.parametrize("measure", [matte_iou, mean_absolute_error])
def test_mattes_of_two_sizes_are_not_compared(measure):
    with pytest.raises(
        InputError, match=r"^Two mattes must have one size to be compared; got \(2, 3\) and \(3, 2\)\.$"
    ):
        measure(np.zeros((2, 3)), np.zeros((3, 2)))
