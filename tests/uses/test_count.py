"""Counting a video from its file to its folder."""

import csv
import json

import numpy as np
import pytest

import opsin
from opsin.core.errors import OptionError, SourceError, UsageError
from opsin.engine.stream import Answer
from opsin.media.files import save_image
from opsin.media.video import video_facts, write_video
from opsin.tasks.detection import Detections
from opsin.uses import count as module
from opsin.uses.count import count, counted

SIZE = (64, 96)
TINY = "picodet_tiny.random"


@pytest.fixture
def film(tmp_path, monkeypatch):
    """A video in which one car goes down and, later, one bus goes up; what is in it is told by its frames' numbers."""
    path = tmp_path / "film.webm"
    with write_video(path, 10, SIZE) as video:
        for _ in range(40):
            video.write(np.full((*SIZE, 3), 90, np.uint8))

    def seeing(task, items, options, *, keeps_images=False):
        for item in items:
            yield Answer(item, item.read()[0] if keeps_images else None, result=_scene(item.frame))

    monkeypatch.setattr(module, "followed", seeing)
    return path


def _scene(frame):
    things = [("car", 1, 14 + 2 * frame)] if frame < 20 else [("bus", 2, 54 - 2 * (frame - 20))]
    return Detections(
        height=SIZE[0],
        width=SIZE[1],
        labels=[label for label, _, _ in things],
        scores=[0.9] * len(things),
        boxes=[[40, y - 10, 50, y] for _, _, y in things],
        tracks=[number for _, number, _ in things],
    )


def test_each_line_has_counts_by_direction_and_label(film):
    found = count(film, lines=["gate=0,0.5,1,0.5"], model=TINY)
    assert [each.to_dict() for each in found.crossings] == [
        {"line": "gate", "label": "bus", "in": 0, "out": 1},
        {"line": "gate", "label": "car", "in": 1, "out": 0},
    ]
    assert (found.of("gate"), found.of("gate", "car"), found.frames) == ((1, 1), (1, 0), 40)


def test_each_zone_has_entries_exits_and_stays(film):
    found = count(film, zones=["0,0.4,1,0.4,1,0.6,0,0.6"], model=TINY)
    assert [(each.label, each.entries, each.exits, each.inside) for each in found.stays] == [
        ("bus", 1, 1, 0),
        ("car", 1, 1, 0),
    ]
    assert all(0.3 < each.mean_seconds == each.longest_seconds < 1.2 for each in found.stays)
    assert found.most == (("zone 1", 1),)


def test_without_lines_and_zones_what_was_seen_is_counted(film):
    assert dict(count(film, model=TINY).things) == {"bus": 1, "car": 1}


def test_events_come_as_they_happen(film):
    told = []
    count(film, lines=["0,32,96,32"], on_event=told.append, model=TINY)
    assert [(event.label, event.direction) for event in told] == [("car", "in"), ("bus", "out")]
    assert [event.frame for event in told] == sorted(event.frame for event in told)


def test_the_folder_holds_all(film, tmp_path):
    count(film, lines=["gate=0,0.5,1,0.5"], save=tmp_path / "out", model=TINY)
    names = ["counts.json", "heat.png", "index.html", "tracks.csv", "tracks.json", "video.webm"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    assert video_facts(tmp_path / "out" / "video.webm").size == SIZE
    assert "gate" in (tmp_path / "out" / "index.html").read_text()


def test_tracks_have_a_row_for_each_frame_in_both_files(film, tmp_path):
    count(film, save=tmp_path / "out", model=TINY)
    rows = list(csv.DictReader((tmp_path / "out" / "tracks.csv").read_text().splitlines()))
    same = json.loads((tmp_path / "out" / "tracks.json").read_text())
    assert len(rows) == len(same) == 40
    assert [{name: str(value) for name, value in row.items()} for row in same] == rows


def test_the_counts_in_the_folder_are_those_answered(film, tmp_path):
    found = count(film, lines=["0,0.5,1,0.5"], save=tmp_path / "out", model=TINY)
    assert json.loads((tmp_path / "out" / "counts.json").read_text()) == found.to_dict()


@pytest.mark.parametrize("stop", [1, 15])
def test_after_an_interruption_the_folder_is_whole(film, tmp_path, stop):
    frames = counted(film, lines=["0,0.5,1,0.5"], save=tmp_path / "out", model=TINY)
    for _ in range(stop):
        next(frames)
    with pytest.raises(KeyboardInterrupt):
        frames.throw(KeyboardInterrupt)
    assert json.loads((tmp_path / "out" / "counts.json").read_text())["frames"] == stop
    assert len(json.loads((tmp_path / "out" / "tracks.json").read_text())) == stop
    assert video_facts(tmp_path / "out" / "video.webm").size == SIZE


def test_labels_that_were_not_asked_for_do_not_count(film, monkeypatch):
    monkeypatch.setattr(module, "_known", lambda labels, model: frozenset(labels))
    found = count(film, lines=["gate=0,0.5,1,0.5"], labels=["bus"], model=TINY)
    assert [each.label for each in found.crossings] == ["bus"]


def test_a_label_that_the_model_has_not_is_refused(film):
    with pytest.raises(
        OptionError, match=r"^There is no label of picodet_small\.coco called 'cars'\. Did you mean 'car'"
    ):
        count(film, labels=["cars"])


def test_a_line_outside_of_the_video_is_refused(film):
    with pytest.raises(OptionError, match=r"^line 1 reaches to 400,3, out of the picture"):
        count(film, lines=["0,3,400,3"], model=TINY)


def test_a_picture_is_no_video(tmp_path):
    save_image(tmp_path / "a.png", np.zeros((*SIZE, 3), np.uint8))
    with pytest.raises(SourceError, match=r"a\.png is a picture; things are counted in a video or before a camera\."):
        count(tmp_path / "a.png", model=TINY)


def test_a_video_in_the_folder_that_would_be_written_is_refused(film):
    with pytest.raises(UsageError, match=r"where drawn pictures would be written\. Save into another folder\."):
        count(film, save=film.parent, model=TINY)


def test_what_cannot_be_read_is_told_and_counts_nothing(tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    found = list(counted(broken, model=TINY))
    assert [(each.found, each.counts.frames) for each in found] == [(None, 0)]
    assert "broken.mp4" in str(found[0].error)


def test_it_is_public():
    assert opsin.count is count


def test_a_real_network_counts_as_well(tmp_path):
    path = tmp_path / "bright.webm"
    with write_video(path, 10, SIZE) as video:
        for _ in range(6):
            video.write(np.full((*SIZE, 3), 250, np.uint8))
    found = count(path, lines=["0,0.5,1,0.5"], model=TINY)
    assert (found.frames, found.of("line 1")) == (6, (0, 0))
    assert dict(found.things) == {"bright": 4}
