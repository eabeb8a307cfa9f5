import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from opsin.data import samples
from opsin.data.samples import Sample
from opsin.data.sets import SETS, BuiltIn, Held
from opsin.draw.regions import colour_of_region
from opsin.media.files import save_image
from opsin.media.sources import read_image
from opsin.store.asset import Asset
from opsin.store.fetch import path_of


@pytest.fixture
def cached(monkeypatch):
    """One sample of five bytes, in the cache."""
    asset = Asset("a.png", hashlib.sha256(b"a.png").hexdigest(), 5)
    only = (Sample(asset, "a cat", "Somebody", "CC0-1.0"),)
    monkeypatch.setattr(samples, "SAMPLES", only)
    monkeypatch.setattr("opsin.cli._data.SAMPLES", only)
    path_of(asset).parent.mkdir(parents=True)
    path_of(asset).write_bytes(b"a.png")


@pytest.mark.usefixtures("cached")
def test_samples_are_put_where_one_asks_and_say_whose_they_are(opsin):
    ended = opsin("data", "pull", "samples", "photos")
    assert Path("photos/a.png").read_bytes() == b"a.png"
    assert ended.out.splitlines() == ["1 pictures are in photos:", "  a.png                a cat (Somebody, CC0-1.0)"]


@pytest.mark.usefixtures("cached")
def test_samples_have_a_folder_of_their_own(opsin):
    assert opsin("data", "pull", "samples").code == 0
    assert Path("samples/a.png").exists()


def test_offline_the_package_is_named(opsin):
    ended = opsin("data", "pull", "samples")
    assert (ended.code, ended.out) == (1, "")
    assert "OPSIN_OFFLINE forbids fetching it from skimage/data/astronaut.png in the package scikit_image" in ended.err


def test_an_unknown_set_is_wrong_usage_and_the_sets_are_named(opsin):
    ended = opsin("data", "pull", "sample")
    assert (ended.code, ended.out) == (2, "")
    assert "samples" in ended.err


def test_help_shows_an_example(opsin):
    assert "opsin data pull samples photos" in opsin("data", "pull", "--help").out


@pytest.fixture
def animals():
    """Ten cats and twenty dogs, in folders of photos."""
    for number in range(30):
        spots = np.random.default_rng(number).integers(0, 256, (5, 6, 3), np.uint8)
        image = cv2.resize(spots, (48, 40), interpolation=cv2.INTER_CUBIC)
        save_image(Path("photos") / ("cat" if number < 10 else "dog") / f"{number}.png", image)
    return Path("photos")


@pytest.fixture
def spots(monkeypatch):
    """A built-in set of six pictures, the last two of which are its test part."""
    SETS.names()  # they are looked for once only
    monkeypatch.setattr(SETS, "_members", dict(SETS._members))
    held = Held(np.arange(96, dtype=np.uint8).reshape(6, 4, 4, 1), np.arange(6, dtype=np.uint8) % 2, 4)
    way = lambda folder, progress: held  # noqa: E731
    built_in = BuiltIn(name="spots", summary="6 spots", labels=("a", "b"), sha256="", ways=(way,), home="")
    SETS.add("spots", built_in)


@pytest.mark.usefixtures("spots")
def test_a_set_is_pulled_into_the_cache(opsin, tmp_path):
    ended = opsin("data", "pull", "spots")
    assert (tmp_path / "home" / "data" / "spots.npz").exists()
    assert ended.out.splitlines() == [
        f"spots is here: 6 spots, of 2 classes ({tmp_path / 'home' / 'data' / 'spots.npz'}).",
        "Look at it: opsin data show spots. Learn it: opsin train spots",
    ]
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("spots")
def test_a_set_is_pulled_into_folders(opsin):
    ended = opsin("data", "pull", "spots", "out")
    assert "6 pictures (4 train, 2 test) are in out. Use it as: opsin train out" in ended.out
    assert sorted(path.as_posix() for path in Path("out").rglob("*.png"))[:2] == [
        "out/test/a/00004.png",
        "out/test/b/00005.png",
    ]


def test_a_set_that_cannot_be_had_is_one_line(opsin):
    ended = opsin("data", "pull", "mnist")
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (1, "", 1)
    assert ended.err.startswith("opsin: mnist cannot be had. Keras cannot load mnist: OPSIN_OFFLINE is set.")


@pytest.mark.usefixtures("animals")
def test_show_counts_classes_by_part(opsin):
    rows = [line.split() for line in opsin("data", "show", "photos").out.splitlines()]
    assert rows[:4] == [
        ["class", "train", "validation", "test", "all"],
        ["cat", "8", "1", "1", "10"],
        ["dog", "16", "2", "2", "20"],
        ["all", "24", "3", "3", "30"],
    ]
    assert " ".join(rows[4]) == "Width x height of 30 of them: all 48 x 40."


