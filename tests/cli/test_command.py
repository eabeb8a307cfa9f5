"""A command for each task."""

import csv
import io
import json
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from opsin.engine.stream import follows
from opsin.media.files import save_image
from opsin.media.video import write_video
from opsin.tasks import TASKS

HEAD = ["source", "frame", "seconds", "height", "width", "task", "model"]
ANSWERS = {
    "classify": ["labels", "scores"],
    "detect": ["labels", "scores", "boxes"],
    "embed": ["vector"],
    "matte": ["share", "alpha"],
    "caption": ["text", "sure", "captions", "scores"],
    "look": ["answers"],
    "segment": ["labels", "masks"],
    "select": ["score", "area", "box", "at", "not_at", "mask"],
    "faces find": ["scores", "boxes", "points"],
    "faces who": ["names", "scores", "boxes", "points"],
}
TASK_LIST = list(TASKS)
every_task = pytest.mark.parametrize("task", TASK_LIST, ids=[task.verb for task in TASK_LIST])


def lines(ended):
    return [json.loads(line) for line in ended.out.splitlines()]


def table(ended):
    return list(csv.DictReader(io.StringIO(ended.out)))


@every_task
def test_every_option_is_a_flag_with_its_help(opsin, task):
    said = " ".join(opsin(*task.verb.split(), "--help").out.replace("│", " ").split())
    for each in fields(task.options_type):
        assert f"--{each.name.replace('_', '-')} " in said
        assert each.metadata["help"] in said


@every_task
def test_help_shows_the_examples(opsin, task):
    ended = opsin(*task.verb.split(), "--help")
    assert ended.code == 0
    assert all(f"opsin {task.verb} {example}" in ended.out for example in task.examples)


@every_task
def test_without_a_source_help_is_shown(opsin, task):
    assert task.summary in opsin(*task.verb.split()).out


@every_task
def test_the_examples_are_words_that_the_command_takes(opsin, task, monkeypatch):
    monkeypatch.setattr("opsin.cli._command.show", lambda *given: 0)
    monkeypatch.setattr("opsin.cli._command._fetch_weights", lambda *given, **options: None)
    for verb in ("answers", "followed"):
        monkeypatch.setattr(f"opsin.cli._command.{verb}", lambda *given, **options: [])
    for example in task.examples:
        words = example.partition(" > ")[0].split()
        assert opsin(*task.verb.split(), *words).code == 0


@every_task
def test_a_line_of_json_has_these_keys_in_this_order(tiny, photos, task):
    ended = tiny(task.verb, "--json", "photos/red.png")
    assert ended.code == 0
    assert [list(line) for line in lines(ended)] == [[*HEAD, *ANSWERS[task.verb]]]
    assert lines(ended)[0].items() >= {"source": "photos/red.png", "frame": None, "height": 40, "width": 60}.items()


@every_task
def test_csv_has_a_head_and_rows(tiny, photos, task):
    rows = table(tiny(task.verb, "--csv", "photos/red.png"))
    columns = task.result.columns() or ("v0", "v1", "v2")
    assert rows
    assert all(list(row) == [*HEAD, "error", *columns] for row in rows)


def test_json_has_two_decimals_for_boxes_and_six_for_scores(tiny, photos):
    (line,) = lines(tiny("detect", "--json", "--min-score", 0, "photos/red.png"))
    assert all(number == round(number, 2) for box in line["boxes"] for number in box)
    assert all(number == round(number, 6) for number in line["scores"])
    assert len(line["boxes"]) == len(line["labels"]) == len(line["scores"]) == 8


def test_a_folder_is_all_its_pictures(tiny, photos):
    found = {line["source"]: line["labels"][0] for line in lines(tiny("classify", "--json", photos))}
    assert found == {"photos/deep/blue.png": "blue", "photos/green.png": "green", "photos/red.png": "red"}


def test_several_sources_come_one_after_the_other(tiny, photos):
    ended = tiny("classify", "--json", "photos/red.png", "photos/*.png", "photos/deep")
    assert [Path(line["source"]).stem for line in lines(ended)] == ["red", "green", "red", "blue"]


