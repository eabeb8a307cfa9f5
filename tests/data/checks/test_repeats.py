import dataclasses
from pathlib import Path

import numpy as np
import pytest

from opsin.data.checks.repeats import ALIKE, CANDIDATES, copies, group_leaks, near_copies
from opsin.data.things import Things


def said(problems):
    return [(problem.kind, problem.pictures, problem.said) for problem in problems]


@pytest.fixture
def twins(fact_of):
    """Two pictures whose files are the same, and one that differs."""
    return [fact_of(1), fact_of(2), fact_of(1)]


def resembling(fact, bits=0, noise=0.0, digest=b"other"):
    """The same picture in another file, so many bits of its hash changed, its thumbnail with some noise."""
    changed = fact.hash ^ (2**bits - 1)
    thumb = fact.thumb + np.random.default_rng(9).normal(0, noise, fact.thumb.shape) if noise else fact.thumb
    return dataclasses.replace(fact, hash=changed, thumb=np.clip(thumb, 0, 255).astype(np.uint8), digest=digest)


class TestCopies:
    def test_the_same_file_twice_in_a_class_is_a_duplicate(self, data_of, twins):
        data = data_of("cat train", "cat train", "cat train")
        assert said(copies(data, twins)) == [("duplicate", (0, 2), "2 times in cat")]

    def test_the_same_file_in_two_parts_is_a_leak(self, data_of, twins):
        data = data_of("cat train", "cat train", "cat test")
        assert said(copies(data, twins)) == [("leak", (0, 2), "in test and train")]

    def test_the_same_file_with_two_labels_is_a_conflict(self, data_of, twins):
        data = data_of("cat train", "cat train", "dog train")
        assert said(copies(data, twins)) == [("conflict", (0, 2), "as cat and dog")]

    def test_what_is_both_is_told_as_both(self, data_of, twins):
        data = data_of("cat train", "cat train", "dog test")
        assert [kind for kind, *_ in said(copies(data, twins))] == ["leak", "conflict"]

    def test_three_copies_are_one_problem(self, data_of, fact_of):
        data = data_of("cat train", "cat train", "cat train")
        assert said(copies(data, [fact_of(1)] * 3)) == [("duplicate", (0, 1, 2), "3 times in cat")]

    def test_pictures_that_cannot_be_read_are_no_copies(self, data_of, fact_of):
        broken = fact_of(1, error="It is damaged.", digest=b"")
        assert said(copies(data_of("cat train", "cat test"), [broken, broken])) == []

    def test_built_in_sets_have_copies_too(self, data_of, twins):
        data = data_of("cat train", "cat train", "cat test", source=None)
        assert [kind for kind, *_ in said(copies(data, twins))] == ["leak"]


