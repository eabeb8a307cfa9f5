"""Subtitles of small videos, by the stand-in that says "bright" or "dark"."""

import json

import numpy as np
import pytest

from opsin.core.errors import OptionError, SourceError
from opsin.media.files import save_image
from opsin.media.video import write_video
from opsin.uses import subtitle as module
from opsin.uses.subtitle import Scene, subtitle

TINY = {"model": "captioner_tiny", "min_score": 0.0}


@pytest.fixture
def video(tmp_path):
    """video.webm: bright, dark and bright again, two seconds each."""
    with write_video(tmp_path / "video.webm", 10, (48, 64)) as written:
        for grey in (240, 10, 240):
            for _ in range(20):
                written.write(np.full((48, 64, 3), grey, np.uint8))
    return tmp_path / "video.webm"


def test_scenes_are_told_one_after_the_other(video):
    scenes = subtitle(video, **TINY).scenes
    assert [(scene.text, scene.begins) for scene in scenes] == [
        ("A bright picture.", "video"), ("A dark picture.", "cut"), ("A bright picture.", "cut"),
    ]  # fmt: skip
    assert [(scene.start, scene.end) for scene in scenes] == [
        pytest.approx(span, abs=0.05) for span in [(0, 2), (2, 4), (4, 6)]
    ]
    assert all(scene.start <= scene.at < scene.end for scene in scenes)


def test_both_files_lie_beside_the_video(video, tmp_path):
    done = subtitle(video, **TINY)
    assert done.paths == (tmp_path / "video.vtt", tmp_path / "video.srt")
    first = "00:00:00.000 --> 00:00:02.000\nA bright picture.\n"
    assert first in (tmp_path / "video.vtt").read_text()
    assert first.replace(".000", ",000") in (tmp_path / "video.srt").read_text()


def test_the_note_says_who_tells(video, tmp_path):
    subtitle(video, **TINY)
    assert "NOTE Told by Opsin (captioner_tiny), not by a person." in (tmp_path / "video.vtt").read_text()


@pytest.mark.parametrize(
    ("name", "files"), [("told", ["told.vtt", "told.srt"]), ("v1.2", ["v1.2.vtt", "v1.2.srt"]), ("a.srt", ["a.srt"])]
)
def test_files_can_be_named(video, tmp_path, name, files):
    done = subtitle(video, tmp_path / "out" / name, **TINY)
    assert [path.name for path in done.paths] == files
    assert all(path.is_file() for path in done.paths)


def test_somebodys_subtitles_are_not_written_over(video, tmp_path):
    (tmp_path / "video.srt").write_text("mine")
    with pytest.raises(OptionError, match=r"video\.srt is there already\. Save by another name, or say that it may be"):
        subtitle(video, **TINY)
    assert (tmp_path / "video.srt").read_text() == "mine"
    assert len(subtitle(video, overwrite=True, **TINY).paths) == 2


def test_what_is_not_sure_can_be_left_out(video):
    done = subtitle(video, sure_only=True, model=TINY["model"], min_score=1.0)
    assert (len(done.scenes), done.cues) == (3, ())
    assert done.summary == "3 scenes, 0 cues; 3 of the scenes are not sure"


def test_where_nothing_is_clear_nothing_is_said(video, monkeypatch):
    def unclear(part, frame, caption):
        text = "A photo; what it shows is not clear." if part.begins == "cut" else "Possibly a dog."
        return Scene(part.start, part.end, text, 0.1, False, frame.seconds, part.begins)

    monkeypatch.setattr(module, "_scene", unclear)
    assert [cue.text for cue in subtitle(video, **TINY).cues] == ["Possibly a dog."]


def test_json_holds_scenes_and_files(video):
    told = json.loads(json.dumps(subtitle(video, **TINY).to_dict()))
    assert list(told) == ["source", "scenes", "files"]
    assert list(told["scenes"][0]) == ["start", "end", "at", "text", "score", "sure", "begins"]


def test_progress_is_told(video):
    told = []
    subtitle(video, progress=lambda *given: told.append(given), **TINY)
    assert len(told) == 60
    assert all(name == "frames" and done <= total for name, done, total in told)


def test_a_video_that_is_cut_short_is_told_as_far_as_it_goes(video, monkeypatch):
    from opsin.media.reading import failing

    real = module.open_source
    monkeypatch.setattr(module, "open_source", lambda path: [*real(path), failing("x", "It is cut short.")])
    done = subtitle(video, **TINY)
    assert (len(done.scenes), done.errors) == (3, ("It is cut short.",))
    assert done.to_dict()["errors"] == ["It is cut short."]


def test_a_picture_is_no_video(tmp_path):
    save_image(tmp_path / "a.png", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(SourceError, match=r"a\.png is no video\. To caption pictures: opsin caption"):
        subtitle(tmp_path / "a.png", **TINY)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_a_video_that_is_not_there_is_told(tmp_path):
    with pytest.raises(SourceError, match=r"There is no file .*gone\.mp4"):
        subtitle(tmp_path / "gone.mp4", **TINY)


def test_an_unknown_option_is_refused(video):
    with pytest.raises(OptionError, match="There is no option of captioning called 'beems'"):
        subtitle(video, beems=3)