@pytest.mark.usefixtures("animals")
def test_show_tells_of_other_sizes_and_of_pictures_that_cannot_be_read(opsin):
    save_image(Path("photos/cat/wide.png"), np.zeros((10, 400, 3), np.uint8))
    Path("photos/dog/bad.png").write_bytes(b"bad")
    said = opsin("data", "show", "photos").out.splitlines()[-1]
    assert said == "Width x height of 32 of them: 48 x 40 to 400 x 10, mostly 48 x 40; 1 cannot be read."


@pytest.mark.usefixtures("animals")
def test_show_answers_json(opsin):
    told = json.loads(opsin("data", "show", "photos", "--split", "0.5", "0.5", "0", "--json").out)
    assert told["parts"] == {"train": {"cat": 5, "dog": 10}, "validation": {"cat": 5, "dog": 10}}


@pytest.mark.usefixtures("animals")
def test_show_saves_a_picture_of_some_of_each_class(opsin):
    assert opsin("data", "show", "photos", "--save", "sheet.png").out.endswith("are in sheet.png.\n")
    assert read_image("sheet.png").shape[1] > 900


@pytest.mark.usefixtures("animals")
def test_split_writes_a_table_that_show_reads(opsin):
    ended = opsin("data", "split", "photos", "--into", "photos", "--seed", "3")
    assert (
        ended.out
        == "30 pictures (24 train, 3 validation, 3 test) are in photos/labels.csv. Use it as: opsin train photos\n"
    )
    table = Path("photos/labels.csv").read_text().splitlines()
    assert (table[0], len(table)) == ("image,label,group,split", 31)
    assert opsin("data", "show", "photos").out.splitlines()[3].split() == ["all", "24", "3", "3", "30"]


@pytest.mark.usefixtures("animals")
def test_split_copies_into_folders(opsin):
    opsin("data", "split", "photos", "--into", "out", "--split", "0.6", "0.2", "0.2", "--copy")
    assert len(list(Path("out/test/dog").iterdir())) == 4
    assert len(list(Path("photos").rglob("*.png"))) == 30


@pytest.mark.usefixtures("animals")
def test_columns_of_a_table_may_have_other_names(opsin):
    lines = ["file,kind", *(f"photos/cat/{number}.png,tabby" for number in range(5))]
    Path("table.csv").write_text("\n".join(lines))
    assert json.loads(opsin("data", "show", "table.csv", "--image", "file", "--label", "kind", "--json").out)[
        "labels"
    ] == ["tabby"]


def test_data_that_are_not_there_are_wrong_usage(opsin):
    ended = opsin("data", "show", "photos")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("opsin: There is no data set, folder or file called 'photos'. Known: cifar10")


@pytest.mark.usefixtures("animals")
def test_bad_data_are_one_line(opsin):
    Path("photos/fish").mkdir()
    ended = opsin("data", "show", "photos")
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert ended.err.startswith("opsin: photos: these class folders hold no pictures: fish.")


@pytest.mark.usefixtures("animals")
def test_wrong_shares_are_wrong_usage(opsin):
    assert opsin("data", "split", "photos", "--into", "x", "--split", "0.5", "0.5", "0.5").code == 2


@pytest.mark.parametrize("word", ["show", "split"])
def test_every_help_shows_an_example(opsin, word):
    assert f"opsin data {word} photos/" in opsin("data", word, "--help").out


@pytest.fixture
def cells():
    """Ten pictures (40, 48) with a red thing each, and two with a blue one more, in the table cells/labels.csv."""
    rows = ["image,label,x0,y0,x1,y1"]
    for number in range(10):
        image = np.random.default_rng(number).integers(0, 256, (5, 6, 3), np.uint8)
        save_image(Path(f"cells/{number}.png"), cv2.resize(image, (48, 40), interpolation=cv2.INTER_CUBIC))
        rows += [f"{number}.png,red,0,0,20,20"] + [f"{number}.png,blue,5,5,45,35"] * (number < 2)
    Path("cells/labels.csv").write_text("\n".join(rows))
    return Path("cells")


