import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, OptionError

MEASURED = Acceptance((1e-4, 1e-3, 1e-2), (0.42, 0.36, 0.29), impostors=1_000_000, measured_on="twins")


@pytest.mark.parametrize(("far", "threshold"), [(1e-4, 0.42), (1e-3, 0.36), (1e-2, 0.29)])
def test_a_rate_that_was_measured_has_its_own_threshold(far, threshold):
    assert MEASURED.threshold(far) == threshold


@given(st.floats(1e-4, 1e-2), st.floats(1e-4, 1e-2))
def test_a_stricter_rate_never_has_a_laxer_threshold(one, other):
    strict, lax = sorted((one, other))
    assert MEASURED.threshold(strict) >= MEASURED.threshold(lax)


def test_a_rate_that_too_few_impostors_can_tell_of_is_refused():
    few = Acceptance((1e-4, 1e-2), (0.4, 0.3), impostors=2000)
    assert few.lowest_rate == 0.005
    with pytest.raises(OptionError, match=r"far must lie between 5\.0e-03 and 0\.01, since 2,000 pairs .* got 0\.001"):
        few.threshold(0.001)


def test_a_rate_that_was_not_measured_is_refused_and_says_by_what():
    with pytest.raises(OptionError, match=r"between 1\.0e-04 and 0\.01.*\(twins\); got 0\.5"):
        MEASURED.threshold(0.5)


def test_it_goes_to_json_and_comes_back():
    assert Acceptance.from_dict(MEASURED.to_dict()) == MEASURED


@pytest.mark.parametrize(
    ("rates", "thresholds"), [((1e-3, 1e-4), (0.4, 0.3)), ((1e-4, 1e-3), (0.3, 0.4)), ((1e-3, 1e-3), (0.4, 0.3))]
)
def test_what_does_not_fall_as_rates_rise_is_refused(rates, thresholds):
    with pytest.raises(InputError, match="Rates must rise, and thresholds must not"):
        Acceptance(rates, thresholds, 100)


@pytest.mark.parametrize(("rates", "thresholds"), [((), ()), ((0.1,), ()), ((0.1, 0.2), (0.3,))])
def test_each_rate_needs_a_threshold(rates, thresholds):
    with pytest.raises(InputError, match="Each rate needs a threshold"):
        Acceptance(rates, thresholds, 100)


@pytest.mark.parametrize("data", [{}, {"rates": [1], "thresholds": "x", "impostors": 3}, {"rates": None}])
def test_json_that_holds_no_thresholds_is_refused(data):
    with pytest.raises(InputError, match=r"These are no measured thresholds: .* opsin faces calibrate"):
        Acceptance.from_dict(data)
