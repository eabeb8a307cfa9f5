import json

import numpy as np
import pytest

from opsin.core.errors import OptionError, UnknownNameError
from opsin.models import card_of, open_model
from opsin.runtime.network import Place
from opsin.tasks.classification import Classification
from opsin.tasks.detection import Detections
from opsin.uses.look import LOOK, Look, Looking, LookOptions

IMAGE = np.full((60, 80, 3), 90, np.uint8)
WHOLE = Classification(height=60, width=80, labels=("kitchen",), scores=(0.75,), model="c")
THINGS = Detections(height=60, width=80, labels=("cup",), scores=(0.5,), boxes=[[8, 6, 40, 30]], model="d")
NOTHING = Detections(height=60, width=80, labels=(), scores=(), boxes=(), model="d")


def looked(*answers, **other):
    return Look(height=60, width=80, model="look", answers=answers or (WHOLE, THINGS), **other)


class Asked:
    """A part that remembers how it was asked."""

    def __init__(self, answer):
        self.answer, self.options = answer, None

    def run(self, images, options):
        self.options = options
        return [self.answer] * len(images)


@pytest.fixture
def parts():
    return {"classification": Asked(WHOLE), "detection": Asked(THINGS)}


def test_it_asks_each_part_and_puts_the_answers_side_by_side(parts):
    first, second = Looking(card_of("look_tiny"), parts).run([IMAGE, IMAGE[:30]], LookOptions())
    assert first.answers == second.answers == (WHOLE, THINGS)
    assert (first.size, second.size, first.model) == ((60, 80), (30, 80), "look_tiny")


def test_each_part_is_asked_with_its_own_options(parts):
    options = LookOptions(limit=2, min_label_score=0.2, min_score=0.7)
    Looking(card_of("look_tiny"), parts).run([IMAGE], options)
    assert (parts["classification"].options.limit, parts["classification"].options.min_score) == (2, 0.2)
    assert parts["detection"].options.min_score == 0.7


def test_what_is_not_asked_stays_as_the_tasks_have_it(parts):
    Looking(card_of("look_tiny"), parts).run([IMAGE], LookOptions(limit=1))
    assert parts["detection"].options.limit == 100


def test_its_answers_are_those_of_its_parts():
    model = open_model("look_tiny", Place())
    look = model.run([IMAGE], LookOptions(min_label_score=0, min_score=0))[0]
    assert [answer.model for answer in look.answers] == [
        "pplcnetv2_tiny_classification.random",
        "picodet_tiny.random",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"limit": 0}, r"^limit must be at least 1; got 0\.$"),
        ({"min_label_score": 2}, r"^min_label_score must be at most 1\.0; got 2\.$"),
        ({"min_score": "high"}, r"^min_score must be a number; got 'high'\.$"),
    ],
)
def test_options_out_of_range_are_refused(options, said):
    with pytest.raises(OptionError, match=said):
        LookOptions(**options)


def test_the_summary_is_that_of_every_answer_that_says_something():
    assert looked().summary == f"kitchen 0.75; {THINGS.summary}"
    assert looked(WHOLE, NOTHING).summary == "kitchen 0.75"


def test_json_holds_the_answers_whole():
    said = json.loads(looked().to_json())
    assert list(said) == ["height", "width", "task", "model", "answers"]
    assert said["answers"] == [WHOLE.to_dict(), THINGS.to_dict()]


def test_it_comes_back_from_its_json():
    look = Look.from_dict(json.loads(looked().to_json()))
    assert look.to_dict() == looked().to_dict()
    assert [type(answer) for answer in look.answers] == [Classification, Detections]


def test_an_answer_of_an_unknown_task_does_not_come_back():
    with pytest.raises(UnknownNameError, match=r"^There is no task called 'guessing'"):
        Look.from_dict({"height": 1, "width": 1, "answers": [{"task": "guessing"}]})


def test_rows_say_which_task_they_answer():
    assert looked().rows() == [
        {"asked": "classification", "label": "kitchen", "score": 0.75},
        {"asked": "detection", "label": "cup", "score": 0.5, "x0": 8, "y0": 6, "x1": 40, "y1": 30},
    ]


def test_every_row_fits_under_the_columns():
    assert all(set(row) <= set(Look.columns()) for row in looked().rows())


def test_every_answer_is_drawn_the_first_on_top():
    image = np.full((240, 320, 3), 90, np.uint8)
    around = Detections(height=240, width=320, labels=("cup",), scores=(0.5,), boxes=[[0, 0, 320, 230]])
    assert (WHOLE.draw(around.draw(image)) != around.draw(WHOLE.draw(image))).any()
    assert (looked(WHOLE, around).draw(image) == WHOLE.draw(around.draw(image))).all()


def test_drawing_leaves_the_image_alone():
    before = IMAGE.copy()
    looked().draw(IMAGE)
    assert (before == IMAGE).all()


def test_resized_every_answer_is():
    look = looked().resized((120, 160))
    assert [answer.size for answer in (look, *look.answers)] == [(120, 160)] * 3
    assert look.answers[1].boxes.tolist() == [[16, 12, 80, 60]]


def test_it_is_a_task_like_any_other():
    assert (LOOK.verb, LOOK.result, LOOK.default) == ("look", Look, "look")
