import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.media.files import save_image


@pytest.fixture
def pets():
    """Twenty-five cats and dogs to learn from and two of each to test, in the folder pets."""
    for seed in range(54):
        spots = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), np.uint8)
        part = "train" if seed < 50 else "test"
        image = cv2.resize(spots, (72, 60), interpolation=cv2.INTER_CUBIC)
        save_image(Path(f"pets/{part}/{('cat', 'dog')[seed % 2]}/{seed}.png"), image)
    return Path("pets")


@pytest.fixture
def leaking(pets):
    """The same with a picture in two parts."""
    shutil.copy(pets / "train/cat/0.png", pets / "test/cat/again.png")
    return pets


def test_sound_data_end_with_0_and_say_where_the_page_is(opsin, pets):
    ended = opsin("data", "check", pets, "--no-doubts")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[0] == "54 pictures: nothing found. runs/check-pets/index.html shows all."
    assert Path("runs/check-pets/index.html").exists()


def test_a_leak_ends_with_1_and_one_line(opsin, leaking):
    ended = opsin("data", "check", leaking, "--no-doubts", "--save", "found")
    assert ended.code == 1
    assert ended.err == (
        "opsin: pets leaks (1 found): the same, or nearly the same, is in two parts. See found/index.html\n"
    )
    assert "1  The same picture in two parts" in ended.out


def test_json_is_one_object(opsin, leaking):
    values = json.loads(opsin("data", "check", leaking, "--no-doubts", "--json").out)
    assert (values["leaks"], values["counts"]) == (1, {"leak": 1})


def test_without_weights_all_else_is_done_and_it_is_said(opsin, pets):
    ended = opsin("data", "check", pets)
    assert ended.code == 0
    assert "Wrong labels were not looked for." in ended.out


def test_a_preview_is_a_picture(opsin, pets):
    ended = opsin("data", "preview", pets, "--augment", "light", "--image-size", "8", "--save", "sheet.png")
    assert ended.out == "sheet.png shows pictures of pets, and beside each what 'light' makes of it.\n"
    assert cv2.imread("sheet.png").shape[2] == 3


def test_another_preset_is_wrong_usage_and_the_presets_are_named(opsin, pets):
    ended = opsin("data", "preview", pets, "--augment", "wild")
    assert ended.code == 2
    assert "Known: light, none, standard, strong" in ended.err


@pytest.mark.parametrize("verb", ["check", "preview"])
def test_help_shows_examples(opsin, verb):
    assert f"opsin data {verb} photos/" in opsin("data", verb, "--help").out
