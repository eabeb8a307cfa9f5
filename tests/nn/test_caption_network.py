import numpy as np
import pytest

from opsin.nn.backend import keras
from opsin.nn.caption_parts import parts
from opsin.nn.saved import load_network, save_network
from opsin.nn.words import END, FIRST, PAD, START

WORDS, LONGEST = 12, 6


@pytest.fixture(scope="module")
def network():
    from opsin.nn.caption_network import CaptionWriter

    keras().utils.set_random_seed(0)
    features = keras().Input((2, 3, 5), name="image")
    writer = CaptionWriter(WORDS, LONGEST, width=16, depth=2, name="writer")
    return keras().Model(features, writer(features))


@pytest.fixture(scope="module")
def writer(network):
    return network.get_layer("writer")


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(size=(2, 2, 3, 5)).astype(np.float32)


CAPTIONS = np.array([[[START, 5, 6, 7], [START, 8, END, PAD]], [[START, 4, 4, 9], [START, 10, 11, 5]]])


def logits(network, writer, features, words=CAPTIONS):
    return np.asarray(writer.write(network(features), words))


def parted(told):
    """(n, 2 depth, …) as keys and values of each block in turn."""
    return list(np.asarray(told).swapaxes(0, 1))


def filled(past, place, told):
    """With what one word tells, at its place."""
    return np.concatenate([past[:, :, :place], told[:, :, None], past[:, :, place + 1 :]], axis=2)


def rows(words, weights=1.0):
    return np.concatenate([words, np.full((*words.shape[:2], 1), weights)], axis=2).astype(np.float32)


def loss(writer, seen, truth, smoothing=0.0, temperature=1.0):
    from opsin.nn.caption_network import CaptionLoss

    return float(CaptionLoss(writer, smoothing, temperature)(truth, seen))


def nothing(captions):
    """What no word before has told."""
    return [np.zeros((captions, 1, LONGEST, 16), np.float32)] * 4


def test_each_place_tells_each_block_keys_and_values(network, features):
    assert network(features).shape == (2, 2 * 2, 1, 6, 16)


def test_word_after_word_gives_the_logits_of_all_words_at_once(network, writer, features):
    seen, whole, past = parted(network(features)), logits(network, writer, features), nothing(2)
    for place in range(CAPTIONS.shape[2]):
        answer, told = writer.step(seen, CAPTIONS[:, 0, place : place + 1], np.full((2, 1), place), past)
        np.testing.assert_allclose(answer, whole[:, 0, place], atol=1e-5)
        past = [filled(part, place, new) for part, new in zip(past, parted(told), strict=True)]


def test_captions_of_one_picture_share_what_is_seen_of_it(network, writer, features):
    seen = np.asarray(network(features))
    words, place = np.array([[5], [6], [7], [8]]), np.zeros((4, 1), int)
    shared, _ = writer.step(parted(seen), words, place, nothing(4))
    alone, _ = writer.step(parted(np.repeat(seen, 2, axis=0)), words, place, nothing(4))
    np.testing.assert_allclose(shared, alone, atol=1e-5)


def test_no_word_knows_those_that_come_later(network, writer, features):
    changed = CAPTIONS.copy()
    changed[:, :, 3] = 11
    before, after = logits(network, writer, features), logits(network, writer, features, changed)
    np.testing.assert_allclose(before[:, :, :3], after[:, :, :3], atol=1e-6)
    assert np.abs(before[:, 0, 3] - after[:, 0, 3]).max() > 1e-3


def test_a_caption_alone_gets_the_logits_that_it_gets_beside_another(network, writer, features):
    alone = logits(network, writer, features, CAPTIONS[:, 1:])
    np.testing.assert_allclose(logits(network, writer, features)[:, 1:], alone, atol=1e-5)


def test_a_picture_alone_gets_the_logits_that_it_gets_among_others(network, writer, features):
    alone = logits(network, writer, features[1:], CAPTIONS[1:])
    np.testing.assert_allclose(logits(network, writer, features)[1:], alone, atol=1e-5)


def test_the_words_depend_on_the_picture(network, writer, features):
    apart = logits(network, writer, features) - logits(network, writer, features + 1)
    assert np.abs(apart).max() > 1e-3


def test_a_saved_network_answers_the_same(network, features, tmp_path):
    save_network(network, tmp_path / "network.keras")
    again = load_network(tmp_path / "network.keras")
    np.testing.assert_array_equal(again(features), network(features))


class TestLoss:
    def test_it_is_the_mean_logarithm_of_the_words(self, network, writer, features, monkeypatch):
        monkeypatch.setattr(writer, "write", lambda seen, words, training: np.zeros((2, 2, 3, WORDS), np.float32))
        assert loss(writer, network(features), rows(CAPTIONS)) == pytest.approx(np.log(WORDS), abs=1e-5)

    def test_what_is_no_word_does_not_count(self, network, writer, features, monkeypatch):
        spoiled = np.zeros((2, 2, 3, WORDS), np.float32)
        spoiled[0, 1, 2] = np.arange(WORDS) * 100  # after the end
        monkeypatch.setattr(writer, "write", lambda seen, words, training: spoiled)
        assert loss(writer, network(features), rows(CAPTIONS)) == pytest.approx(np.log(WORDS), abs=1e-5)

    def test_a_caption_that_counts_nothing_costs_nothing(self, network, writer, features):
        assert loss(writer, network(features), rows(CAPTIONS, 0.0)) == 0

    def test_a_caption_to_be_unlearned_costs_less_the_more_unlikely_it_is(self, network, writer, features):
        assert loss(writer, network(features), rows(CAPTIONS, -1.0)) < 0


def test_the_file_of_one_word_more_answers_as_the_layer(network, writer, features, tmp_path):
    from opsin.models.caption_writer import opened_step
    from opsin.nn.caption_export import write_step
    from opsin.runtime.network import Place

    write_step(writer, tmp_path / "step.xml")
    seen = parted(network(features))
    past = list(np.random.default_rng(1).normal(size=(4, 2, 1, LONGEST, 16)).astype(np.float32))
    words, place = np.full((2, 1), FIRST, np.int32), np.full((2, 1), 3, np.int32)
    batch = dict(zip(parts("seen", 4) + parts("past", 4), seen + past, strict=True))
    raw = opened_step(tmp_path / "step.xml", Place())({**batch, "words": words, "place": place})
    for found, wanted in zip((raw["logits"], raw["told"]), writer.step(seen, words, place, past), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)

    def test_at_half_the_temperature_logits_count_twice(self, network, writer, features, monkeypatch):
        some = np.random.default_rng(0).normal(size=(2, 2, 3, WORDS)).astype(np.float32)
        monkeypatch.setattr(writer, "write", lambda seen, words, training: 2 * some)
        twice = loss(writer, network(features), rows(CAPTIONS))
        monkeypatch.setattr(writer, "write", lambda seen, words, training: some)
        assert loss(writer, network(features), rows(CAPTIONS), temperature=0.5) == pytest.approx(twice, abs=1e-5)
