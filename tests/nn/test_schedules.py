"""The learning rate by step."""

from itertools import pairwise

import pytest

from opsin.core.errors import OptionError
from opsin.engine.settings import SCHEDULES
from opsin.nn.schedules import schedule

STEPS = 100


def rates(name: str, peak: float = 0.5) -> list[float]:
    made = schedule(name, peak, STEPS)
    return [made if isinstance(made, float) else float(made(step)) for step in range(STEPS)]


@pytest.mark.parametrize("name", SCHEDULES)
def test_no_schedule_goes_over_its_peak_or_under_zero(name):
    seen = rates(name)
    assert max(seen) == pytest.approx(0.5, rel=0.01)
    assert min(seen) >= 0


def test_constant_is_a_plain_number():
    assert schedule("constant", 0.1, STEPS) == 0.1


@pytest.mark.parametrize("name", ["one_cycle", "linear"])
def test_the_peak_comes_after_a_fifth(name):
    seen = rates(name)
    assert seen.index(max(seen)) in (19, 20)


@pytest.mark.parametrize("name", ["cosine", "one_cycle", "linear"])
def test_it_ends_near_zero(name):
    assert rates(name)[-1] < 0.01 * 0.5 + 0.002


def test_a_line_falls_by_the_same_each_step():
    seen = rates("linear")[25:]
    falls = [before - after for before, after in pairwise(seen)]
    assert falls == pytest.approx([0.5 / 80] * len(falls), rel=1e-3)


def test_a_single_step_is_enough():
    assert float(schedule("linear", 0.5, 1)(0)) == pytest.approx(0.5)


def test_an_unknown_schedule_is_refused():
    with pytest.raises(OptionError, match="schedule must be one of constant, cosine, linear, one_cycle; got 'zigzag'"):
        schedule("zigzag", 0.1, STEPS)


def test_the_triangle_is_the_same_after_its_config():
    made = schedule("linear", 0.5, STEPS)
    again = type(made).from_config(made.get_config())
    assert [float(again(step)) for step in (0, 20, 99)] == [float(made(step)) for step in (0, 20, 99)]
