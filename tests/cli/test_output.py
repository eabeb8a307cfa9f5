import csv
import io
import json

import numpy as np
import pytest
from rich.console import Console

from opsin.cli._output import HEAD, Csv, JsonLines, Rows, Silence, writer
from opsin.core.errors import ImageError
from opsin.engine.stream import Answer
from opsin.media.item import Item
from opsin.tasks.classification import CLASSIFICATION, Classification
from opsin.tasks.detection import DETECTION, Detections
from opsin.tasks.embedding import EMBEDDING, Embedding

SIZE = {"height": 4, "width": 6}
CAT = Classification(**SIZE, labels=("cat", "dog"), scores=(0.75, 0.25))
NOTHING = Detections(**SIZE, labels=(), scores=(), boxes=())
VECTOR = Embedding(**SIZE, vector=(0.6, 0.8))


def answered(result, source="a.jpg", **of_item):
    return Answer(Item(source, None, **of_item), result=result)


def failed(source="gone.jpg"):
    return Answer(Item(source, None), error=ImageError(f"{source} is damaged."))


def written(make, *answers):
    file = io.StringIO()
    shown = make(file)
    for answer in answers:
        shown.write(answer)
    shown.close()
    return file.getvalue()


def table(task, *answers):
    return list(csv.DictReader(io.StringIO(written(lambda file: Csv(file, task), *answers))))


def rows(*answers, width=80):
    return written(lambda file: Rows(Console(file=file, width=width)), *answers).splitlines()


class TestJsonLines:
    def test_each_answer_is_a_line(self):
        said = written(JsonLines, answered(CAT), failed()).splitlines()
        assert [json.loads(line)["source"] for line in said] == ["a.jpg", "gone.jpg"]

    def test_a_line_is_handed_on_at_once(self):
        class Watched(io.StringIO):
            seen = ""

            def flush(self):
                self.seen = self.getvalue()

        file = Watched()
        JsonLines(file).write(answered(CAT))
        assert file.seen.endswith("}\n")

    def test_other_letters_are_kept(self):
        assert "猫.jpg" in written(JsonLines, answered(CAT, "猫.jpg"))


class TestCsv:
    def test_each_thing_found_is_a_row(self):
        said = table(CLASSIFICATION, answered(CAT))
        assert [(row["source"], row["label"], row["score"]) for row in said] == [
            ("a.jpg", "cat", "0.75"),
            ("a.jpg", "dog", "0.25"),
        ]

    def test_a_frame_has_its_number_and_time_in_each_row(self):
        said = table(CLASSIFICATION, answered(CAT, frame=3, seconds=1.5))
        assert [(row["frame"], row["seconds"]) for row in said] == [("3", "1.5")] * 2

    def test_a_picture_with_nothing_in_it_is_a_row_too(self):
        (row,) = table(DETECTION, answered(NOTHING))
        assert (row["source"], row["height"], row["label"], row["error"]) == ("a.jpg", "4", "", "")

    def test_a_picture_that_failed_is_a_row_with_its_error(self):
        (row,) = table(DETECTION, failed())
        assert (row["source"], row["error"], row["height"]) == ("gone.jpg", "gone.jpg is damaged.", "")

    def test_commas_and_quotes_are_kept(self):
        (row,) = table(DETECTION, failed('a "b", c.jpg'))
        assert row["source"] == 'a "b", c.jpg'

    def test_the_columns_of_a_vector_are_known_once_there_is_one(self):
        said = table(EMBEDDING, failed(), answered(VECTOR), failed("lost.jpg"), answered(VECTOR, "b.jpg"))
        assert [(row["source"], row["v0"], row["v1"]) for row in said] == [
            ("gone.jpg", "", ""),
            ("a.jpg", "0.6", "0.8"),
            ("lost.jpg", "", ""),
            ("b.jpg", "0.6", "0.8"),
        ]

    def test_failures_alone_have_a_head_too(self):
        assert [row["source"] for row in table(EMBEDDING, failed(), failed("lost.jpg"))] == ["gone.jpg", "lost.jpg"]

    @pytest.mark.parametrize("task", [CLASSIFICATION, EMBEDDING])
    def test_nothing_at_all_is_a_head(self, task):
        said = written(lambda file: Csv(file, task))
        assert said == ",".join([*HEAD, *task.result.columns()]) + "\n"


class TestRows:
    def test_a_person_sees_the_source_and_the_answer(self):
        said = rows(answered(CAT))
        assert [line.split() for line in said] == [["source", "answer"], ["a.jpg", "cat", "0.75,", "dog", "0.25"]]

    def test_nothing_found_is_said(self):
        assert rows(answered(NOTHING))[1].split() == ["a.jpg", "nothing", "found"]

    def test_a_failure_is_said_and_its_reason_left_to_standard_error(self):
        assert rows(failed())[1].split() == ["gone.jpg", "failed"]

    def test_without_answers_there_are_no_headings(self):
        assert rows() == []

    def test_a_frame_says_its_time(self):
        assert "a.mp4 1.50 s" in rows(answered(CAT, "a.mp4", frame=3, seconds=1.5))[1]

    def test_of_a_long_path_the_end_is_shown(self):
        (_, said) = rows(answered(CAT, "x" * 200 + "/b.jpg", frame=3, seconds=1.5))
        assert said.startswith("…xx")
        assert "/b.jpg 1.50 s" in said

    def test_what_looks_like_a_style_is_a_name(self):
        assert "[red]b[/red].jpg" in rows(answered(CAT, "[red]b[/red].jpg"))[1]


@pytest.mark.parametrize(
    ("chosen", "kind"), [("json", JsonLines), ("csv", Csv), ("quiet", Silence), ("none of these", Rows)]
)
def test_the_flags_choose_the_form(chosen, kind):
    form = {name: name == chosen for name in ("json", "csv", "quiet")}
    assert type(writer(CLASSIFICATION, form)) is kind


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_form_that_was_asked_for_is_given_also_quietly(kind):
    form = {"json": False, "csv": False, "quiet": True} | {kind: True}
    assert not isinstance(writer(CLASSIFICATION, form), Silence)


def test_silence_says_nothing(capsys):
    shown = Silence()
    shown.write(answered(CAT))
    shown.close()
    assert capsys.readouterr() == ("", "")


def test_the_numbers_of_a_vector_are_those_of_its_json():
    (row,) = table(EMBEDDING, answered(VECTOR))
    assert [float(row["v0"]), float(row["v1"])] == pytest.approx(np.array(VECTOR.to_dict()["vector"]))