def test_a_picture_may_come_on_standard_input(tiny, photos):
    ended = tiny("classify", "--json", "-", given=Path("photos/green.png").read_bytes())
    assert [(line["source"], line["labels"][0]) for line in lines(ended)] == [("standard input", "green")]


def test_options_reach_the_model(tiny, photos):
    (line,) = lines(tiny("classify", "--json", "--limit", 2, "--min-score", 0.1, "photos/red.png"))
    assert line["labels"] == ["red"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--limit", "0"], "limit must be at least 1; got 0."),
        (["--min-score", "1.5"], "min_score must be at most 1.0; got 1.5."),
        (["--precision", "f8"], "precision must be one of f32, bf16; got 'f8'."),
        (["--device", "TPU"], "device must be one of CPU, GPU, NPU, AUTO; got 'TPU'."),
        (["--json", "--csv"], "--json and --csv were both given; choose one."),
        (
            ["--model", "picodet_smal.coco", "--json"],
            "There is no model called 'picodet_smal.coco'. Did you mean 'picodet_",
        ),
        (["--model", "picodet_tiny.random", "--json"], "picodet_tiny.random answers detection, not classification."),
        (["--model", "pplcnetv2_tiny_classification.random", "--every", "0", "-q"], "every_seconds must be above 0"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_wrong_usage_is_one_line_and_ends_with_2(opsin, words, said):
    ended = opsin("classify", *words, "x.jpg")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith(f"opsin: {said}")
    assert ended.err.count("\n") == 1


def test_a_model_and_a_quality_are_wrong_usage(tiny):
    ended = tiny("matte", "--quality", "fast", "x.jpg")
    assert ended.code == 2
    assert ended.err == "opsin: A model (u2netp_tiny.random) and a quality (fast) were both given; choose one.\n"


def test_the_weights_of_the_quality_are_fetched(opsin, photos, monkeypatch):
    asked = []
    monkeypatch.setattr("opsin.cli._command.pull", lambda cards, report: asked.append([card.name for card in cards]))
    monkeypatch.setattr("opsin.cli._command.answers", lambda *given, **options: [])
    opsin("matte", "--quality", "fast", "photos/red.png")
    assert asked == [["selfie.people"]]


def test_what_is_no_number_is_wrong_usage(opsin):
    ended = opsin("classify", "--limit", "many", "x.jpg")
    assert ended.code == 2
    assert "--limit" in ended.err


@pytest.mark.parametrize("words", [["--every", "0"], ["--model", "picodet_tiny.random"], ["--model", "lok"]])
def test_wrong_usage_leaves_standard_output_empty_also_with_a_table(tiny, words):
    assert tiny("classify", *words, "x.jpg").out == ""


def test_a_picture_that_fails_is_a_line_of_its_own_and_the_others_go_on(tiny, photos):
    Path("photos/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    ended = tiny("classify", "--json", "photos/red.png", "photos/broken.png", "gone.jpg", "photos/green.png")
    assert [list(line) for line in lines(ended)[1:3]] == [["source", "error"]] * 2
    assert lines(ended)[2] == {"source": "gone.jpg", "error": "There is no file gone.jpg. Check its name."}
    assert [line.get("labels", [""])[0] for line in lines(ended)] == ["red", "", "", "green"]
    assert ended.code == 1


def test_what_failed_is_told_on_standard_error_too(tiny, photos):
    ended = tiny("classify", "--json", "gone.jpg", "photos/red.png", "lost.jpg")
    assert ended.err.splitlines() == [
        f"opsin: There is no file {name}.jpg. Check its name." for name in ("gone", "lost")
    ]


def test_a_folder_without_pictures_is_one_line(tiny):
    Path("bare").mkdir()
    ended = tiny("classify", "--json", "bare")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "opsin: bare is a folder without pictures. Give one that holds some.\n"


def test_quietly_only_errors_are_told(tiny, photos):
    ended = tiny("classify", "--quiet", "photos/red.png", "gone.jpg")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "opsin: There is no file gone.jpg. Check its name.\n"


def test_for_a_person_there_is_a_row_for_each_picture(tiny, photos):
    said = tiny("classify", "photos/red.png", "photos/green.png").out.splitlines()
    assert [line.split()[:2] for line in said] == [
        ["source", "answer"],
        ["photos/red.png", "red"],
        ["photos/green.png", "green"],
    ]


def test_saved_there_are_drawn_pictures_lines_and_a_page(tiny, photos):
    ended = tiny("detect", "--json", "--save", "drawn", photos)
    assert ended.code == 0
    assert sorted(path.name for path in Path("drawn").iterdir()) == [
        *("blue.png", "green.png", "index.html", "red.png", "results.jsonl")
    ]
    saved = [json.loads(line) for line in Path("drawn/results.jsonl").read_text().splitlines()]
    shown = [json.loads(line) | {"drawn": Path(json.loads(line)["source"]).name} for line in ended.out.splitlines()]
    assert saved == shown
    assert "<h1>opsin detect</h1>" in Path("drawn/index.html").read_text()


def test_what_failed_is_in_the_album_too(tiny, photos):
    tiny("classify", "-q", "--save", "drawn", "photos/red.png", "gone.jpg")
    assert "There is no file gone.jpg." in Path("drawn/index.html").read_text()
    assert len(Path("drawn/results.jsonl").read_text().splitlines()) == 2


def test_saving_among_the_sources_is_wrong_usage(tiny, photos):
    before = Path("photos/red.png").read_bytes()
    ended = tiny("classify", "-q", "--save", "photos", "photos/red.png")
    assert ended.code == 2
    assert "Save into another folder." in ended.err
    assert Path("photos/red.png").read_bytes() == before


def test_wrong_usage_leaves_an_earlier_album_as_it_was(tiny, opsin, photos):
    tiny("classify", "-q", "--save", "drawn", "photos")
    before = {path.name: path.read_bytes() for path in Path("drawn").iterdir()}
    assert opsin("classify", "-q", "--save", "drawn", "--model", "picodet_tiny.random", "photos").code == 2
    assert {path.name: path.read_bytes() for path in Path("drawn").iterdir()} == before


def test_photographs_in_the_folder_to_save_in_are_not_passed_over_without_a_word(tiny, photos):
    ended = tiny("classify", "--json", "--save", "photos/deep", "photos")
    assert ended.code or "photos/deep/blue.png" in [line["source"] for line in lines(ended)]


def test_a_video_gives_frames_with_their_times(tiny):
    ended = tiny("classify", "--json", "--every", 1, clip())
    assert [(line["frame"], line["seconds"]) for line in lines(ended)] == [(0, 0.0), (5, 1.0)]


def test_a_video_saved_is_a_video(tiny):
    tiny("detect", "-q", "--save", "drawn", clip())
    assert sorted(path.name for path in Path("drawn").iterdir()) == ["clip.webm", "index.html", "results.jsonl"]


def clip():
    with write_video(Path("clip.webm"), 5, (16, 16)) as video:
        for _ in range(10):
            video.write(np.zeros((16, 16, 3), np.uint8))
    return "clip.webm"


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_a_name_from_an_old_disk_is_written_down(tiny, form):
    save_image(Path("a.png"), np.zeros((4, 4, 3), np.uint8))
    Path("a.png").rename(os.fsdecode(b"caf\xe9.png"))
    ended = tiny("classify", form, "*.png")
    assert ended.code == 0
    assert "caf" in ended.out


def test_a_number_is_a_camera(tiny):
    ended = tiny("classify", "--json", 9999)
    assert ended.code == 1
    assert "Camera 9999 cannot be opened" in ended.err


def test_a_number_that_a_file_has_for_its_name_is_that_file(tiny):
    save_image(Path("7.png"), np.zeros((4, 4, 3), np.uint8))
    Path("7.png").rename("7")
    assert [line["source"] for line in lines(tiny("classify", "--json", 7))] == ["7"]


@every_task
def test_a_command_follows_things_through_a_video_where_its_task_can(opsin, task):
    assert ("--track" in opsin(*task.verb.split(), "--help").out) == follows(task)
