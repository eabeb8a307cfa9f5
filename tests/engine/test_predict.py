import inspect
import io
from dataclasses import fields

import numpy as np
import pytest
from PIL import Image as Pillow

import opsin
from opsin.core.errors import ImageError, OptionError, SourceError, UnknownNameError, UsageError
from opsin.engine.predict import model_for, options_for, predict, verb
from opsin.media.files import save_image
from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks import TASKS
from opsin.tasks.classification import CLASSIFICATION, ClassificationOptions
from opsin.tasks.detection import DETECTION
from opsin.tasks.matting import MATTING, MattingOptions

TINY = "pplcnetv2_tiny_classification.random"
RED = np.full((40, 60, 3), (200, 10, 10), np.uint8)


def test_one_picture_gives_one_answer():
    answer = predict("classification", RED, model=TINY)
    assert (answer.task, answer.labels[0], answer.size, answer.model) == ("classification", "red", (40, 60), TINY)


def test_a_use_is_asked_as_a_task_is():
    answer = predict("look", RED, model="look_tiny")
    assert [each.task for each in answer.answers] == ["classification", "detection"]


def test_the_answer_is_that_of_the_model():
    model = open_model(TINY, Place())
    assert (
        predict("classification", RED, model=TINY).to_dict() == model.run([RED], ClassificationOptions())[0].to_dict()
    )


def test_a_picture_may_be_a_file_its_bytes_or_pillows(tmp_path):
    save_image(tmp_path / "red.png", RED)
    buffer = io.BytesIO()
    Pillow.fromarray(RED).save(buffer, "PNG")
    sources = [tmp_path / "red.png", str(tmp_path / "red.png"), buffer.getvalue(), Pillow.fromarray(RED), [RED]]
    answers = [predict("classification", source, model=TINY).to_dict() for source in sources]
    assert all(answer == answers[0] for answer in answers)


def test_options_reach_the_model():
    assert len(predict("classification", RED, model=TINY, limit=1).labels) == 1
    assert predict("classification", RED, model=TINY, min_score=0.5).labels == ("red",)


def test_precision_and_device_say_where_it_runs():
    options = ClassificationOptions(model=TINY, device="AUTO", precision="bf16")
    assert model_for(CLASSIFICATION, options, streams=3) is open_model(TINY, Place("AUTO", "bf16", 3))


def test_the_tasks_own_model_answers_when_none_is_named(monkeypatch):
    asked = []
    monkeypatch.setattr("opsin.engine.predict.open_model", lambda name, place: asked.append((name, place)))
    model_for(CLASSIFICATION, ClassificationOptions(), streams=1)
    assert asked == [(CLASSIFICATION.default, Place())]


def test_the_model_of_a_quality_answers(monkeypatch):
    asked = []
    monkeypatch.setattr("opsin.engine.predict.open_model", lambda name, place: asked.append(name))
    model_for(MATTING, MattingOptions(quality="fast"), streams=1)
    assert asked == [MATTING.qualities["fast"]]


def test_a_model_and_a_quality_are_refused_before_the_picture_is_read(tmp_path):
    with pytest.raises(OptionError, match=r"^A model \(u2netp\.duts\) and a quality \(best\) were both given"):
        opsin.matte(tmp_path / "gone.jpg", model="u2netp.duts", quality="best")


def test_an_unknown_task_is_refused_and_the_nearest_offered():
    with pytest.raises(UnknownNameError, match=r"^There is no task called 'classfication'\. Did you mean 'classif"):
        predict("classfication", RED)


def test_an_unknown_model_is_refused():
    with pytest.raises(UnknownNameError, match=r"^There is no model called 'picodet'\. .*Known: "):
        predict("detection", RED, model="picodet")


def test_a_model_of_another_task_is_refused_and_those_that_fit_are_named():
    said = r"^picodet_tiny\.random answers detection, not classification\. Models for classification: .*pplcnetv2_base"
    with pytest.raises(UsageError, match=said):
        predict("classification", RED, model="picodet_tiny.random")


def test_an_unknown_option_is_refused_and_the_nearest_offered():
    said = r"^There is no option of detection called 'min_scor'\. Did you mean 'min_score'\? Known: device, limit, "
    with pytest.raises(OptionError, match=said):
        predict("detection", RED, min_scor=0.5)


def test_an_option_out_of_range_is_refused():
    with pytest.raises(OptionError, match=r"^limit must be at least 1; got 0\.$"):
        options_for(CLASSIFICATION, {"limit": 0})


def test_an_option_is_refused_before_the_picture_is_read(tmp_path):
    with pytest.raises(OptionError, match=r"^limit must be a whole number; got '3'\.$"):
        predict("classification", tmp_path / "gone.jpg", limit="3")


def test_two_pictures_are_one_too_many():
    with pytest.raises(SourceError, match=r"^The list given holds more than one picture, .+ Use opsin\.stream"):
        predict("classification", [RED, RED], model=TINY)


def test_a_picture_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(ImageError, match=r"^There is no file .+gone\.jpg\. Check its name\.$"):
        predict("classification", tmp_path / "gone.jpg", model=TINY)


class TestVerb:
    def test_it_asks_its_task(self):
        answer = verb(DETECTION)(RED, model="picodet_tiny.random", min_score=0)
        assert answer.to_dict() == predict("detection", RED, model="picodet_tiny.random", min_score=0).to_dict()

    @pytest.mark.parametrize("task", list(TASKS), ids=TASKS.names())
    def test_it_goes_by_the_tasks_verb(self, task):
        assert verb(task).__name__ == verb(task).__qualname__ == task.verb.split()[-1]

    @pytest.mark.parametrize("task", list(TASKS), ids=TASKS.names())
    def test_its_docstring_explains_every_option(self, task):
        said = verb(task).__doc__
        assert said.startswith(task.summary)
        assert all(f"{each.name}: {each.metadata['help']}" in said for each in fields(task.options_type))

    def test_the_source_has_no_name_so_that_no_option_can_be_taken_for_it(self):
        first = next(iter(inspect.signature(opsin.detect).parameters.values()))
        assert (first.name, first.kind) == ("source", inspect.Parameter.POSITIONAL_ONLY)
        with pytest.raises(TypeError, match="source"):
            opsin.detect(source=RED)

    def test_without_a_source_there_is_no_question(self):
        with pytest.raises(TypeError, match="source"):
            opsin.classify(model=TINY)

    def test_an_option_without_its_name_is_refused(self):
        with pytest.raises(TypeError):
            opsin.classify(RED, 1, model=TINY)

    def test_its_signature_names_every_option(self):
        assert {"source", "limit", "min_score", "model"} <= set(inspect.signature(opsin.classify).parameters)
