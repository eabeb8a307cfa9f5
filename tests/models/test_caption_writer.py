import numpy as np
import pytest

from opsin.core.errors import WeightsError
from opsin.models import open_model
from opsin.models._beams import Sentence
from opsin.models.caption_writer import CaptionWriter
from opsin.runtime.network import Place
from opsin.tasks.captioning import CaptioningOptions


@pytest.fixture
def tiny():
    return open_model("captions_tiny.random", Place())


def picture(brightness, size=(40, 60)):
    return np.full((*size, 3), brightness, np.uint8)


@pytest.mark.parametrize(("brightness", "said"), [(250, "A bright picture"), (5, "A dark picture")])
def test_the_words_come_from_the_picture(tiny, brightness, said):
    assert tiny.run([picture(brightness)], CaptioningOptions())[0].captions == (said,)


def test_as_many_captions_come_as_are_asked_for(tiny):
    (found,) = tiny.run([picture(100)], CaptioningOptions(beams=2, limit=3))
    assert len(found.captions) == 3


def test_captions_of_one_picture_differ(tiny):
    (found,) = tiny.run([picture(100)], CaptioningOptions(beams=4, limit=4))
    assert len(set(found.captions)) == len(found.captions)


def test_more_beams_leave_the_best_caption_as_it_is(tiny):
    few, many = (tiny.run([picture(90)], CaptioningOptions(beams=beams))[0] for beams in (2, 8))
    assert few.captions == many.captions


def test_a_picture_alone_gets_the_caption_that_it_gets_among_others(tiny):
    images = [picture(30), picture(220, (90, 20))]
    together = tiny.run(images, CaptioningOptions())
    alone = [tiny.run([image], CaptioningOptions())[0] for image in images]
    assert [each.to_json() for each in together] == [each.to_json() for each in alone]


def test_scores_are_what_the_card_makes_of_how_sure_a_sentence_is(tiny):
    import dataclasses

    card = dataclasses.replace(tiny.card, temperature=0.5, offset=1.0)
    model = CaptionWriter(card, tiny.network, tiny.step, tiny.sight)
    (score,) = model.scores([Sentence((4,), (-0.2, -0.4))])
    assert score == pytest.approx(1 / (1 + np.exp(0.3 / 0.5 - 1.0)))


def test_below_the_cards_threshold_it_is_not_sure(tiny):
    import dataclasses

    model = CaptionWriter(dataclasses.replace(tiny.card, reject_below=0.99), tiny.network, tiny.step, tiny.sight)
    assert not model.run([picture(128)], CaptioningOptions())[0].sure


def test_a_folder_without_the_second_half_is_told(taught):
    (taught / "network.xml").write_text("<net/>")
    with pytest.raises(WeightsError, match=r"must hold network.xml and step.xml"):
        CaptionWriter.open_folder(open_model("captions_tiny.random", Place()).card, taught / "network.xml", Place())
