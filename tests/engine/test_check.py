import json
import shutil

import cv2
import numpy as np
import pytest

from opsin.core.errors import InputError, MissingWeightsError, UsageError
from opsin.data.dataset import Arrays, Dataset
from opsin.engine import check as checking
from opsin.engine.check import PAGE, PROBLEMS, check
from opsin.media.files import save_image

TINY = "pplcnetv2_tiny_embedding.random"
"""Its vector is the mean colour."""

COLOURS = {"blue": (40, 60, 200), "red": (200, 60, 40)}


def cloud(seed, colour):
    """(80, 96, 3): clouds around a colour; no two seeds look alike."""
    spots = np.random.default_rng(seed).integers(-90, 90, (6, 7, 1)) + np.array(colour)
    return cv2.resize(spots.clip(0, 255).astype(np.uint8), (96, 80), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def photos(tmp_path):
    """Thirty blue and thirty red pictures, in folders of these names."""
    for seed in range(60):
        label = sorted(COLOURS)[seed % 2]
        save_image(tmp_path / "photos" / label / f"{seed}.png", cloud(seed, COLOURS[label]))
    return tmp_path / "photos"


@pytest.fixture
def parted(photos):
    """The same in parts: every third picture is in test."""
    for path in sorted(photos.glob("*/*.png")):
        into = photos / ("test" if int(path.stem) % 3 == 0 else "train") / path.parent.name
        into.mkdir(parents=True, exist_ok=True)
        path.rename(into / path.name)
    for label in COLOURS:
        (photos / label).rmdir()
    return photos


def looked(source, **asked):
    return check(source, embedder=TINY, **asked)


def named(checked, kind):
    """For each problem of a kind, the names of its pictures."""
    return [
        sorted(checked.data.pictures.name(index) for index in problem.pictures)
        for problem in checked.problems
        if problem.kind == kind
    ]


class TestFindings:
    def test_sound_data_have_no_problem(self, photos):
        assert looked(photos).counts() == {}

    def test_a_copy_is_found(self, photos):
        shutil.copy(photos / "red/1.png", photos / "red/copy.png")
        assert named(looked(photos), "duplicate") == [["red/1.png", "red/copy.png"]]

    def test_a_copy_saved_anew_at_another_size_is_found(self, photos):
        save_image(photos / "red/near.jpg", cv2.resize(cloud(1, COLOURS["red"]), (72, 60)))
        assert named(looked(photos), "near_duplicate") == [["red/1.png", "red/near.jpg"]]

    def test_a_leak_is_found_and_counted(self, parted):
        shutil.copy(parted / "train/red/1.png", parted / "test/red/leak.png")
        save_image(parted / "test/red/near.jpg", cv2.resize(cloud(5, COLOURS["red"]), (72, 60)))
        found = looked(parted)
        assert named(found, "leak") == [["test/red/leak.png", "train/red/1.png"]]
        assert named(found, "near_leak") == [["test/red/near.jpg", "train/red/5.png"]]
        assert found.leaks == 2

    def test_a_damaged_file_is_found_and_stops_nothing(self, photos):
        (photos / "red/1.png").write_bytes(b"no picture")
        found = looked(photos)
        assert found.counts() == {"unreadable": 1}
        assert named(found, "unreadable") == [["red/1.png"]]

    def test_a_wrong_label_is_found(self, photos):
        (photos / "red/1.png").rename(photos / "blue/1.png")
        found = looked(photos)
        assert named(found, "mislabelled") == [["blue/1.png"]]
        assert "labelled blue, looks like red" in found.problems[0].said

    def test_wrong_labels_are_not_looked_for_when_nobody_asks(self, photos):
        (photos / "red/1.png").rename(photos / "blue/1.png")
        assert looked(photos, doubts_labels=False).counts() == {}

    def test_odd_looks_are_found(self, photos):
        save_image(photos / "red/dark.png", cloud(99, COLOURS["red"]) // 8)
        save_image(photos / "red/small.png", cloud(98, COLOURS["red"])[:15, :18])
        counts = looked(photos, doubts_labels=False).counts()
        assert counts.keys() >= {"dark", "size"}

    def test_the_worst_come_first(self, parted):
        shutil.copy(parted / "train/red/1.png", parted / "train/red/copy.png")
        for copy in ("one", "two"):
            shutil.copy(parted / "train/red/5.png", parted / f"train/red/{copy}.png")
        shutil.copy(parted / "train/red/7.png", parted / "test/red/leak.png")
        found = looked(parted, doubts_labels=False).problems
        assert [(problem.kind, len(problem.pictures)) for problem in found] == [
            ("leak", 2),
            ("duplicate", 3),
            ("duplicate", 2),
        ]


class TestNotes:
    def test_data_without_parts_cannot_leak_and_the_note_says_so(self, photos):
        shutil.copy(photos / "red/1.png", photos / "red/copy.png")
        found = looked(photos)
        assert found.leaks == 0
        assert "no parts yet" in found.notes[0]

    def test_data_with_parts_have_no_such_note(self, parted):
        assert looked(parted).notes == ()

    def test_without_weights_all_else_is_looked_for(self, photos, monkeypatch):
        def refuse(name, place):
            raise MissingWeightsError("They are not here.")

        monkeypatch.setattr(checking, "open_model", refuse)
        shutil.copy(photos / "red/1.png", photos / "red/copy.png")
        found = looked(photos)
        assert found.counts() == {"duplicate": 1}
        assert found.notes[1] == "Wrong labels were not looked for. They are not here."

    def test_labels_of_built_in_sets_are_not_judged(self):
        data = Dataset(
            name="tiny",
            labels=("a", "b"),
            pictures=Arrays(np.random.default_rng(0).integers(0, 256, (100, 8, 8, 1), np.uint8), np.arange(100)),
            truth=np.arange(100) % 2,
            parts=np.repeat(["train", "test"], 50),
        )
        found = check(data)
        assert found.counts() == {}
        assert "built-in" in found.notes[0]


class TestSaving:
    @pytest.fixture
    def saved(self, parted, tmp_path):
        shutil.copy(parted / "train/red/1.png", parted / "test/red/leak.png")
        looked(parted, save=tmp_path / "check", doubts_labels=False)
        return tmp_path / "check"

    def test_a_page_and_plain_values_are_written(self, saved):
        assert sorted(path.name for path in saved.iterdir()) == [PAGE, PROBLEMS]

    def test_the_values_name_pictures_labels_and_parts(self, saved):
        values = json.loads((saved / PROBLEMS).read_text(encoding="utf-8"))
        assert (values["pictures"], values["leaks"], values["counts"]) == (61, 1, {"leak": 1})
        assert values["problems"][0]["pictures"] == [
            {"image": "test/red/leak.png", "label": "red", "part": "test"},
            {"image": "train/red/1.png", "label": "red", "part": "train"},
        ]

    def test_the_page_shows_the_pictures(self, saved):
        page = (saved / PAGE).read_text(encoding="utf-8")
        assert page.count("<img") == 2
        assert "The same picture in two parts: 1" in page

    def test_an_earlier_check_is_replaced(self, saved, parted):
        (parted / "test/red/leak.png").unlink()
        looked(parted, save=saved, doubts_labels=False)
        assert json.loads((saved / PROBLEMS).read_text(encoding="utf-8"))["leaks"] == 0

    def test_a_folder_with_something_else_is_refused_before_work(self, photos, tmp_path):
        (tmp_path / "own").mkdir()
        (tmp_path / "own/mine.txt").write_text("mine")
        with pytest.raises(UsageError, match=r"holds something else \(mine\.txt\)"):
            looked(photos, save=tmp_path / "own")


def test_progress_counts_every_picture(photos):
    told = []
    looked(photos, progress=lambda *said: told.append(said))
    assert [done for name, done, total in told if name == "looking at pictures"] == list(range(1, 61))
    assert told[-1] == ("judging labels", 5, 5)


def test_what_cannot_be_loaded_says_why(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="no class folders"):
        check(tmp_path / "empty")


class TestBoxes:
    @pytest.fixture
    def cells(self, tmp_path):
        """Two pictures (80, 96) to learn from, with boxes that are wrong in many ways, and a third that is missing."""
        for seed in range(2):
            save_image(tmp_path / "cells" / f"{seed}.png", cloud(seed, COLOURS["red"]))
        rows = ["image,label,x0,y0,x1,y1,width,height", "0.png,red,0,0,30,30,96,80", "0.png,red,0,0,30,30,96,80"]
        rows += ["0.png,red,50,50,50,60,96,80", "0.png,red,60,60,50,50,96,80", "1.png,blue,0,0,120,40,90,80"]
        (tmp_path / "cells/labels.csv").write_text("\n".join([*rows, "2.png,red,0,0,9,9,96,80"]))
        return tmp_path / "cells"

    def test_what_is_wrong_with_boxes_is_found(self, cells):
        found = looked(cells).counts()
        wanted = ("missing", "swapped_box", "empty_box", "outside", "other_size", "twin_box")
        assert {kind: found[kind] for kind in wanted} == dict.fromkeys(wanted, 1)

    def test_the_boxes_concerned_are_named_with_what_the_picture_shows(self, cells):
        (problem,) = [each for each in looked(cells).to_dict()["problems"] if each["kind"] == "outside"]
        assert (problem["boxes"], problem["pictures"][0]["label"]) == ([[0, 0, 120, 40]], "1 × blue")

    def test_the_page_shows_them(self, cells, tmp_path):
        looked(cells, save=tmp_path / "check")
        page = (tmp_path / "check" / PAGE).read_text(encoding="utf-8")
        assert "Boxes with swapped corners: 1" in page
        assert "4 × red" in page

    def test_labels_are_not_doubted(self, cells):
        assert "Wrong labels were not looked for: that is done where each picture has one label." in looked(cells).notes

    def test_sound_boxes_have_no_such_problem(self, cells):
        lines = (cells / "labels.csv").read_text().splitlines()
        (cells / "labels.csv").write_text("\n".join(lines[:2]))
        assert set(looked(cells).counts()) <= {"few"}
