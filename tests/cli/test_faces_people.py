import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from opsin.media.files import save_image

FOLDER = ("faces", "people", "photos", "--model", "yunet_sface_tiny")


@pytest.fixture
def family():
    """The folder photos: one person on a, b and c, another on d, as the tiny model sees them."""
    for file, left in {"a": 23, "b": 23, "c": 23, "d": 34}.items():
        image = np.zeros((64, 64, 3), np.uint8)
        image[24:48, left : left + 5] = 170
        image[28, 28] = 255
        save_image(Path(f"photos/{file}.png"), image)


@pytest.fixture
def sorted_family(opsin, family):
    assert opsin(*FOLDER).code == 0


def lines(ended):
    return [json.loads(line) for line in ended.out.splitlines()]


def test_it_shows_a_table_and_where_the_page_is(opsin, family):
    ended = opsin(*FOLDER)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[1].split() == ["p1", "3", "3"]
    assert ended.out.splitlines()[-1] == "1 person with 3 faces; 1 face unknown. people/index.html shows all."
    assert Path("people/index.html").exists()


def test_json_is_one_object_a_person_and_one_for_the_unknown(opsin, family):
    first, unknown = lines(opsin(*FOLDER, "--json", "--album", "family"))
    assert (first["person"], first["name"], first["photos"]) == ("p1", "", ["a.png", "b.png", "c.png"])
    assert (unknown["person"], unknown["name"], unknown["photos"]) == ("", "unknown", ["d.png"])
    assert len(first["faces"][0]["box"]) == 4
    assert Path("family/index.html").exists()


def test_quiet_says_nothing(opsin, family):
    ended = opsin(*FOLDER, "--quiet")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_a_photo_that_cannot_be_read_ends_with_1_and_the_others_are_sorted(opsin, family):
    Path("photos/bad.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    ended = opsin(*FOLDER, "--json")
    assert ended.code == 1
    assert ended.err.count("\n") == 1
    assert "bad.png is damaged" in ended.err
    assert len(lines(ended)) == 2


def test_same_and_undo(opsin, sorted_family):
    assert len(lines(opsin("faces", "same", "d.png#1", "a.png#1", "--json"))) == 1
    assert len(lines(opsin("faces", "same", "d.png#1", "a.png#1", "--undo", "--json"))) == 2


def test_different_holds_when_the_folder_is_sorted_again(opsin, sorted_family):
    assert opsin("faces", "different", "a.png#1", "b.png#1").code == 0
    first, unknown = lines(opsin(*FOLDER, "--json"))
    assert {first["photos"][0], unknown["photos"][0]} == {"a.png", "b.png"}


def test_a_name_is_in_the_table_brackets_and_all(opsin, sorted_family):
    assert "[bold]Ann" in opsin("faces", "name", "p1", "[bold]Ann").out


def test_a_contradiction_is_wrong_usage_and_one_line(opsin, sorted_family):
    opsin("faces", "same", "a.png#1", "b.png#1")
    ended = opsin("faces", "different", "a.png#1", "b.png#1")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        "opsin: opsin faces different a.png#1 b.png#1 contradicts what was said before: opsin faces same a.png#1 "
        "b.png#1. Take that back first, with --undo after it.\n"
    )


def test_another_album_is_asked_for_by_its_folder(opsin, sorted_family):
    shutil.move("people", "family")
    assert opsin("faces", "name", "p1", "Ann").code == 2
    assert "Ann" in opsin("faces", "name", "p1", "Ann", "--album", "family").out


@pytest.mark.parametrize("verb", ["people", "same", "different", "name"])
def test_help_shows_examples(opsin, verb):
    assert f"opsin faces {verb} " in opsin("faces", verb, "--help").out
