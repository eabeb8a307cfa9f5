"""Whether a file gives the same answers, by numbers that can be checked by hand."""

import dataclasses

import numpy as np
import pytest

from opsin.core.errors import ImageError, InputError
from opsin.data.dataset import Arrays
from opsin.engine.parity import ENGINES, Parity, compare, samples, trial
from opsin.models import TEACHERS
from opsin.nn.formats import FORMATS
from opsin.weights.card import Card
from opsin.weights.folder import NETWORKS

GOOD = Parity(1000, 10, 1e-5, 1e-6, 1.0, "accuracy", 0.95, 0.95)
TEACHER = TEACHERS.get("classification")
CARD = Card(
    name="paint", task="classification", summary="", labels=("red", "green", "blue"), input_size=(4, 6), licence=""
)


def one_hot(numbers, labels):
    return np.eye(labels)[numbers]


def test_the_same_logits_differ_by_nothing():
    logits = np.random.default_rng(0).normal(size=(50, 4))
    found = compare(logits, logits, one_hot(logits.argmax(axis=1), 4), TEACHER)
    assert (found.difference, found.relative, found.agreement, found.quality_after) == (0, 0, 1, 1)


def test_a_difference_is_measured_by_its_own_pictures_largest_logit():
    before = [[1.0, -2.0], [100.0, 0.0]]
    after = [[1.0, -2.2], [100.5, 0.0]]
    found = compare(before, after, one_hot([0, 0], 2), TEACHER)
    assert found.difference == pytest.approx(0.5)
    assert found.relative == pytest.approx(0.1)  # 0.2 of 2; the other is 0.005


def test_answers_and_accuracy_are_counted():
    before = np.eye(4)
    after = before[[0, 1, 2, 0]]
    found = compare(before, after, one_hot([0, 1, 0, 3], 4), TEACHER)
    assert (found.agreement, found.figure, found.quality_before, found.quality_after) == (0.75, "accuracy", 0.75, 0.5)
    assert (found.pictures, found.variety) == (4, 4)


def test_another_number_of_logits_is_refused():
    with pytest.raises(InputError, match=r"The file answers with \(2, 3\) numbers, the network with \(2, 4\)"):
        compare(np.zeros((2, 4)), np.zeros((2, 3)), np.zeros((2, 4)), TEACHER)


def faults(is_exact=True, **values):
    return dataclasses.replace(GOOD, **values).faults(is_exact=is_exact)


def test_what_is_within_tolerance_has_no_faults():
    assert faults() == faults(relative=1e-3, agreement=0.999) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"relative": 1.1e-3}, "raw answers differ by 1.1e-03 of the largest (1e-03 is allowed)"),
        ({"relative": float("nan")}, "raw answers differ by nan of the largest (1e-03 is allowed)"),
        ({"agreement": 0.998}, "only 99.80% of the answers are the same (99.9% is wanted)"),
        ({"variety": 1}, "all 1000 pictures got the same answer, which proves nothing: give others with --data"),
    ],
)
def test_what_is_outside_is_said_in_words(values, said):
    assert faults(**values) == [said]


def test_of_rounded_numbers_only_the_accuracy_counts():
    assert faults(is_exact=False, relative=0.2, agreement=0.9, quality_after=0.9451) == []
    assert faults(is_exact=False, quality_after=0.94) == ["the accuracy falls by 1.00%, from 95.00% (0.5% is allowed)"]
    assert faults(is_exact=False, variety=1)[0].startswith("all 1000 pictures got the same answer")


def test_a_better_accuracy_is_no_fault():
    assert faults(is_exact=False, quality_after=0.99) == []


def test_pictures_come_from_validation_first_then_from_training(paint):
    assert len(trial(paint, CARD, 20).rows) == 20
    part = trial(paint, CARD, 30)
    assert sorted(part.rows.argmax(axis=1)) == sorted(paint.part("validation").truth)
    assert len(trial(paint, CARD, 1000).rows) == 90  # the test part is never looked at


def test_pictures_are_fitted_as_the_card_says(paint):
    found = trial(paint, CARD, 10)
    assert (found.pixels.shape, found.pixels.dtype) == ((10, 4, 6, 3), np.uint8)


def test_pictures_of_a_sorted_set_are_of_all_kinds(paint):
    order = np.argsort(paint.truth, kind="stable")
    assert set(trial(paint.take(order), CARD, 12).rows.argmax(axis=1)) == {0, 1, 2}


def test_samples_are_of_the_training_part_alone(paint):
    found = list(samples(paint, CARD, 200))
    assert len(found) == 60
    assert {(each.shape, each.dtype.name) for each in found} == {((1, 4, 6, 3), "float32")}


class Unreadable(Arrays):
    """Pictures of which every second one cannot be read."""

    def __getitem__(self, index):
        if index % 2:
            raise ImageError("damaged")
        return super().__getitem__(index)


def test_pictures_that_cannot_be_read_are_passed_over(paint):
    pictures = Unreadable(paint.pictures.pixels, paint.pictures.numbers)
    data = dataclasses.replace(paint, pictures=pictures)
    assert len(trial(data, CARD, 1000).rows) == 45


def test_data_with_other_labels_are_refused(paint):
    with pytest.raises(InputError, match=r"paint has other labels than paint was taught"):
        trial(paint, dataclasses.replace(CARD, labels=("a", "b", "c")), 10)


def test_without_a_picture_nothing_can_be_compared(paint):
    with pytest.raises(InputError, match="None of the pictures of paint can be read"):
        trial(paint.part("test"), CARD, 10)


def test_logits_come_in_batches_and_are_told_of(paint):
    found, told = trial(paint, CARD, 90), []
    logits = found.answers(lambda batch: {"logits": batch["image"].mean(axis=(1, 2))}, told.append)
    assert logits == pytest.approx(found.pixels.mean(axis=(1, 2)))
    assert told == [64, 90]


def test_every_format_is_run_with_its_own_engine_and_with_ours():
    for form in FORMATS:
        assert "openvino" in ENGINES[form.network]
        assert form.network in NETWORKS
