import logging
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.errors import DataError, OptionError
from opsin.data.split import Lots, check_split, dealt

SHARES = {"validation": 0.1, "test": 0.2}


def lots(counts, groups=None, prefix=""):
    """So many pictures of each class, each in a group of its own unless said otherwise."""
    truth = np.repeat(np.arange(len(counts)), counts)
    number = len(truth)
    together = np.arange(number) if groups is None else np.asarray(groups)
    labels = [f"class {label}" for label in range(len(counts))]
    return Lots([f"{prefix}{index}" for index in range(number)], truth[:, None], labels, together)


def truth_of(given):
    """(n,) the one class of each picture."""
    return np.concatenate(given.shown)


def table(given, parts):
    """How many pictures of each class each part has."""
    return {
        part: np.bincount(truth_of(given)[parts == part], minlength=len(given.labels)).tolist() for part in set(parts)
    }


def test_each_class_has_its_share_in_each_part():
    given = lots([100, 50, 10])
    assert table(given, dealt(given, SHARES, 0)) == {
        "train": [70, 35, 7],
        "validation": [10, 5, 1],
        "test": [20, 10, 2],
    }


def test_a_small_class_has_one_in_each_part():
    given = lots([3])
    assert table(given, dealt(given, SHARES, 0)) == {"train": [1], "validation": [1], "test": [1]}


def test_without_shares_all_is_train():
    assert set(dealt(lots([2, 1]), {}, 0)) == {"train"}


def test_the_order_decides_nothing():
    first = lots([40, 40])
    order = np.random.default_rng(0).permutation(80)
    second = Lots([first.names[index] for index in order], first.shown[order], first.labels, first.groups[order])
    assert (dealt(first, SHARES, 0)[order] == dealt(second, SHARES, 0)).all()


def test_another_seed_gives_another_split():
    given = lots([100])
    assert (dealt(given, SHARES, 0) != dealt(given, SHARES, 1)).any()
    assert (dealt(given, SHARES, 1) == dealt(given, SHARES, 1)).all()


def test_a_new_picture_moves_few_of_the_others():
    before, after = dealt(lots([100]), SHARES, 0), dealt(lots([101]), SHARES, 0)
    assert (before != after[:100]).sum() <= 2


def test_a_group_stays_together():
    groups = np.arange(100) // 5
    parts = dealt(lots([50, 50], groups), SHARES, 0)
    assert all(len(set(parts[groups == group])) == 1 for group in range(20))
    assert Counter(parts.tolist()) == {"train": 70, "validation": 10, "test": 20}


def test_large_groups_still_reach_every_part():
    given = lots([30], np.repeat([0, 1, 2], 10))
    assert table(given, dealt(given, SHARES, 0)) == {"train": [10], "validation": [10], "test": [10]}


def test_one_group_stays_in_train_and_the_log_says_so(caplog):
    given = lots([10, 10], np.r_[np.zeros(10, int), np.arange(1, 11)])
    with caplog.at_level(logging.WARNING):
        parts = dealt(given, SHARES, 0)
    assert set(parts[:10]) == {"train"}
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "validation has no picture of class 0",
        "test has no picture of class 0",
    ]


def test_a_group_of_several_classes_never_takes_the_last_of_one_from_train():
    given = lots([4, 4], [0, 0, 1, 2, 0, 3, 4, 5])
    parts = dealt(given, SHARES, 0)
    assert all((parts[truth_of(given) == label] == "train").any() for label in range(2))


@pytest.mark.parametrize(
    ("counts", "told"), [([1, 9], r"class 0 \(1\)"), ([2, 9, 2], r"class 0 \(2\), class 2 \(2\)")], ids=["one", "two"]
)
def test_too_small_classes_are_named(counts, told):
    message = (
        rf"^These classes have too few pictures to be split into train, validation, test, which takes 3 at least: "
        rf"{told}\. Add pictures to them, or take them out\.$"
    )
    with pytest.raises(DataError, match=message):
        dealt(lots(counts), SHARES, 0)


def test_of_many_small_classes_five_are_named():
    with pytest.raises(DataError, match=r"class 4 \(1\) and 3 more\. Add"):
        dealt(lots([1] * 8), SHARES, 0)


