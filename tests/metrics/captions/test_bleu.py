import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsin.metrics.captions.bleu import bleu, bleu_each

caption = st.lists(st.sampled_from(["a", "dog", "cat", "runs"]), min_size=4, max_size=8).map(tuple)


@given(caption)
def test_a_caption_that_somebody_wrote_is_worth_one(words):
    assert bleu([words], [[("another",), words]]) == pytest.approx([1, 1, 1, 1], abs=1e-6)


@given(st.lists(st.tuples(caption, st.lists(caption, min_size=1, max_size=3)), min_size=1, max_size=5))
def test_all_figures_lie_in_0_to_1(corpus):
    found = bleu([said for said, _ in corpus], [known for _, known in corpus])
    assert np.all((found >= 0) & (found <= 1))


def test_a_word_counts_no_more_often_than_somebody_wrote_it():
    # The example of the paper: "the" seven times, of which two are right.
    said = ("the",) * 7
    known = [("the", "cat", "is", "on", "the", "mat"), ("there", "is", "a", "cat", "on", "the", "mat")]
    assert bleu([said], [known])[0] == pytest.approx(2 / 7)


def test_a_short_caption_pays_for_its_length():
    assert bleu([("a", "dog")], [[("a", "dog", "runs", "fast")]])[0] == pytest.approx(np.exp(1 - 4 / 2))


def test_of_two_references_as_near_the_shorter_counts():
    said, known = ("a", "dog", "runs"), [("a", "dog", "runs", "x"), ("a", "x")]
    assert bleu([said], [known])[0] == pytest.approx(1)


def test_of_one_picture_alone_both_figures_agree(random_corpus):
    said, known = random_corpus(1, num_pictures=1)
    assert bleu(said, known).tolist() == bleu_each(said, known)[0].tolist()
