"""Unlocking, from a video's frames to yes or no; and on real pictures, what opens and what does not."""

import json

import numpy as np
import pytest

from opsin.core.errors import InputError, OptionError, RefusedError, SourceError, UnknownNameError, UsageError
from opsin.media.files import save_image
from opsin.media.video import write_video
from opsin.models import open_model
from opsin.store.home import home
from opsin.uses import unlock as module
from opsin.uses._challenge import CLOSER, LEFT, RIGHT, Challenge
from opsin.uses._gallery import Gallery
from opsin.uses._gallery_file import write_roll
from opsin.uses._gallery_roll import Photo, Roll
from opsin.uses.unlock import FAILURES, challenged, unlock

ORDER = (LEFT, CLOSER, RIGHT)


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "home"))


@pytest.fixture
def gallery(tmp_path, heads):
    """Ada, whose embedding is heads.ME."""
    folder = tmp_path / "faces"
    folder.mkdir()
    write_roll(folder, Roll("yunet_sface", {"Ada": (Photo("ada.jpg", heads.ME),)}), None)
    return folder


def acting(heads, solid, order=ORDER):
    """(seconds, faces) of something that does what is asked in that order, and then stands still."""
    ahead = [(0.0, 8.0)] * 12
    ways = {LEFT: (40, 8.0), RIGHT: (-40, 8.0), CLOSER: (0, 5.0)}
    path = list(ahead)
    for each in order:
        yaw, distance = ways[each]
        out = [(yaw * k / 12, 8 + (distance - 8) * k / 12) for k in range(13)]
        path += out + [out[-1]] * 5 + out[::-1] + ahead[:3]
    for number, (yaw, distance) in enumerate(path):
        yield number / 15, heads.faces(heads.view(solid, yaw=yaw, distance=distance))


@pytest.fixture
def before(monkeypatch):
    """Puts frames before the camera, and draws one order."""

    def put(frames, order=ORDER):
        monkeypatch.setattr(module, "open_model", lambda name, place: None)
        monkeypatch.setattr(module, "open_source", lambda camera: iter(()))
        monkeypatch.setattr(module, "_frames", lambda items, model: iter(frames))
        monkeypatch.setattr(module, "draw_challenge", lambda least, seconds, steps: Challenge(order, least, seconds))

    return put


def test_it_opens_to_a_head_that_does_as_asked(heads, gallery, before):
    before(acting(heads, heads.HEAD))
    done = unlock("Ada", 0, gallery=gallery)
    assert done.to_dict() == {"name": "Ada", "open": True, "why": "all was done as asked", "attempts": 1}


def test_it_stays_shut_to_a_page(heads, gallery, before):
    before(acting(heads, heads.FLAT))
    assert unlock("Ada", 0, gallery=gallery).is_open is False


def test_it_says_what_to_do_when_that_changes(heads, gallery, before):
    before(acting(heads, heads.HEAD))
    said = []
    unlock("Ada", 0, gallery=gallery, tell=said.append)
    assert said == ["look straight into the camera", *ORDER, "yes: all was done as asked"]


def test_there_are_so_many_attempts_and_then_none_in_any_run(heads, gallery, before):
    still = [(n / 15, heads.faces(heads.view(heads.HEAD))) for n in range(3000)]
    before(still)
    done = unlock("Ada", 0, gallery=gallery, attempts=2, seconds=8)
    assert (done.is_open, done.attempts) == (False, 2)
    with pytest.raises(RefusedError, match=r"^There were 2 failed attempts in a row"):
        unlock("Ada", 0, gallery=gallery, attempts=2)


def test_success_forgets_earlier_failures(heads, gallery, before):
    before(acting(heads, heads.FLAT))
    unlock("Ada", 0, gallery=gallery)
    before(acting(heads, heads.HEAD))
    assert unlock("Ada", 0, gallery=gallery).is_open
    assert json.loads((home() / FAILURES).read_bytes()) == {}


def test_at_the_end_of_a_video_there_is_no_other_attempt(heads, gallery, before):
    before([(0.0, heads.faces(heads.view(heads.HEAD)))])
    done = unlock("Ada", 0, gallery=gallery)
    assert (done.why, done.attempts) == ("the camera sent no more pictures", 1)


def test_each_attempt_is_logged(heads, gallery, before, tmp_path):
    before(acting(heads, heads.HEAD))
    unlock("Ada", 0, gallery=gallery, log=tmp_path / "door.log")
    (line,) = (tmp_path / "door.log").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)[key] for key in ("name", "answer")] == ["Ada", "yes"]


def test_somebody_else_stays_out(heads, gallery, before):
    before([(t, heads.faces(*faces.points, embedding=heads.OTHER)) for t, faces in acting(heads, heads.HEAD)])
    assert unlock("Ada", 0, gallery=gallery).is_open is False


def test_no_more_frames_are_taken_than_are_needed(heads):
    frames = acting(heads, heads.HEAD)
    verdict = challenged(frames, Challenge((LEFT,), 0.5), lambda each: float(each @ heads.ME), lambda line: None)
    assert verdict.answer is True
    assert next(frames)[0] < 3


def test_an_unknown_name_and_an_empty_gallery_are_refused_before_the_camera_is_opened(gallery, tmp_path):
    with pytest.raises(UnknownNameError, match=r"^There is no person called 'Eda'\. Did you mean 'Ada'\?"):
        unlock("Eda", 99, gallery=gallery)
    with pytest.raises(InputError, match=r"^Nobody is enrolled"):
        unlock("Ada", 99, gallery=tmp_path / "none")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"seconds": 0}, r"^seconds must be at least 1\.0; got 0\.$"),
        ({"attempts": 0}, r"^attempts must be at least 1; got 0\.$"),
        ({"steps": 2}, r"^steps must be at least 3; got 2\.$"),
        ({"far": 1e-9}, r"^far must lie between"),
    ],
)
def test_options_out_of_range_are_refused_and_count_no_attempt(gallery, options, said):
    with pytest.raises(OptionError, match=said):
        unlock("Ada", 99, gallery=gallery, **options)
    assert not (home() / FAILURES).exists()


def test_a_camera_that_is_not_there_is_no_attempt(gallery, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "open_model", lambda name, place: None)
    with pytest.raises(SourceError, match="Camera 99 cannot be opened"):
        unlock("Ada", 99, gallery=gallery)
    assert not (home() / FAILURES).exists()


def test_a_photo_is_no_camera(gallery, tmp_path, monkeypatch):
    save_image(tmp_path / "ada.jpg", np.zeros((60, 60, 3), np.uint8))
    tiny = open_model("yunet_sface_tiny", module.Place())
    monkeypatch.setattr(module, "open_model", lambda name, place: tiny)
    with pytest.raises(UsageError, match=r"ada\.jpg is no video and no camera"):
        unlock("Ada", str(tmp_path / "ada.jpg"), gallery=gallery)


def test_a_video_is_watched_frame_by_frame(gallery, tmp_path, monkeypatch):
    with write_video(tmp_path / "a.webm", 15, (60, 80)) as video:
        for _ in range(4):
            video.write(np.zeros((60, 80, 3), np.uint8))
    tiny = open_model("yunet_sface_tiny", module.Place())
    monkeypatch.setattr(module, "open_model", lambda name, place: tiny)
    assert unlock("Ada", tmp_path / "a.webm", gallery=Gallery.open(gallery)).why == "the camera sent no more pictures"
