import pytest

from opsin.tasks._sentences import (
    LONGEST_ALT,
    MAY_SHOW,
    NOT_CLEAR,
    WAITING,
    alternative,
    counted,
    hedged,
    listed,
    shortened,
)


def test_a_hedge_tells_every_label_with_its_number():
    assert hedged({"dog": 2, "bicycle": 1}) == "A photo that may show two dogs and a bicycle"


def test_a_hedge_without_labels_says_that_nothing_is_clear():
    assert hedged({}) == NOT_CLEAR


@pytest.mark.parametrize(
    ("label", "count", "said"),
    [("dog", 1, "a dog"), ("elephant", 1, "an elephant"), ("person", 3, "three people"), ("bus", 11, "many buses")],
)
def test_labels_are_counted_in_words(label, count, said):
    assert counted(label, count) == said


def test_only_the_last_two_things_have_an_and_between_them():
    assert listed(["a dog", "a cat", "a mat"]).count(" and ") == 1


@pytest.mark.parametrize(
    "caption",
    [
        "An image of a dog",
        "a picture of a dog.",
        "Photo of a dog",
        "a close-up photo of a dog",
        "The photo shows a dog",
    ],
)
def test_an_alternative_text_does_not_say_that_it_is_a_picture(caption):
    assert alternative(caption) == "A dog."


def test_an_alternative_text_keeps_the_doubt_of_a_hedge():
    assert alternative(MAY_SHOW + "a dog") == "Possibly a dog."


def test_an_alternative_text_is_its_own_alternative():
    once = alternative("two dogs on a beach")
    assert alternative(once) == once


def test_an_alternative_text_is_never_too_long():
    long = alternative(" ".join(["a dog that runs over the grass"] * 10))
    assert len(long) <= LONGEST_ALT
    assert long.endswith(".")


@pytest.mark.parametrize("longest", range(4, 40))
def test_a_shortened_line_does_not_end_with_a_word_that_waits_for_another(longest):
    words = shortened("A dog with a ball in the grass of a park", longest).split(" ")
    assert len(words) == 1 or words[-1] not in WAITING


def test_a_word_longer_than_the_room_is_cut():
    assert shortened("A" * 50, 10) == "A" * 10