@pytest.mark.usefixtures("cells")
class TestBoxes:
    def test_show_counts_things_and_tells_of_their_sizes(self, opsin):
        rows = opsin("data", "show", "cells", "--split", "1", "0", "0").out.splitlines()
        assert [line.split() for line in rows[1:4]] == [["blue", "2", "2"], ["red", "10", "10"], ["all", "12", "12"]]
        assert rows[4].startswith("12 things in 10 pictures: 1 to 2 in each, mostly 1. Sides of boxes: 20 to 35 pixels")

    def test_show_answers_json(self, opsin):
        told = json.loads(opsin("data", "show", "cells", "--json").out)
        assert (told["task"], told["things"]["count"], told["things"]["per_picture"]["most"]) == ("detection", 12, 2)

    def test_show_saves_a_sheet(self, opsin):
        assert opsin("data", "show", "cells", "--save", "sheet.png").out.endswith(
            "Pictures with boxes are in sheet.png.\n"
        )
        assert read_image("sheet.png").shape[1] > 900

    def test_a_split_is_written_and_read_again(self, opsin):
        opsin("data", "split", "cells", "--into", "parts", "--split", "0.6", "0.2", "0.2")
        first = json.loads(opsin("data", "show", "parts", "--json").out)["parts"]
        opsin("data", "split", "cells", "--into", "copies", "--split", "0.6", "0.2", "0.2", "--copy")
        assert json.loads(opsin("data", "show", "copies", "--json").out)["parts"] == first
        assert len(list(Path("copies/train").iterdir())) == 6

    def test_convert_writes_another_format_and_says_what_it_cannot_hold(self, opsin):
        ended = opsin("data", "convert", "cells", "--to", "yolo", "--into", "yolo")
        assert ended.out.splitlines() == [
            "10 pictures (10 train) with 12 things are in yolo, as yolo.",
            "What yolo cannot hold: boxes around crowds, which are left out; areas of masks; groups.",
        ]
        assert json.loads(opsin("data", "show", "yolo", "--json").out)["things"]["count"] == 12

    def test_draw_writes_every_picture(self, opsin):
        assert opsin("data", "draw", "cells", "--into", "drawn").out == "10 pictures with their boxes are in drawn.\n"
        assert len(list(Path("drawn").iterdir())) == 10

    def test_preview_shows_them_moved_with_their_boxes(self, opsin):
        ended = opsin("data", "preview", "cells")
        assert ended.out == "preview.png shows pictures of cells, and beside each what 'standard' makes of it.\n"

    def test_check_looks_at_boxes(self, opsin):
        found = json.loads(opsin("data", "check", "cells", "--json").out)
        assert set(found["counts"]) <= {"few", "imbalance"}

    def test_labels_where_boxes_are_asked_for_are_one_line(self, opsin):
        (Path("photos/cat")).mkdir(parents=True)
        ended = opsin("data", "show", "photos", "--task", "detection")
        assert (ended.code, len(ended.err.splitlines())) == (1, 1)
        assert "photos holds no data for detection. This would do: COCO" in ended.err


@pytest.mark.parametrize("word", ["convert", "draw"])
def test_help_of_boxes_shows_an_example(opsin, word):
    assert f"opsin data {word} cells/ --" in opsin("data", word, "--help").out


@pytest.fixture
def streets(opsin):
    """streets/ with two pictures (8, 8): one half of each is of number 0, one of 1 and 2, and 3 is there too."""
    for name in "ab":
        save_image(Path(f"streets/images/{name}.png"), np.zeros((8, 8, 3), np.uint8))
        save_mask(Path(f"streets/masks/{name}.png"), np.array([0, 0, 0, 0, 1, 1, 2, 3], np.uint8)[None].repeat(8, 0))
    return opsin


def save_mask(path, laid):
    from PIL import Image

    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(laid).save(path)


NAMED = ("--labels", "sky, road,car", "--ignore", "3")


class TestMasks:
    def test_show_tells_the_shares_of_pixels(self, streets):
        told = streets("data", "show", "streets", "--split", "1", "0", "0", *NAMED).out
        assert [line.split()[-1] for line in told.splitlines()[1:5]] == ["57.14%", "28.57%", "14.29%", "100%"]
        assert "Of 12.5% of all pixels nothing is said." in told

    def test_convert_and_draw_write_masks(self, streets):
        ended = streets("data", "convert", "streets", "--to", "coco_masks", "--into", "coco", *NAMED)
        assert ended.out.splitlines()[0] == "2 pictures (2 train) with masks are in coco, as coco_masks."
        ended = streets("data", "draw", "coco", "--task", "segmentation", "--into", "drawn")
        assert ended.out == "2 pictures with their masks are in drawn.\n"

    def test_preview_shows_them_moved_with_their_masks(self, streets):
        ended = streets("data", "preview", "streets", "--task", "segmentation", *NAMED)
        assert ended.out == "preview.png shows pictures of streets, and beside each what 'standard' makes of it.\n"
        assert (read_image("preview.png")[-30:] == colour_of_region(1)).all(axis=2).any()

    def test_an_unknown_number_is_one_line(self, streets):
        ended = streets("data", "show", "streets", "--labels", "sky,road,car")
        assert (ended.code, len(ended.err.splitlines())) == (1, 1)
        assert "masks/a.png has 8 pixels of 3, and nothing says what that means" in ended.err

    def test_check_names_what_is_wrong_with_masks(self, streets):
        Path("streets/masks/b.png").rename("streets/masks/c.png")
        found = json.loads(streets("data", "check", "streets", "--json").out)
        assert {"no_mask": 1, "lone_mask": 1}.items() <= found["counts"].items()
