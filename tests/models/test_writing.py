import numpy as np
import pytest

from opsin.models._beams import Sentence
from opsin.models._writing import LONGEST, grammar, stepping, text
from opsin.nn.words import END, FIRST, PAD, START, UNKNOWN

WORDS = ("a", "dog", "with", "ball", "'s", "n't")


def test_what_is_no_word_is_never_said():
    assert grammar(WORDS).barred == {PAD, START, UNKNOWN}


def test_words_that_wait_for_another_do_not_end_a_sentence():
    assert grammar(WORDS).open == {FIRST, FIRST + 2}


def test_no_sentence_is_longer_than_what_was_learned():
    assert grammar(WORDS).longest == LONGEST


@pytest.mark.parametrize(
    ("words", "said"),
    [(("a", "dog"), "A dog"), (("a", "dog", "'s", "ball"), "A dog's ball"), (("dog", "n't", "ball"), "Dogn't ball")],
)
def test_words_are_put_together_as_people_write_them(words, said):
    assert text(Sentence(tuple(FIRST + WORDS.index(word) for word in words), ()), WORDS) == said


def test_the_network_is_asked_for_one_word_of_every_beam():
    asked = []

    def network(batch):
        asked.append({name: values.shape for name, values in batch.items()})
        return {"logits": np.zeros((2, 9)), "told": np.zeros((2, 1, 8))}

    step = stepping(network, np.zeros((1, 4, 8), np.float32), 2)
    step(np.array([START, START]), np.array([0, 0]), None)
    assert asked == [{"seen": (1, 4, 8), "words": (2, 1), "place": (2, 1), "past": (2, LONGEST, 8)}]
    assert END not in grammar(WORDS).barred
