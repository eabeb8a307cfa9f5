import numpy as np
import pytest

from opsin.models import open_model
from opsin.models.captioner import MOST
from opsin.runtime.network import Place
from opsin.tasks.captioning import CaptioningOptions

UNSURE = CaptioningOptions(min_score=1.0)


@pytest.fixture
def tiny():
    return open_model("captioner_tiny", Place())


@pytest.fixture
def bright():
    return np.full((40, 60, 3), 250, np.uint8)


@pytest.fixture
def grey():
    """Neither bright nor dark: the stand-in of the detector is sure of nothing."""
    return np.full((40, 60, 3), 128, np.uint8)


def test_a_sure_caption_is_said(tiny, bright):
    assert tiny.run([bright], CaptioningOptions(min_score=0.0))[0].text == "A bright picture"


def test_where_it_is_not_sure_it_says_what_the_detector_is_sure_of(tiny, bright):
    (answer,) = tiny.run([bright], UNSURE)
    assert answer.text == "A photo that may show four brights"
    assert not answer.sure


def test_where_the_detector_finds_nothing_the_classifier_is_asked(tiny, grey):
    assert tiny.run([grey], UNSURE)[0].text == "A photo; what it shows is not clear"


def test_what_it_would_have_said_is_told_all_the_same(tiny, bright):
    assert tiny.run([bright], UNSURE)[0].captions == ("A bright picture",)


def test_an_alternative_text_keeps_its_doubt(tiny, bright):
    asked = CaptioningOptions(min_score=1.0, alt=True)
    assert tiny.run([bright], asked)[0].text == "Possibly four brights."


def test_no_more_kinds_of_things_are_told_than_make_a_sentence(tiny, bright, monkeypatch):
    class Many:
        labels = ("dog", "cat", "cow", "bus", "dog")

        def run(self, images, options):
            return [self]

    monkeypatch.setitem(tiny.parts, "detection", Many())
    assert tiny.run([bright], UNSURE)[0].text == "A photo that may show two dogs, a cat and a cow"
    assert MOST == 3


def test_the_name_on_the_answer_is_its_own(tiny, bright):
    assert tiny.run([bright], CaptioningOptions())[0].model == "captioner_tiny"
