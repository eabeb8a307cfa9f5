import pytest

from opsin.core.errors import InputError
from opsin.metrics.captions._corpus import ngrams
from opsin.metrics.captions.bleu import bleu, bleu_each
from opsin.metrics.captions.cider import cider_d, cider_d_each
from opsin.metrics.captions.rouge import rouge_l, rouge_l_each

DOG = ("a", "dog")
FIGURES = [bleu, bleu_each, rouge_l, rouge_l_each, cider_d, cider_d_each]


@pytest.mark.parametrize("figure", FIGURES)
class TestEveryFigure:
    def test_refuses_another_number_of_references(self, figure):
        with pytest.raises(InputError, match="got 1 candidates and references of 2 pictures"):
            figure([DOG], [[DOG], [DOG]])

    def test_refuses_no_pictures(self, figure):
        with pytest.raises(InputError, match="got 0 candidates"):
            figure([], [])

    def test_refuses_a_picture_without_references(self, figure):
        with pytest.raises(InputError, match="no reference for picture 1"):
            figure([DOG, DOG], [[DOG], []])

    def test_refuses_a_candidate_that_is_a_string(self, figure):
        with pytest.raises(InputError, match=r"candidate of picture 0 must be words.*'a dog'"):
            figure(["a dog"], [[DOG]])

    def test_refuses_references_that_are_strings(self, figure):
        with pytest.raises(InputError, match=r"reference of picture 0 must be words.*'a dog'"):
            figure([DOG], [["a dog"]])

    def test_takes_lists_of_words_for_tuples(self, figure):
        expected = figure([DOG, DOG], [[DOG], [("a", "cat")]])
        found = figure([list(DOG), list(DOG)], [[list(DOG)], [["a", "cat"]]])
        assert (found == expected) if isinstance(found, float) else (found == expected).all()


def test_runs_of_words_are_counted_up_to_four():
    counted = ngrams(("a", "a", "a", "a", "a"))
    assert [counted[("a",) * length] for length in range(1, 6)] == [5, 4, 3, 2, 0]


def test_fewer_words_than_a_run_have_none():
    assert not ngrams(())
