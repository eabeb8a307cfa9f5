import math

import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.metrics.captions.cider import Cider, cider_d, cider_d_each

DOG, CAT = ("a", "dog", "runs", "fast"), ("the", "cat", "sleeps", "here")


def test_what_everybody_wrote_and_nobody_else_is_worth_ten():
    assert cider_d([DOG, CAT], [[DOG, DOG], [CAT]]) == pytest.approx(10)


def test_words_of_all_pictures_are_worth_nothing():
    assert cider_d([DOG, DOG], [[DOG], [DOG]]) == 0


def test_a_caption_of_another_length_pays_for_it():
    cider = Cider.fit([[DOG], [CAT]])
    long = (*DOG, *(f"word{number}" for number in range(6)))
    exact, longer = cider.scores([DOG, long], [DOG])
    norms = [math.sqrt(length / (length + 6)) for length in (4, 3, 2, 1)]
    assert longer / exact == pytest.approx(np.mean(norms) * math.exp(-(6**2) / (2 * 6**2)))


def test_saying_a_word_again_brings_nothing():
    cider = Cider.fit([[DOG], [CAT]])
    assert cider.scores([("dog",)], [DOG])[0] > cider.scores([("dog",) * 4], [DOG])[0]


def test_many_candidates_of_a_picture_get_what_each_gets_alone(random_corpus):
    said, references = random_corpus(3)
    cider = Cider.fit(references)
    together = cider.scores(said, references[0])
    assert together.tolist() == [cider.scores([each], references[0])[0] for each in said]


def test_rarity_that_was_kept_gives_what_the_corpus_gives(random_corpus):
    said, references = random_corpus(4)
    cider = Cider.fit(references)
    kept = [cider.consensus(known) for known in references]
    found = [each.scores([words])[0] for each, words in zip(kept, said, strict=True)]
    assert found == cider_d_each(said, references).tolist()


def test_what_is_rare_comes_from_the_pictures_that_were_fitted():
    often, never = Cider.fit([[DOG], [DOG], [CAT]]), Cider.fit([[CAT], [CAT], [CAT]])
    assert often.weight(("dog",)) == pytest.approx(math.log(3 / 2))
    assert never.weight(("dog",)) == pytest.approx(math.log(3))


def test_no_pictures_have_no_rarity():
    with pytest.raises(InputError, match="references of pictures; got none"):
        Cider.fit([])


def test_rarity_needs_a_reference_of_each_picture():
    with pytest.raises(InputError, match="no reference for picture 1"):
        Cider.fit([[DOG], []])


def test_a_consensus_needs_a_reference():
    with pytest.raises(InputError, match="no reference for the picture"):
        Cider.fit([[DOG]]).consensus([])


def test_a_candidate_must_be_words():
    with pytest.raises(InputError, match=r"A candidate must be words.*'a dog'"):
        Cider.fit([[DOG]]).scores(["a dog"], [DOG])


def test_no_candidates_have_no_scores():
    assert Cider.fit([[DOG]]).scores([], [DOG]).shape == (0,)
