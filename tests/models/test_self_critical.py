from collections import Counter

import numpy as np
import pytest

from opsin.metrics.captions.cider import Cider
from opsin.models._beams import Grammar
from opsin.models._self_critical import SAMPLES, TEMPERATURE, SelfCritical, references, sampled, spoken
from opsin.nn.words import END, FIRST, PAD, START, UNKNOWN

DOG, CAT = FIRST, FIRST + 1
RULES = Grammar(START, END, barred=frozenset({PAD, START, UNKNOWN}), open=frozenset(), longest=6)


def fair(last, place, told):
    """A dog or a cat, one time in four the one, and then the end."""
    logits = np.full((len(last), 6), -np.inf)
    logits[:, [DOG, CAT]] = TEMPERATURE * np.log([0.25, 0.75])
    if place[0]:
        logits[:, END] = 100.0
    return logits, ()


def blind(features, training):
    """Sees nothing."""
    assert not training
    return np.zeros((len(features), 2, 1, 1, 1), np.float32)


def one_more(batch):
    """A dog or a cat, as a network."""
    assert len(batch["words"]) == len(batch["seen_keys_0"]) * SAMPLES
    logits, _ = fair(batch["words"][:, 0], batch["place"][:, 0], None)
    return {"logits": logits, "told": np.zeros((len(logits), 2, 1, 1))}


def row(*captions):
    laid = np.zeros((len(captions), 8), np.float32)
    for line, words in zip(laid, captions, strict=True):
        line[: len(words) + 2] = [START, *words, END]
    laid[:, -1] = 1
    return laid


def test_words_are_drawn_as_often_as_the_network_would_say_them():
    drawn = Counter(sampled(fair, 4000, RULES, np.random.default_rng(0)))
    assert drawn[(DOG,)] / 4000 == pytest.approx(0.25, abs=0.03)


def test_the_same_seed_draws_the_same_sentences():
    one, other = (sampled(fair, 20, RULES, np.random.default_rng(7)) for _ in range(2))
    assert one == other


def test_a_sentence_without_end_is_as_long_as_a_sentence_can_be():
    def endless(last, place, told):
        logits = np.full((len(last), 6), -np.inf)
        logits[:, [DOG, CAT][place[0] % 2]] = 0.0
        return logits, ()

    rules = Grammar(START, END, frozenset({PAD}), frozenset(), longest=6, gram=9)
    assert {len(each) for each in sampled(endless, 3, rules, np.random.default_rng(0))} == {5}


def test_captions_of_a_row_come_back_as_words_without_start_and_end():
    assert references(row((DOG, CAT), (CAT,))) == [spoken((DOG, CAT)), spoken((CAT,))]


class TestSelfCritical:
    @pytest.fixture
    def rows(self):
        truth = np.stack([row((DOG,), (DOG,)), row((CAT,), (CAT,))])
        cider = Cider.fit([references(each) for each in truth])
        practice = SelfCritical(blind, one_more, RULES, cider)
        return practice(np.zeros((2, 1, 1, 1), np.float32), truth, np.random.default_rng(3))

    def test_each_picture_gets_its_own_sentences(self, rows):
        assert rows.shape == (2, SAMPLES, 8)
        assert (rows[:, :, 0] == START).all()
        assert (rows[:, :, 2] == END).all()

    def test_what_people_say_counts_more_than_what_they_do_not(self, rows):
        for truth, some in zip((DOG, CAT), rows, strict=True):
            right, wrong = some[some[:, 1] == truth], some[some[:, 1] != truth]
            assert right[:, -1].min() > 0 > wrong[:, -1].max()  # the seed draws both for each picture

    def test_the_weights_of_a_pictures_sentences_add_up_to_nothing(self, rows):
        np.testing.assert_allclose(rows[:, :, -1].sum(axis=1), 0, atol=1e-5)

    def test_a_sentence_counts_by_how_far_it_is_from_the_mean_of_the_others(self, rows):
        some = rows[0]
        reward = (some[:, 1] == DOG) * 10.0  # CIDEr-D of a perfect caption, and of one that shares no word
        others = np.array([np.delete(reward, at).mean() for at in range(SAMPLES)])
        ratio = some[:, -1] / (reward - others)
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-4)
