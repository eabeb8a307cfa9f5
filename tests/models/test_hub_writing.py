import io
import itertools

import numpy as np
import pytest

import opsin
from opsin.models import open_model
from opsin.models._hub import keras_hub
from opsin.models._hub_writing import every_beam, likelihood
from opsin.runtime.network import Place

# KerasHub leaves the files of its pieces of words open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

RANDOM = np.random.default_rng(0).normal(size=(4, 5))
END = 1


def test_what_is_as_likely_as_all_else_has_its_share():
    assert likelihood(np.zeros((4, 5)), np.array([0, 3, 2, 4])) == pytest.approx(1 / 5)


def test_what_is_certain_scores_one():
    assert likelihood(np.eye(3) * 100, np.arange(3)) == pytest.approx(1)


def test_a_number_added_to_all_logits_changes_nothing():
    right = np.array([1, 0, 4, 2])
    assert likelihood(RANDOM + 1e4, right) == pytest.approx(likelihood(RANDOM, right))


def test_the_end_does_not_count():
    assert likelihood(RANDOM, np.array([1, 0, 4, 2])) == likelihood(RANDOM, np.array([1, 0, 4, 3]))


@pytest.mark.parametrize("pieces", [0, 1])
def test_a_text_without_words_scores_nothing(pieces):
    assert likelihood(np.zeros((pieces, 5)), np.zeros(pieces, int)) == 0


# With KerasHub itself, where it is installed.


@pytest.fixture(scope="module")
def hub():
    pytest.importorskip("keras_hub", reason='KerasHub is not here: pip install "opsin[hub]"')
    return keras_hub()


@pytest.fixture(scope="module")
def chances():
    """(4, 4) how likely each piece follows each: nothing (0) never does, and after the end anything may."""
    found = np.random.default_rng(2).uniform(0.05, 1, (4, 4))
    found[:, 0] = 0
    return found / found.sum(axis=1, keepdims=True)


def searched(chances, beams, longest=4, one_by_one=False):
    """The texts that a search finds, after the question [3, 2]."""
    with np.errstate(divide="ignore"):
        logits = np.log(chances).astype(np.float32).clip(-1e4)

    def step(pieces, cache, at):
        last = np.asarray(pieces)[:, int(at) - 1]
        return logits[last], logits[last], cache

    asked = np.array([[3, 2, *[0] * longest]], np.int32)
    given = {"prompt": asked, "cache": np.zeros((1, 2), np.float32), "index": 2, "mask": asked > 0}
    found = every_beam(beams, one_by_one)(next=step, stop_token_ids=[END], hidden_states=None, model=None, **given)
    return [ended(row[2:]) for row in np.asarray(found)]


def ended(pieces):
    pieces = [int(each) for each in pieces]
    return tuple(pieces[: pieces.index(END) + 1] if END in pieces else pieces)


def all_texts(chances, longest=4):
    """Every text there can be, most likely first."""
    texts = {ended(each) for each in itertools.product((1, 2, 3), repeat=longest)}
    return sorted(texts, key=lambda text: -np.prod([chances[pair] for pair in itertools.pairwise((2, *text))]))


def test_a_search_wide_enough_finds_the_likeliest_texts_in_their_order(hub, chances):
    assert searched(chances, beams=24)[:10] == all_texts(chances)[:10]


def test_sentences_that_go_on_one_by_one_are_the_same(hub, chances):
    assert searched(chances, beams=3, one_by_one=True) == searched(chances, beams=3)


WORDS = ("a", "dog", "cat", "runs", "on", "the", "grass", "caption", "en")


@pytest.fixture(scope="module")
def preset(hub, tmp_path_factory):
    """The folder of a PaliGemma of random numbers, with a few words."""
    from opsin.nn.backend import keras

    folder = tmp_path_factory.mktemp("preset")
    keras().utils.set_random_seed(1)
    pieces = hub.models.PaliGemmaTokenizer(proto=learned_pieces(folder / "pieces.spm"))
    size = {"hidden_dim": 8, "intermediate_dim": 16, "num_layers": 2, "num_query_heads": 2, "num_key_value_heads": 1}
    eye = {f"vit_{name}": 2 for name in ("num_layers", "num_heads")}
    eye |= {"vit_patch_size": 4, "vit_hidden_dim": 8, "vit_intermediate_dim": 16}
    network = hub.models.PaliGemmaBackbone(pieces.vocabulary_size(), image_size=16, head_dim=4, **size, **eye)
    looks = hub.layers.PaliGemmaImageConverter(image_size=(16, 16), scale=1 / 127.5, offset=-1)
    reads = hub.models.PaliGemmaCausalLMPreprocessor(pieces, looks, sequence_length=32)
    hub.models.PaliGemmaCausalLM(reads, network).save_to_preset(str(folder / "tiny"))
    return folder / "tiny"


def learned_pieces(file):
    trainer = pytest.importorskip("sentencepiece").SentencePieceTrainer
    said, found = np.random.default_rng(0), io.BytesIO()
    lines = [" ".join(said.choice(WORDS, 6)) for _ in range(200)]
    names = {f"{name}_piece": f"<{name}>" for name in ("pad", "eos", "bos", "unk")}
    numbers = {"pad_id": 0, "eos_id": END, "bos_id": 2, "unk_id": 3, "vocab_size": 60, "hard_vocab_limit": False}
    trainer.train(sentence_iterator=iter(lines), model_writer=found, minloglevel=2, **numbers, **names)
    file.write_bytes(found.getvalue())
    return str(file)


def picture(seed):
    return np.random.default_rng(seed).integers(0, 255, (20, 30, 3), dtype=np.uint8)


@pytest.mark.slow
def test_a_folder_of_a_preset_answers(preset):
    answer = opsin.caption(picture(0), model=f"hub:{preset}", limit=3)
    assert 1 <= len(answer.captions) <= 3
    assert answer.scores.min() > 0
    assert answer.scores.max() < 1


@pytest.mark.slow
def test_it_looks_at_the_picture(preset):
    one, other = (opsin.caption(picture(seed), model=f"hub:{preset}") for seed in (0, 1))
    assert one.score != other.score


@pytest.mark.slow
def test_a_picture_alone_gets_the_answer_that_it_gets_among_others(preset):
    model = open_model(f"hub:{preset}", Place())
    assert model.run([picture(0), picture(1)], None)[1].captions == model.run([picture(1)], None)[0].captions


@pytest.mark.slow
def test_one_beam_writes_what_kerashub_writes(hub, preset):
    writer = open_model(f"hub:{preset}", Place()).writer
    (written,) = writer(picture(0), beams=1, limit=1)
    model = hub.models.CausalLM.from_preset(str(preset))
    asked = {"images": picture(0)[None].astype(np.float32), "prompts": ["caption en\n"]}
    assert [written.text] == model.generate(asked, max_length=writer._longest, strip_prompt=True)


@pytest.mark.slow
def test_more_beams_find_a_text_at_least_as_likely(preset):
    writer = open_model(f"hub:{preset}", Place()).writer
    one, four = (writer(picture(0), beams, 1)[0].score for beams in (1, 4))
    assert four >= one
