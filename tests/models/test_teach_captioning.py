import numpy as np
import pytest

from opsin.core.errors import UnknownNameError
from opsin.data.captions import Captions
from opsin.data.dataset import Arrays, Dataset
from opsin.models import TEACHERS, Blueprint, assemble
from opsin.models._architecture import ARCHITECTURES
from opsin.models._writing import LONGEST
from opsin.models.teach_captioning import LEAST, MOST
from opsin.nn.words import END, FIRST, START

TEXTS = ["A dog runs.", "A dog sits.", "The cat sits."]


def data(*captions, parts=None):
    truth = np.empty(len(captions), object)
    truth[:] = [Captions(tuple(each)) for each in captions]
    count = len(captions)
    pixels = np.zeros((count, 8, 8, 3), np.uint8)
    parts = np.array(parts or ["train"] * count)
    return Dataset(name="said", labels=(), pictures=Arrays(pixels, np.arange(count)), truth=truth, parts=parts)


@pytest.fixture
def teacher():
    return TEACHERS.get("captioning").for_labels(("a", "dog", "runs", "sits"))


@pytest.fixture(scope="module")
def network():
    teacher = TEACHERS.get("captioning")
    head = lambda features: teacher.head(features, ("a", "dog", "runs", "sits"))  # noqa: E731
    return assemble(ARCHITECTURES.get("captioner"), Blueprint(size=(1, 2), channels=3), head)


def test_the_words_that_occur_often_enough_become_labels():
    prepared = TEACHERS.get("captioning").prepared(data(*[TEXTS] * (LEAST - 1), ["A dog naps."]))
    assert prepared.labels == ("a", "dog", "sits") or set(prepared.labels) == {"a", "dog", "sits"}


def test_words_are_learned_from_the_training_part_alone():
    parts = ["train"] * LEAST + ["validation"] * LEAST
    prepared = TEACHERS.get("captioning").prepared(data(*[["a dog"]] * LEAST, *[["a yak"]] * LEAST, parts=parts))
    assert set(prepared.labels) == {"a", "dog"}


def test_data_without_anything_to_learn_from_stay_as_they_are():
    judging = data(TEXTS, parts=["validation"])
    assert TEACHERS.get("captioning").prepared(judging) is judging


def test_a_row_holds_the_numbers_of_the_words_and_what_a_caption_counts(teacher):
    (row,) = teacher.encode(data(["A dog runs."]).truth, [], 4)
    assert row.shape == (1, LONGEST + 2)
    assert row[0, :5].tolist() == [START, FIRST, FIRST + 1, FIRST + 2, END]
    assert row[0, -1] == 1


def test_a_picture_with_fewer_captions_has_some_that_count_nothing(teacher):
    rows = teacher.encode(data(["A dog"], ["A dog", "A cat"]).truth, [], 4)
    assert rows[:, :, -1].tolist() == [[1, 0], [1, 1]]


def test_of_many_captions_the_first_are_learned(teacher):
    rows = teacher.encode(data(["A dog"] * 9).truth, [], 4)
    assert rows.shape[1] == MOST


def test_an_unknown_loss_is_told(teacher, network):
    with pytest.raises(UnknownNameError, match="There is no loss for captioning called 'dice'"):
        teacher.for_network(network).loss({"loss": "dice", "label_smoothing": 0.0}, (1, 2))


def test_captions_are_judged_beside_those_of_people(teacher, network):
    bound = teacher.for_network(network)
    features = np.random.default_rng(0).normal(size=(3, 1, 2, 3)).astype(np.float32)
    raw = np.asarray(network(features))
    said = [each[0].words for each in bound._sentences(raw, 1)]
    rows = bound.encode(data(*[[" ".join(bound.words[n - FIRST] for n in words)] for words in said]).truth, [], 4)
    assert bound.figures([(raw, rows)])["bleu_4"] == pytest.approx(1.0, abs=1e-6) or max(map(len, said)) < 4


def test_two_networks_agree_where_they_write_the_same(teacher, network):
    bound = teacher.for_network(network)
    raw = np.asarray(network(np.random.default_rng(0).normal(size=(4, 1, 2, 3)).astype(np.float32)))
    assert bound.agreement(raw, raw) == 1.0


def test_its_own_captions_are_judged_only_where_that_is_asked_for(teacher, network):
    rows = teacher.encode(data(TEXTS, TEXTS).truth, [], 4)
    bound = teacher.for_network(network)
    assert bound.practice("auto", rows) is None
    assert bound.practice("cider", rows) is not None
