from types import SimpleNamespace

import numpy as np
import pytest

import opsin
from opsin.core.errors import RefusedError, UsageError, WeightsError
from opsin.models import card_of, open_model
from opsin.models.hub_captioner import first_sentence
from opsin.runtime.network import Place

NAME = "hub:pali_gemma_3b_mix_224"
IMAGE = np.zeros((200, 100, 3), np.uint8)


class Preprocessor:
    """A question of five pieces; of each text, one piece and the end."""

    def __init__(self, size=(64, 48)):
        self.image_converter = SimpleNamespace(image_size=size) if size else None

    def generate_preprocess(self, asked):
        return {"padding_mask": np.array([[1] * 5 + [0] * 20])}

    def __call__(self, told, sequence_length):
        places = (len(told["responses"]), 2)
        return told["responses"], np.zeros(places, int), np.ones(places, int)


class PaliGemmaCausalLM:
    """Writes as KerasHub's models do: these texts, which it finds so likely."""

    def __init__(self, texts, size=(64, 48)):
        self.texts, self.preprocessor, self.compiled = texts, Preprocessor(size), []

    def compile(self, sampler, jit_compile):
        self.compiled.append(sampler)

    def generate(self, asked, max_length, strip_prompt):
        self.asked, self.longest = asked, max_length
        return list(self.texts)[: self.compiled[-1]]

    def __call__(self, texts, training):
        return np.log([[[self.texts[each], 1 - self.texts[each]], [0.5, 0.5]] for each in texts])


@pytest.fixture
def hub(hub_of, monkeypatch):
    """Puts a model where KerasHub would have one, whose licence is accepted; answers what it was opened with."""

    def offer(model):
        opened = {}
        presets = dict.fromkeys([NAME.removeprefix("hub:")])
        known = SimpleNamespace(presets=presets)
        causal = SimpleNamespace(from_preset=lambda name, **options: opened.update(options) or model)
        hub_of(PaliGemmaCausalLM=known, CausalLM=causal)
        return opened

    ops = SimpleNamespace(convert_to_numpy=np.asarray, cast=np.asarray)
    monkeypatch.setattr("opsin.models._hub_writing.keras", lambda: SimpleNamespace(ops=ops))
    monkeypatch.setattr("opsin.models._hub_writing.every_beam", lambda beams, one_by_one: beams)
    monkeypatch.setenv("OPSIN_LICENCES", "permissive,LicenseRef-Gemma")
    return offer


def test_what_is_written_becomes_a_caption(hub):
    hub(PaliGemmaCausalLM({"a dog on a beach.": 0.75}))
    answer = opsin.caption(IMAGE, model=NAME)
    assert (answer.text, answer.captions, answer.model) == ("A dog on a beach", ("A dog on a beach",), NAME)
    assert answer.scores == pytest.approx([0.75])


def test_it_is_asked_as_it_was_taught(hub):
    model = PaliGemmaCausalLM({"a dog": 0.5})
    hub(model)
    opsin.caption(IMAGE, model=NAME)
    assert model.asked["prompts"] == ["caption en\n"]
    assert model.asked["images"].shape == (1, *IMAGE.shape)
    assert model.longest == 5 + 48


def test_candidates_come_most_certain_first(hub):
    hub(PaliGemmaCausalLM({"a dog": 0.25, "a cat": 0.5, "a rat": 0.125, "a bat": 0.75}))
    answer = opsin.caption(IMAGE, model=NAME, limit=3)
    assert answer.captions == ("A cat", "A dog", "A rat")
    assert answer.scores == pytest.approx([0.5, 0.25, 0.125])


def test_texts_that_differ_in_their_full_stop_are_one_caption(hub):
    hub(PaliGemmaCausalLM({"a dog": 0.25, "a dog.": 0.5}))
    answer = opsin.caption(IMAGE, model=NAME, limit=2)
    assert (answer.captions, answer.scores.tolist()) == (("A dog",), [0.5])


def test_it_searches_with_as_many_beams_as_captions_are_asked_for(hub):
    model = PaliGemmaCausalLM({"a dog": 0.5})
    hub(model)
    for beams, limit in ((1, 1), (1, 1), (2, 1), (2, 4)):
        opsin.caption(IMAGE, model=NAME, beams=beams, limit=limit)
    assert model.compiled == [1, 2, 4]  # not again for what it can do already


def test_it_counts_as_sure_unless_a_least_score_is_asked_for(hub):
    hub(PaliGemmaCausalLM({"a dog": 0.0625}))
    assert opsin.caption(IMAGE, model=NAME).sure
    unsure = opsin.caption(IMAGE, model=NAME, min_score=0.1)
    assert (unsure.sure, unsure.text) == (False, "A photo; what it shows is not clear")


def test_without_a_word_nothing_is_clear(hub):
    hub(PaliGemmaCausalLM({"\n": 0.5}))
    assert opsin.caption(IMAGE, model=NAME).captions == ()


def test_an_alternative_text_is_a_sentence(hub):
    hub(PaliGemmaCausalLM({"a photo of a dog": 0.5}))
    assert opsin.caption(IMAGE, model=NAME, alt=True).text == "A dog."


def test_pictures_are_read_no_larger_than_it_sees_them(hub):
    hub(PaliGemmaCausalLM({"a dog": 0.5}))
    assert open_model(NAME, Place()).reading_size(None) == (64, 48)


def test_half_the_memory_can_be_asked_for(hub):
    opened = hub(PaliGemmaCausalLM({"a dog": 0.5}))
    opsin.caption(IMAGE, model=NAME, precision="bf16")
    assert opened == {"dtype": "bfloat16"}


def test_another_device_is_refused(hub):
    hub(PaliGemmaCausalLM({}))
    with pytest.raises(UsageError, match="KerasHub's models run in Keras, which chooses the device: leave it out"):
        opsin.caption(IMAGE, model=NAME, device="GPU")


def test_a_model_of_texts_only_is_refused(hub):
    hub(PaliGemmaCausalLM({}, size=None))
    with pytest.raises(WeightsError, match="The preset reads texts only; captions need one that sees pictures"):
        opsin.caption(IMAGE, model=NAME)


def test_googles_terms_must_be_accepted_first(hub, monkeypatch):
    hub(PaliGemmaCausalLM({"a dog": 0.5}))
    monkeypatch.delenv("OPSIN_LICENCES")
    with pytest.raises(RefusedError, match="accept it with OPSIN_LICENCES=permissive,LicenseRef-Gemma"):
        opsin.caption(IMAGE, model=NAME)


def test_the_card_does_not_claim_calibrated_scores(hub):
    hub(PaliGemmaCausalLM({}))
    card = card_of(NAME)
    assert "Its scores are not calibrated" in card.summary
    assert (card.temperature, card.offset, card.reject_below) == (1, 0, 0)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" a dog\n", "A dog"),
        ("A dog. A cat.", "A dog"),
        ("Is it a dog? Yes.", "Is it a dog?"),
        ("Sure:\n* \u201cA dog\u201d", "A dog"),
        ("<loc0012>a dog<end_of_turn>", "A dog"),
        ("a dog at 3.5 metres", "A dog at 3.5 metres"),
        ("...", ""),
        ("", ""),
    ],
)
def test_the_first_sentence_is_kept(text, sentence):
    assert first_sentence(text) == sentence
