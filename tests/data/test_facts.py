import json

import numpy as np
import pytest

from opsin.data import load
from opsin.data.facts import LOOKED_AT, facts, sizes
from opsin.data.files import Files
from opsin.media.files import save_image


def test_facts_count_classes_by_part_and_are_plain(folder_of):
    folder = folder_of({"cat": 10, "dog": 20})
    told = json.loads(json.dumps(facts(load(folder))))
    assert told["parts"] == {
        "train": {"cat": 8, "dog": 16},
        "validation": {"cat": 1, "dog": 2},
        "test": {"cat": 1, "dog": 2},
    }
    assert (told["name"], told["source"], told["pictures"]) == ("photos", str(folder), 30)
    assert (told["labels"], told["columns"]) == (["cat", "dog"], [])


def test_sizes_are_ordered_by_area(folder_of):
    folder = folder_of({"cat": 3, "dog": 2})
    save_image(folder / "dog" / "wide.png", np.zeros((10, 300, 3), np.uint8))
    save_image(folder / "dog" / "dot.png", np.zeros((1, 1, 3), np.uint8))
    told = sizes(load(folder))
    assert told == {"looked_at": 7, "unreadable": 0, "smallest": (1, 1), "usual": (40, 48), "largest": (10, 300)}


def test_of_many_only_some_are_opened(folder_of, monkeypatch):
    data = load(folder_of({"cat": 150}))
    opened = []
    monkeypatch.setattr(Files, "__getitem__", lambda self, index: opened.append(index) or np.zeros((2, 2, 3), np.uint8))
    assert sizes(data)["looked_at"] == LOOKED_AT == len(set(opened))
    assert (min(opened), max(opened)) == (0, 149)


def test_what_cannot_be_read_is_counted(folder_of):
    folder = folder_of({"cat": 3})
    data = load(folder)
    (folder / "cat" / "0.png").write_bytes(b"nothing")
    assert sizes(data)["unreadable"] == 1


def test_shares_of_pixels_leave_out_what_is_ignored(regions_of):
    told = facts(regions_of([[[0, 0, 1, 255]], [[1, 1, 1, 255]]]))
    assert (told["task"], told["parts"]["train"]) == ("segmentation", {"sky": 1, "road": 2})
    assert told["regions"]["shares"] == pytest.approx({"sky": 1 / 3, "road": 2 / 3}, abs=1e-6)
    assert told["regions"]["ignored"] == 0.25


def test_of_maps_that_say_nothing_no_class_has_a_share(regions_of):
    assert facts(regions_of([[[255]]]))["regions"] == {"shares": {"sky": 0, "road": 0}, "ignored": 1}
