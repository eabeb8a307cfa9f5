"""Pictures that look like nothing but themselves, in folders, and a cache of our own."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.media.files import save_image


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("OPSIN_OFFLINE", raising=False)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def picture():
    """picture(seed): (40, 48, 3), clouds of random colours; no two seeds look alike."""

    def make(seed):
        spots = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), np.uint8)
        return cv2.resize(spots, (48, 40), interpolation=cv2.INTER_CUBIC)

    return make


@pytest.fixture
def folder_of(tmp_path, picture):
    """folder_of({"cat": 3, "train/dog": 2}): a folder that holds so many pictures in each of these folders."""

    def make(counts, name="photos"):
        seed = 0
        for inside, count in counts.items():
            folder = tmp_path / name / inside
            folder.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                save_image(folder / f"{number}.png", picture(seed := seed + 1))
        return Path(tmp_path / name)

    return make


@pytest.fixture
def table_of(folder_of):
    """table_of("image,label", "0.png,cat"): a CSV file of these lines, beside five pictures 0.png to 4.png."""

    def make(*lines, name="table.csv"):
        folder = folder_of({".": 5})
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
        return folder / name

    return make