class TestNearCopies:
    @pytest.mark.parametrize("bits", [0, CANDIDATES])
    def test_a_file_that_looks_the_same_is_a_near_duplicate(self, data_of, fact_of, bits):
        data = data_of("cat train", "cat train", "cat train")
        facts = [fact_of(1), fact_of(2), resembling(fact_of(1), bits, noise=5)]
        assert said(near_copies(data, facts)) == [("near_duplicate", (0, 2), "2 times in cat")]

    def test_another_hash_is_another_picture(self, data_of, fact_of):
        facts = [fact_of(1), resembling(fact_of(1), bits=CANDIDATES + 1)]
        assert said(near_copies(data_of("cat train", "cat train"), facts)) == []

    def test_a_like_hash_alone_is_not_enough(self, data_of, fact_of):
        facts = [fact_of(1), resembling(fact_of(1), noise=40)]
        correlation = np.corrcoef(facts[0].thumb.ravel(), facts[1].thumb.ravel())[0, 1]
        assert correlation < ALIKE
        assert said(near_copies(data_of("cat train", "cat train"), facts)) == []

    def test_a_brighter_one_is_the_same_picture(self, data_of, fact_of):
        dim = dataclasses.replace(fact_of(1), thumb=fact_of(1).thumb // 2)
        bright = dataclasses.replace(dim, thumb=dim.thumb + 90, digest=b"bright")
        assert len(said(near_copies(data_of("cat train", "cat train"), [dim, bright]))) == 1

    def test_in_two_parts_it_is_a_leak_and_with_two_labels_a_conflict(self, data_of, fact_of):
        data = data_of("cat train", "dog test")
        found = said(near_copies(data, [fact_of(1), resembling(fact_of(1))]))
        assert found == [("near_leak", (0, 1), "in test and train"), ("conflict", (0, 1), "as cat and dog")]

    def test_what_is_the_same_byte_by_byte_is_not_told_again(self, data_of, twins):
        assert said(near_copies(data_of("cat train", "cat train", "cat train"), twins)) == []

    def test_chains_are_one_group(self, data_of, fact_of):
        data = data_of("cat train", "cat train", "cat train")
        facts = [fact_of(1), resembling(fact_of(1), 6, digest=b"a"), resembling(fact_of(1), 12, digest=b"b")]
        assert [pictures for _, pictures, _ in said(near_copies(data, facts))] == [(0, 1, 2)]

    def test_nothing_is_looked_for_in_built_in_sets(self, data_of, fact_of):
        data = data_of("cat train", "cat test", source=None)
        assert said(near_copies(data, [fact_of(1), resembling(fact_of(1))])) == []

    def test_pictures_that_cannot_be_read_look_like_nothing(self, data_of, fact_of):
        broken = fact_of(1, error="It is damaged.", digest=b"")
        assert said(near_copies(data_of("cat train", "cat test"), [broken, broken])) == []

    def test_many_pairs_are_compared_a_block_at_a_time(self, data_of, fact_of, monkeypatch):
        monkeypatch.setattr("opsin.data.checks.repeats._BLOCK", 2)
        facts = [resembling(fact_of(1), digest=bytes([number])) for number in range(5)]
        found = said(near_copies(data_of(*["cat train"] * 5), facts))
        assert [pictures for _, pictures, _ in found] == [(0, 1, 2, 3, 4)]


class TestGroups:
    def test_a_group_in_two_parts_is_a_leak(self, data_of, twins):
        data = data_of("cat train", "cat train", "cat test", group=["tom", "", "tom"])
        assert said(group_leaks(data, twins)) == [("group_leak", (0, 2), "group tom in test and train")]

    def test_a_group_in_one_part_is_none(self, data_of, twins):
        data = data_of("cat train", "cat test", "cat train", group=["tom", "", "tom"])
        assert said(group_leaks(data, twins)) == []

    def test_pictures_without_a_group_are_no_group(self, data_of, twins):
        data = data_of("cat train", "cat test", "cat train", group=["", "", ""])
        assert said(group_leaks(data, twins)) == []

    def test_data_without_groups_has_none(self, data_of, twins):
        assert said(group_leaks(data_of("cat train", "cat test", "cat train"), twins)) == []


class TestBoxes:
    def kinds(self, data, facts, check=copies):
        return [(problem.kind, problem.said) for problem in check(data, facts)]

    def test_a_copy_with_the_same_boxes_is_there_twice(self, boxed_of, fact_of):
        data = boxed_of([Things([[0, 0, 9, 9]], [0])] * 2)
        assert self.kinds(data, [fact_of(1), fact_of(1)]) == [("duplicate", "2 times in 1 × cat")]

    def test_a_copy_with_other_boxes_contradicts(self, boxed_of, fact_of):
        data = boxed_of([Things([[0, 0, 9, 9]], [0]), Things([[0, 0, 9, 9]], [1])])
        assert self.kinds(data, [fact_of(1), fact_of(1)]) == [("conflict", "as 1 × cat and 1 × dog")]

    def test_boxes_of_a_near_copy_have_other_corners_and_do_not_contradict(self, boxed_of, fact_of):
        data = dataclasses.replace(
            boxed_of([Things([[0, 0, 9, 9]], [0]), Things([[0, 0, 5, 5]], [0])]), source=Path("pets")
        )
        thumb = fact_of(1).thumb
        facts = [fact_of(1, hash=5, thumb=thumb), fact_of(2, hash=5, thumb=thumb)]
        assert [kind for kind, _ in self.kinds(data, facts, near_copies)] == ["near_duplicate"]
