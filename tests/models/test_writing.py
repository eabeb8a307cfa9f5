import numpy as np
import pytest

from opsin.models._beams import Sentence
from opsin.models._writing import LONGEST, grammar, stepping, text
from opsin.nn.words import FIRST, PAD, START, UNKNOWN

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


class Asked:
    """A network of one block and two heads that keeps what it was asked, and tells the number of the place."""

    def __init__(self):
        self.batches = []

    def __call__(self, batch):
        self.batches.append(batch)
        told = np.full((len(batch["words"]), 2, 2, 8), 1.0 + batch["place"][0, 0], np.float32)
        return {"logits": np.zeros((len(batch["words"]), 9)), "told": told}


SEEN = np.random.default_rng(0).normal(size=(1, 2, 2, 4, 8)).astype(np.float32)
PAST = ["past_keys_0", "past_values_0"]


def test_the_network_is_asked_for_one_word_of_every_beam():
    network = Asked()
    stepping(network, SEEN, 3)(np.array([START] * 3), np.zeros(3, int), None)
    seen, past = (1, 2, 4, 8), (3, 2, LONGEST, 8)
    shapes = {name: values.shape for name, values in network.batches[0].items()}
    told = {"seen_keys_0": seen, "seen_values_0": seen, "past_keys_0": past, "past_values_0": past}
    assert shapes == {"words": (3, 1), "place": (3, 1), **told}


def test_keys_and_values_of_what_is_seen_are_given_apart():
    network = Asked()
    stepping(network, SEEN, 1)(np.array([START]), np.zeros(1, int), None)
    np.testing.assert_array_equal(network.batches[0]["seen_keys_0"], SEEN[:, 0])
    np.testing.assert_array_equal(network.batches[0]["seen_values_0"], SEEN[:, 1])


def test_what_a_word_tells_comes_back_at_its_place():
    network, told = Asked(), None
    step = stepping(network, SEEN, 2)
    for place in range(3):
        _, told = step(np.array([FIRST, FIRST]), np.full(2, place), told)
    for name in PAST:
        assert (network.batches[2][name][:, :, :3] == np.array([1, 2, 0])[:, None]).all()


def test_what_was_told_before_is_left_as_it_is():
    step = stepping(Asked(), SEEN, 2)
    _, first = step(np.array([START, START]), np.zeros(2, int), None)
    kept = [part.copy() for part in first]
    step(np.array([FIRST, FIRST]), np.ones(2, int), first)
    np.testing.assert_array_equal(first, kept)
