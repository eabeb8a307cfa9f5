import numpy as np
import pytest

from opsin.core.errors import InputError, OptionError
from opsin.tasks._sentences import NOT_CLEAR
from opsin.tasks.captioning import Caption, CaptioningOptions, score, told


def caption(*captions, scores=None, **more):
    scores = np.linspace(0.9, 0.1, len(captions)) if scores is None else scores
    return Caption(height=60, width=80, text=captions[0], captions=captions, scores=scores, **more)


SAID, SCORES = ["A dog runs", "A cat sits"], np.array([0.6, 0.3], np.float32)


def test_captions_come_best_first():
    with pytest.raises(InputError, match="must come best first"):
        caption("A dog", "A cat", scores=[0.1, 0.9])


def test_the_score_is_that_of_the_first_caption():
    assert caption("A dog", "A cat", scores=[0.5, 0.25]).score == 0.5


def test_json_brings_the_same_caption_back():
    first = caption("A dog", "A cat", sure=False)
    assert Caption.from_dict(first.to_dict()).to_dict() == first.to_dict()


def test_a_drawing_has_the_size_of_the_picture_and_letters_on_it():
    image = np.full((60, 80, 3), 128, np.uint8)
    drawn = caption("A dog").draw(image)
    assert drawn.shape == image.shape
    assert (drawn != image).any()


class TestTold:
    def test_a_sure_caption_is_what_is_said(self):
        assert told(SAID, SCORES, 0.5, CaptioningOptions())["text"] == "A dog runs"

    def test_a_caption_below_the_models_threshold_is_not_said(self):
        fields = told(SAID, SCORES, 0.7, CaptioningOptions())
        assert (fields["text"], fields["sure"]) == (NOT_CLEAR, False)

    def test_what_is_asked_weighs_more_than_the_models_threshold(self):
        assert told(SAID, SCORES, 0.7, CaptioningOptions(min_score=0.5))["sure"]

    def test_a_caption_that_is_not_said_is_told_all_the_same(self):
        assert told(SAID, SCORES, 0.7, CaptioningOptions())["captions"] == ("A dog runs",)

    def test_as_many_captions_are_told_as_are_asked_for(self):
        assert told(SAID, SCORES, 0.5, CaptioningOptions(limit=2))["captions"] == tuple(SAID)

    def test_no_caption_at_all_is_not_sure(self):
        assert told([], np.zeros(0), 0.0, CaptioningOptions())["text"] == NOT_CLEAR

    def test_an_alternative_text_is_a_sentence(self):
        assert told(SAID, SCORES, 0.5, CaptioningOptions(alt=True))["text"] == "A dog runs."


def test_beams_must_be_one_at_least():
    with pytest.raises(OptionError, match="beams must be at least 1; got 0"):
        CaptioningOptions(beams=0)


def test_who_says_what_people_say_has_full_marks():
    texts = ["a brown dog runs over the grass", "two men in red shirts play a game"]
    figures = score([caption(text) for text in texts], [caption(text) for text in texts])
    assert figures["bleu_4"] == pytest.approx(1.0)
    assert figures["cider_d"] == pytest.approx(10.0)


def test_who_says_nothing_scores_nothing():
    nothing = Caption(height=1, width=1, text="", captions=(), scores=[])
    assert score([nothing, nothing], [caption("A dog runs"), caption("A cat sits")])["rouge_l"] == 0
