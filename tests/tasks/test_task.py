"""What all results have in common, and what a task is."""

import json
from dataclasses import dataclass

import numpy as np
import pytest

from opsin.core.errors import OptionError
from opsin.core.options import Options, quality_option
from opsin.media.sources import read_image
from opsin.tasks import TASKS, Result, Task
from opsin.tasks.classification import CLASSIFICATION, Classification, ClassificationOptions

IMAGE = np.full((40, 60, 3), 7, np.uint8)


@dataclass(frozen=True, eq=False, kw_only=True)
class Tint(Result):
    """A result of its own: it paints the image."""

    shade: int = 0

    task = "tinting"

    @property
    def summary(self):
        return f"shade {self.shade}"

    def draw(self, image):
        return np.full_like(image, self.shade)

    def resized(self, size):
        return Tint(height=size[0], width=size[1], model=self.model, shade=self.shade)


TINT = Tint(height=40, width=60, model="tinter", shade=90)


def test_a_result_says_first_what_it_is_about_and_then_its_answer():
    assert list(TINT.to_dict().items()) == [
        ("height", 40),
        ("width", 60),
        ("task", "tinting"),
        ("model", "tinter"),
        ("shade", 90),
    ]


def test_what_is_true_has_no_model():
    assert Tint(height=1, width=1).to_dict()["model"] == ""


def test_the_size_is_height_then_width():
    assert TINT.size == (40, 60)


def test_a_result_that_cannot_be_drawn_is_no_result():
    with pytest.raises(TypeError, match="abstract"):
        Result(height=1, width=1)


def test_fields_are_given_by_name_only():
    with pytest.raises(TypeError, match="positional"):
        Tint(40, 60)


@pytest.mark.parametrize("name", ["answer.json", "ANSWER.JSON"])
def test_saved_as_json_it_is_one_line(tmp_path, name):
    TINT.save(tmp_path / name)
    text = (tmp_path / name).read_text()
    assert text.endswith("}\n")
    assert text.count("\n") == 1
    assert json.loads(text) == TINT.to_dict()


def test_saved_as_json_it_comes_back(tmp_path):
    TINT.save(str(tmp_path / "answer.json"))
    assert Tint.from_dict(json.loads((tmp_path / "answer.json").read_text())).to_dict() == TINT.to_dict()


def test_saved_as_a_picture_it_is_drawn(tmp_path):
    TINT.save(tmp_path / "drawn.png", IMAGE)
    assert (read_image(tmp_path / "drawn.png") == 90).all()
    assert (IMAGE == 7).all()


def test_a_path_in_words_is_a_path_too(tmp_path):
    TINT.save(f"{tmp_path}/deep/drawn.png", IMAGE)
    assert (tmp_path / "deep" / "drawn.png").exists()


def test_with_the_image_json_is_still_json(tmp_path):
    TINT.save(tmp_path / "answer.json", IMAGE)
    assert json.loads((tmp_path / "answer.json").read_text())["shade"] == 90


def test_a_picture_is_not_saved_without_the_image(tmp_path):
    said = r"^To save a picture such as drawn\.png give the image too: save\(path, image\); or save \.json\.$"
    with pytest.raises(OptionError, match=said):
        TINT.save(tmp_path / "drawn.png")
    assert not list(tmp_path.iterdir())


def test_a_picture_is_not_saved_under_a_suffix_that_none_has(tmp_path):
    with pytest.raises(OptionError, match=r"^A picture's file must end with one of .+; got drawn\.xyz\.$"):
        TINT.save(tmp_path / "drawn.xyz", IMAGE)


def test_the_first_tasks_are_registered():
    assert {"classification", "detection", "embedding", "look"} <= set(TASKS.names())


def test_a_task_is_found_by_its_noun():
    assert TASKS.get("classification") is CLASSIFICATION


def test_no_two_tasks_share_a_verb():
    verbs = [task.verb for task in TASKS]
    assert len(set(verbs)) == len(verbs)


def test_a_task_knows_the_types_of_its_options_and_its_result():
    assert CLASSIFICATION.options_type is ClassificationOptions
    assert CLASSIFICATION.result is Classification


@dataclass(frozen=True, kw_only=True)
class TintOptions(Options):
    """A choice of two."""

    quality: str | None = quality_option(("fast", "best"))


TINTING = Task("tinting", "tint", "Tint.", TintOptions, Tint, "mild", qualities={"fast": "mild", "best": "slow"})


class TestModelName:
    def test_it_is_the_tasks_own_when_nothing_is_asked(self):
        assert TINTING.model_name(TintOptions()) == "mild"

    def test_it_is_the_one_asked_for(self):
        assert TINTING.model_name(TintOptions(model="bold")) == "bold"

    def test_it_is_that_of_a_quality(self):
        assert TINTING.model_name(TintOptions(quality="best")) == "slow"

    def test_a_task_without_qualities_has_none_to_look_for(self):
        assert CLASSIFICATION.model_name(ClassificationOptions()) == CLASSIFICATION.default

    def test_a_model_and_a_quality_are_one_too_many(self):
        said = r"^A model \(bold\) and a quality \(fast\) were both given; choose one\.$"
        with pytest.raises(OptionError, match=said):
            TINTING.model_name(TintOptions(model="bold", quality="fast"))

    def test_an_unknown_quality_is_refused(self):
        with pytest.raises(OptionError, match=r"^quality must be one of fast, best; got 'faster'\.$"):
            TintOptions(quality="faster")
