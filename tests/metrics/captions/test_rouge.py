import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.metrics.captions.rouge import _longest_shared, rouge_l, rouge_l_each

captions = st.lists(st.sampled_from("abc"), max_size=7).map(tuple)


def subsequences(words):
    """All that is left when words are struck out."""
    return {tuple(word for place, word in enumerate(words) if chosen >> place & 1) for chosen in range(1 << len(words))}


@given(captions, captions)
def test_what_is_shared_is_the_longest_that_striking_out_leaves_of_both(one, other):
    assert _longest_shared(one, other) == max(map(len, subsequences(one) & subsequences(other)))


def test_the_figure_weighs_recall_more_than_precision():
    assert rouge_l([("a", "x")], [[("a",)]]) > rouge_l([("a",)], [[("a", "x")]])


def test_precision_and_recall_are_each_the_best_of_the_references():
    said, known = tuple("abcd"), [tuple("ab"), tuple("abcdefgh")]
    assert rouge_l([said], [known]) == pytest.approx(1)


def test_nothing_shared_is_worth_nothing():
    assert rouge_l([("a",)], [[("b",)]]) == 0


def test_the_figure_of_all_is_the_mean_of_each(random_corpus):
    assert rouge_l(*random_corpus(2)) == pytest.approx(sum(rouge_l_each(*random_corpus(2))) / 7)
