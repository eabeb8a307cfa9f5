import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.formats import FORMATS
from opsin.data.load import as_written
from opsin.data.tables import Named
from opsin.media.files import save_image

YOLO = FORMATS.get("yolo")
WHOLE = (1, 0, 0)
NAMES = "names: [cat, dog]\n"


@pytest.fixture
def written(tmp_path, picture):
    """written(yaml, {"images/train/a.png": "0 .5 .5 1 1"}): a folder with data.yaml, pictures and their text files."""

    def make(yaml, lines, name="data.yaml"):
        root = tmp_path / "data"
        for seed, (inside, text) in enumerate(lines.items()):
            save_image(root / inside, picture(seed))
            if text is not None:
                path = (root / inside.replace("images/", "labels/")).with_suffix(".txt")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        (root / name).write_text(yaml)
        return root

    return make


@pytest.fixture
def one(written):
    """one(text): a folder with one picture (40, 48), whose text file holds that."""
    return lambda text, names=NAMES: written(f"train: images\n{names}", {"images/a.png": text})


def test_shares_become_pixels(one):
    data = load(one("1 0.5 0.5 0.5 0.25\n"), split=WHOLE)
    assert (data.task, data.labels) == ("detection", ("cat", "dog"))
    assert (data.truth[0].boxes.tolist(), data.truth[0].labels.tolist()) == ([[12, 15, 36, 25]], [1])


def test_a_polygon_becomes_the_box_around_it(one):
    data = load(one("0 0.25 0.5 0.75 0.25 0.5 0.75\n"), split=WHOLE)
    assert data.truth[0].boxes.tolist() == [[12, 10, 36, 30]]


def test_a_picture_without_a_text_file_or_with_an_empty_one_shows_nothing(written):
    root = written(
        "train: images\n" + NAMES, {"images/a.png": None, "images/b.png": "\n", "images/c.png": "0 .5 .5 1 1"}
    )
    assert [len(things) for things in load(root, split=WHOLE).truth] == [0, 0, 1]


@pytest.mark.parametrize(
    "names",
    ["names: [cat, dog]", "names: {0: cat, 1: dog}", "names:\n  1: dog\n  0: cat"],
    ids=["list", "map", "block"],
)
def test_names_are_a_list_or_by_numbers(one, names):
    assert load(one("0 .5 .5 1 1", names), split=WHOLE).labels == ("cat", "dog")


def test_numbers_stand_for_names_that_are_not_given(one):
    assert load(one("0 .5 .5 1 1", "nc: 2"), split=WHOLE).labels == ("0", "1")


@pytest.mark.parametrize(
    "keys",
    [
        "train: images/train\nval: images/val\ntest: images/test",
        "path: .\ntrain: images/train/\nvalid: ./images/val\ntest: [images/test]",
        "path: ../somewhere/else\ntrain: ../images/train\nval: ../images/val\ntest: ../images/test",
        "path: /home/me/data\ntrain: images/train\nval: images/val\ntest: images/test",
        "path: images\ntrain: train\nval: val\ntest: test",
    ],
    ids=["plain", "dots", "as roboflow has it", "another machine", "path"],
)
def test_parts_are_found_however_their_folders_are_written(written, keys):
    lines = {f"images/{part}/{part}.png": "0 .5 .5 1 1" for part in ("train", "val", "test")}
    data = load(written(f"{keys}\n{NAMES}", lines))
    assert sorted(zip(data.pictures.names, data.parts.tolist(), strict=True)) == [
        ("images/test/test.png", "test"),
        ("images/train/train.png", "train"),
        ("images/val/val.png", "validation"),
    ]


def test_a_text_file_may_list_the_pictures(written):
    root = written(f"train: train.txt\n{NAMES}", {"images/a.png": "0 .5 .5 1 1", "images/b.png": ""})
    (root / "train.txt").write_text("./images/a.png\n\n")
    assert load(root, split=WHOLE).pictures.names == ("images/a.png",)


def test_a_list_may_not_lead_out(written):
    root = written(f"train: train.txt\n{NAMES}", {"images/a.png": ""})
    (root / "train.txt").write_text("../a.png\n")
    with pytest.raises(DataError, match=r"train\.txt: line 1: '\.\./a\.png' leads out of"):
        load(root)


def test_a_picture_named_in_two_parts_stays_in_the_first_and_is_noted(written):
    found = as_written(written(f"train: images\nval: images\n{NAMES}", {"images/a.png": "0 .5 .5 1 1"}))
    assert found.data.parts.tolist() == ["train"]
    assert [(note.kind, note.said) for note in found.noted] == [("leak", "images/a.png in train and validation")]


def test_any_yaml_may_be_given_by_its_name(written):
    root = written(f"train: images\n{NAMES}", {"images/a.png": "0 .5 .5 1 1"}, "coco8.yaml")
    assert len(load(root / "coco8.yaml", split=WHOLE)) == len(load(root, split=WHOLE)) == 1


def test_an_unknown_class_is_noted_with_its_line_and_left_out(one):
    found = as_written(one("0 .5 .5 1 1\n2 .5 .5 1 1\n0.5 .5 .5 1 1"))
    assert [note.kind for note in found.noted] == ["unknown", "unknown"]
    assert found.noted[0].said.endswith("labels/a.txt: line 2: there is no class 2, only 0 to 1")
    assert len(found.data.truth[0]) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 .5 .5 1", r"line 2 has 4 numbers; it must have 5"),
        ("0 .5 .5 1 1 .9", r"line 2 has 6 numbers"),
        ("0 .5 .5 1 1 .9 .9 .9", r"line 2 has 8 numbers"),
        ("cat .5 .5 1 1", r"line 2: 'cat' is no number"),
        ("0 .5 .5 1 inf", r"line 2: 'inf' is no number"),
    ],
)
def test_a_line_that_is_no_box_is_refused_with_its_number(one, line, message):
    with pytest.raises(DataError, match=rf"labels/a\.txt: {message}"):
        load(one(f"0 .5 .5 1 1\n{line}\n"))


def test_a_folder_that_is_not_there_is_named_with_its_key(written):
    with pytest.raises(DataError, match=r"data\.yaml: train is 'pictures', and nothing of that name is in"):
        load(written(f"train: pictures\n{NAMES}", {"images/a.png": ""}))


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("a: [", "is no YAML that can be read"),
        ("!!python/object/apply:os.system [ls]", "is no YAML that can be read"),
        ("- a", "must hold the keys train, val and names; got list"),
        ("train: images", r"names must be a list of classes, or their names by their numbers; got None"),
        ("train: images\nnames: [a, a]", "two classes have one name"),
        ("train: images\nnames: [[a], b]", "names must be a list of classes"),
    ],
    ids=["half", "python", "list", "nameless", "twice", "nested"],
)
def test_another_yaml_is_refused(written, yaml, message):
    with pytest.raises(SourceError, match=message):
        load(written(yaml, {"images/a.png": ""}), task="detection")


def test_a_folder_without_yaml_is_none(folder_of):
    assert not YOLO.recognises(folder_of({"images": 1}), Named())


def test_a_picture_that_lies_on_its_side_is_measured_upright(one):
    from PIL import Image

    root = one("0 0.5 0.5 1 0.5\n")
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (48, 40)).save(root / "images/a.png", exif=exif)
    assert load(root, split=WHOLE).truth[0].boxes.tolist() == [[0, 12, 40, 36]]
