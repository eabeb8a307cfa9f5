"""`opsin subtitle`: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import numpy as np
import pytest

from opsin.cli import _subtitle
from opsin.core.errors import SourceError
from opsin.media.video import write_video
from opsin.uses.subtitle import Cue, Scene, Subtitles

SCENES = (
    Scene(0, 2, "A dog.", 0.9, True, 1, "video"),
    Scene(2, 5, "Possibly a cat.", 0.1, False, 3, "cut"),
)
DONE = Subtitles("a.mp4", SCENES, tuple(Cue(s.start, s.end, s.text, s.score) for s in SCENES), (Path("a.vtt"),))
TINY = ("--model", "captioner_tiny")


@pytest.fixture
def run(opsin, monkeypatch):
    """Runs the command without a model; what it asked for is in `run.asked`."""

    def call(*words, done=DONE):
        def told(video, save, **options):
            call.asked.append({"video": video, "save": save, **options})
            if isinstance(done, Exception):
                raise done
            return done

        call.asked = []
        monkeypatch.setattr(_subtitle, "told_of", told)
        return opsin("subtitle", *TINY, *words)

    return call


def test_every_flag_is_handed_on(run):
    flags = "--save b --overwrite --sure-only --min-score 0.4"
    run("a.mp4", *flags.split())
    (asked,) = run.asked
    asked.pop("progress")
    assert asked == {
        "video": Path("a.mp4"), "save": Path("b"), "overwrite": True, "sure_only": True, "min_score": 0.4,
        "model": "captioner_tiny",
    }  # fmt: skip


def test_each_cue_has_a_line_and_the_end_says_what_was_written(run):
    assert run("a.mp4").out.splitlines() == [
        "     0.0 s  A dog.",
        "     2.0 s  Possibly a cat.",
        "a.vtt: 2 scenes, 2 cues; 1 of the scenes is not sure",
    ]


def test_json_is_one_line_for_each_video(run):
    ended = run("a.mp4", "b.mp4", "--json")
    assert [json.loads(line) for line in ended.out.splitlines()] == [DONE.to_dict()] * 2


def test_one_name_is_not_for_two_videos(run):
    ended = run("a.mp4", "b.mp4", "--save", "c")
    assert (ended.code, run.asked) == (2, [])
    assert ended.err == "opsin: --save c names the files of one video; 2 were given.\n"


def test_what_failed_is_told_and_the_others_go_on(run):
    ended = run("a.mp4", "b.mp4", done=SourceError("It is damaged."))
    assert (ended.code, ended.out, len(run.asked)) == (1, "", 2)
    assert ended.err == "opsin: It is damaged.\n" * 2


def test_frames_that_failed_are_told(run):
    ended = run("a.mp4", "--quiet", done=Subtitles("a.mp4", SCENES, (), (), ("Frame 3 is damaged.",)))
    assert (ended.code, ended.out, ended.err) == (1, "", "opsin: Frame 3 is damaged.\n")


def test_a_video_gets_its_files(opsin):
    with write_video(Path("a.webm"), 10, (48, 64)) as video:
        for _ in range(20):
            video.write(np.full((48, 64, 3), 240, np.uint8))
    assert opsin("subtitle", "a.webm", "--min-score", 0, *TINY).code == 0
    assert "A bright picture." in Path("a.vtt").read_text()
    assert "A bright picture." in Path("a.srt").read_text()