def test_where_one_part_is_cut_two_pictures_are_enough():
    given = lots([2])
    assert table(given, dealt(given, {"validation": 0.1}, 0)) == {"train": [1], "validation": [1]}


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 15)), min_size=1, max_size=60),
    st.integers(0, 5),
)
def test_whatever_the_groups_none_is_torn_and_train_has_every_class(rows, seed):
    truth, groups = np.array(rows).T
    enough = np.bincount(truth, minlength=4)[truth] > 2
    given = Lots([str(index) for index in range(len(rows))], truth[:, None], list("abcd"), groups)
    if not enough.all():
        with pytest.raises(DataError):
            dealt(given, SHARES, seed)
        return
    parts = dealt(given, SHARES, seed)
    assert all(len(set(parts[groups == group])) == 1 for group in set(groups))
    assert all((parts[truth == label] == "train").any() for label in set(truth))


@pytest.mark.parametrize("split", [(0.8, 0.1, 0.1), (1, 0, 0), (0, 0, 1), (0, 1, 0), [0.5, 0.25, 0.25]])
def test_shares_that_add_up_to_one_will_do(split):
    assert check_split(split) == tuple(split)


@pytest.mark.parametrize(
    "split", [(0.8, 0.2), (0.8, 0.1, 0.2), (1.1, -0.1, 0), (0, 0.5, 0.5), (), (float("nan"), 0, 1), (80, 10, 10)]
)
def test_other_shares_are_refused(split):
    message = (
        r"^split must be three shares, of train, validation and test, that add up to 1, such as 0\.8 0\.1 0\.1; got"
    )
    with pytest.raises(OptionError, match=message):
        check_split(split)


def several(shown, groups=None, classes=4):
    """Pictures that show several classes each."""
    together = np.arange(len(shown)) if groups is None else np.asarray(groups)
    names = [str(index) for index in range(len(shown))]
    return Lots(names, [np.array(each, np.int64) for each in shown], list("abcdefgh"[:classes]), together, False)


class TestSeveralClasses:
    def test_each_part_has_its_share_of_the_pictures(self):
        random = np.random.default_rng(0)
        parts = dealt(several([random.integers(0, 4, 5) for _ in range(100)]), SHARES, 0)
        assert Counter(parts.tolist()) == {"train": 70, "validation": 10, "test": 20}

    def test_a_rare_class_has_its_share_too(self):
        given = several([[0, 1]] * 10 + [[1]] * 90)
        parts = dealt(given, SHARES, 0)
        assert Counter(parts[:10].tolist()) == {"train": 7, "validation": 1, "test": 2}

    def test_pictures_that_show_nothing_are_dealt_out_as_well(self):
        parts = dealt(several([[0]] * 50 + [[]] * 50), SHARES, 0)
        assert Counter(parts.tolist()) == {"train": 70, "validation": 10, "test": 20}

    def test_a_class_in_one_picture_stays_in_train_and_the_log_says_so(self, caplog):
        with caplog.at_level(logging.WARNING):
            parts = dealt(several([[3, 0]] + [[0]] * 19), SHARES, 0)
        assert parts[0] == "train"
        assert [record.message for record in caplog.records] == [
            f"{part} has no picture of d: too few pictures show them, or always the same group."
            for part in ("validation", "test")
        ]

    def test_of_many_missing_classes_eight_are_named(self, caplog):
        labels = [f"c{number}" for number in range(10)]
        given = Lots(list("0123456789"), [np.array([number]) for number in range(10)], labels, np.arange(10), False)
        with caplog.at_level(logging.WARNING):
            dealt(given, {"test": 0.1}, 0)
        assert "c7 and 2 more: too few" in caplog.text

    def test_a_group_stays_together(self):
        groups = np.arange(100) // 5
        parts = dealt(several([[0, 1]] * 100, groups), SHARES, 0)
        assert all(len(set(parts[groups == group])) == 1 for group in range(20))

    def test_a_thing_that_is_there_twice_counts_once(self):
        once, twice = (dealt(several([[0] * times, [1]] * 30), SHARES, 0) for times in (1, 2))
        assert (once == twice).all()

    @settings(deadline=None)
    @given(st.lists(st.lists(st.integers(0, 3), max_size=4), min_size=1, max_size=40), st.integers(0, 5))
    def test_train_has_every_class_and_no_part_more_than_its_share(self, shown, seed):
        parts = dealt(several(shown), SHARES, seed)
        learned = {number for each, part in zip(shown, parts, strict=True) if part == "train" for number in each}
        assert learned == {number for each in shown for number in each}
        for part, share in SHARES.items():
            assert (parts == part).sum() <= max(1, np.floor(len(shown) * share + 0.5))
