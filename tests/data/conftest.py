"""Pictures that look like nothing but themselves, in folders and with boxes, and a cache of our own."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.data.captions import Captions
from opsin.data.dataset import Arrays, Dataset
from opsin.data.files import Files
from opsin.data.regions import regions
from opsin.data.things import Things, as_truth
from opsin.media.files import save_image

BOXES = [[1.5, 2.25, 20, 30], [10, 0, 48, 40], [60.72 / 3, 5, 30, 17.1]]


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


@pytest.fixture
def boxed_of(tmp_path, picture):
    """boxed_of([Things, …], parts): a dataset of pictures (40, 48) in the folder `pictures`, that show these things."""

    def make(truths, parts=None, labels=("cat", "dog"), **columns):
        names = tuple(f"{number}.png" for number in range(len(truths)))
        for number, name in enumerate(names):
            save_image(tmp_path / "pictures" / name, picture(number))
        return Dataset(
            name="pets",
            labels=labels,
            pictures=Files(tmp_path / "pictures", names),
            truth=as_truth(truths),
            parts=np.array(parts or ["train"] * len(truths), "U10"),
            columns={name: np.array(column) for name, column in columns.items()},
        )

    return make


@pytest.fixture
def boxed(boxed_of):
    """Four pictures in three parts: two things, a crowd, nothing, and a thing whose mask is known."""
    truths = [
        Things(BOXES[:2], [1, 0]),
        Things(BOXES[2:], [0], is_crowd=[True]),
        Things([], []),
        Things(BOXES[:1], [1], areas=[100.5]),
    ]
    return boxed_of(truths, ["train", "train", "validation", "test"], group=["a", "a", "", "b"])


@pytest.fixture
def said():
    """said(data): for each picture, by its stem, its part and its things as rows; with areas if asked."""

    def rows(things, labels, with_areas):
        columns = zip(things.boxes.tolist(), things.labels, things.is_crowd, things.areas, strict=True)
        return sorted(
            (labels[number], bool(crowd), *box, *([round(float(area), 3)] if with_areas else []))
            for box, number, crowd, area in columns
        )

    def make(data, with_areas=False):
        names = [data.pictures.name(index).rsplit("/", 1)[-1] for index in range(len(data))]
        return {
            name: (str(part), rows(things, data.labels, with_areas))
            for name, part, things in zip(names, data.parts, data.truth, strict=True)
        }

    return make


@pytest.fixture
def captioned(tmp_path, picture):
    """Three pictures in three parts, with one to three captions, letters and signs of all kinds among them."""
    names = tuple(f"{number}.png" for number in range(3))
    for number, name in enumerate(names):
        save_image(tmp_path / "pictures" / name, picture(number))
    texts = [("A dog runs .", 'It says "go, dog; go"'), ("Zwei Hunde, überall\u2028hier",), ("a", "b", "a")]
    return Dataset(
        name="pets",
        labels=(),
        pictures=Files(tmp_path / "pictures", names),
        truth=as_truth([Captions(each) for each in texts]),
        parts=np.array(["train", "validation", "test"]),
        columns={"group": np.array(["x", "", "y"])},
    )


@dataclass(frozen=True)
class Laid:
    """A map in memory."""

    laid: np.ndarray

    def map(self):
        """(h, w) class numbers."""
        return self.laid

    def digest(self):
        """The map itself."""
        return self.laid.tobytes()


@pytest.fixture
def regions_of():
    """regions_of([map, …]): black pictures to learn from, with these maps of sky (0) and road (1)."""

    def make(maps):
        laid = [np.array(each, np.uint8) for each in maps]
        return Dataset(
            name="streets",
            labels=("sky", "road"),
            pictures=Arrays(np.zeros((len(laid), *laid[0].shape, 3), np.uint8), np.arange(len(laid))),
            truth=as_truth([regions(Laid(each)) for each in laid]),
            parts=np.array(["train"] * len(laid)),
        )

    return make
