import pytest

from opsin.core.errors import InputError
from opsin.metrics.captions.variety import repeats_itself, variety

DOG, CAT = ("a", "dog"), ("a", "big", "cat", "sits")


def test_pictures_that_are_all_called_the_same_share_one_caption():
    assert variety([DOG] * 4).distinct == 1 / 4


def test_captions_that_all_differ_are_distinct():
    assert variety([DOG, CAT]).distinct == 1


def test_lengths_are_told_by_mean_and_spread():
    told = variety([DOG, CAT])
    assert (told.mean_words, told.spread_words) == (3, 1)


def test_words_count_once_in_the_vocabulary():
    assert variety([DOG, DOG, CAT]).vocabulary == 5


def test_the_share_of_captions_that_repeat_themselves_is_told():
    assert variety([("a", "b", "c") * 2, DOG, DOG, DOG]).repeating == 1 / 4


@pytest.mark.parametrize(("text", "repeats"), [("abcxabc", True), ("abcabd", False), ("aaaa", True), ("ab", False)])
def test_a_run_of_three_words_that_comes_twice_is_a_repetition(text, repeats):
    assert repeats_itself(tuple(text)) == repeats


def test_captions_that_were_written_by_people_vary(real_corpus):
    told = variety(real_corpus[0])
    assert told.distinct > 0.95
    assert told.repeating < 0.01


def test_no_captions_have_no_variety():
    with pytest.raises(InputError, match="that of captions; got none"):
        variety([])


def test_captions_must_be_words():
    with pytest.raises(InputError, match=r"A caption must be words.*'a dog'"):
        variety(["a dog"])
