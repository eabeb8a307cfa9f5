"""Pairs of lowest cost, against all permutations and against scipy."""

import itertools

import numpy as np
import pytest

from opsin.core.assignment import assignment
from opsin.core.errors import InputError


def cost(table, pairs):
    return table[pairs[:, 0], pairs[:, 1]].sum()


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (4, 4), (3, 6)])
def test_no_other_pairing_costs_less(shape):
    table = np.random.default_rng(shape[1]).normal(size=shape)
    orders = itertools.permutations(range(shape[1]), shape[0])
    least = min(table[range(shape[0]), list(order)].sum() for order in orders)
    assert cost(table, assignment(table)) == pytest.approx(least)


@pytest.mark.parametrize("shape", [(30, 30), (7, 40), (40, 7)])
def test_it_costs_what_scipy_finds(shape):
    optimize = pytest.importorskip("scipy.optimize", reason="scipy is the oracle: pip install scipy")
    table = np.random.default_rng(0).integers(0, 20, shape).astype(float)
    assert cost(table, assignment(table)) == table[optimize.linear_sum_assignment(table)].sum()


def test_every_row_and_column_is_in_one_pair_at_most():
    pairs = assignment(np.ones((5, 8)))
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == 5


def test_of_a_high_table_the_rows_rise_too():
    pairs = assignment([[9], [1], [5]])
    assert pairs.tolist() == [[1, 0]]
    assert assignment(np.eye(6)[:, :4])[:, 0].tolist() == sorted(assignment(np.eye(6)[:, :4])[:, 0])


def test_the_same_added_to_all_costs_changes_nothing():
    table = np.random.default_rng(1).normal(size=(6, 6))
    assert assignment(table).tolist() == assignment(table + 100).tolist()


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_has_no_pairs(shape):
    assert assignment(np.zeros(shape)).shape == (0, 2)


@pytest.mark.parametrize("costs", [[1, 2], [[np.nan]], [[np.inf, 1]]])
def test_what_is_no_table_of_numbers_is_refused(costs):
    with pytest.raises(InputError, match=r"^Costs must be a table \(n, m\) of finite numbers; got the shape"):
        assignment(costs)
