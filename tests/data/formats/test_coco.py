import json

import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.formats import FORMATS, Asked
from opsin.data.load import as_written
from opsin.data.tables import Named
from opsin.media.files import save_image

COCO = FORMATS.get("coco")
WHOLE = (1, 0, 0)


def document(**changes):
    """Two pictures, 0.png with a dog and 1.png with a crowd of cats; ids as odd as COCO's."""
    told = {
        "images": [{"id": 7, "file_name": "0.png", "height": 40, "width": 48}, {"id": 3, "file_name": "1.png"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 90, "bbox": [10.5, 5, 20, 30.25], "area": 77.5, "iscrowd": 0},
            {"id": 2, "image_id": 3, "category_id": 17, "bbox": [0, 0, 48, 40], "iscrowd": 1},
        ],
        "categories": [{"id": 90, "name": "dog"}, {"id": 17, "name": "cat"}],
    }
    return told | changes


@pytest.fixture
def written(tmp_path, picture):
    """written(document, "annotations/a.json", "images"): the path of a JSON file, with its pictures in that folder."""

    def make(told, name="boxes.json", pictures=""):
        for number in range(2):
            save_image(tmp_path / "data" / pictures / f"{number}.png", picture(number))
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(told if isinstance(told, str) else json.dumps(told))
        return path

    return make


def test_boxes_are_corners_and_classes_follow_their_ids(written):
    data = load(written(document()), split=WHOLE)
    assert (data.task, data.labels, data.name) == ("detection", ("cat", "dog"), "data")
    assert (data.truth[0].boxes.tolist(), data.truth[0].labels.tolist()) == ([[10.5, 5, 30.5, 35.25]], [1])


def test_crowds_and_areas_of_masks_are_kept(written):
    dog, cats = load(written(document()), split=WHOLE).truth
    assert (dog.is_crowd.tolist(), dog.areas.tolist()) == ([False], [77.5])
    assert (cats.is_crowd.tolist(), cats.areas.tolist()) == ([True], [48 * 40])


def test_decimals_are_not_lost_in_adding(written):
    told = document()
    told["annotations"][0]["bbox"] = [60.72, 30.31, 209.04, 208.06]
    box = load(written(told), split=WHOLE).truth[0].boxes[0]
    assert [str(value) for value in box] == ["60.72", "30.31", "269.76", "238.37"]


@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("annotations/instances_train2017.json", "train2017"),
        ("annotations/instances_train.json", "images/train"),
        ("annotations/instances_train.json", "images"),
        ("train/_annotations.coco.json", "train"),
        ("_annotations.coco.json", ""),
        ("labels.json", "images"),
        ("annotations/mine.json", ""),
    ],
)
def test_a_folder_is_read_wherever_file_and_pictures_usually_are(written, tmp_path, name, pictures):
    written(document(), name, pictures)
    assert COCO.recognises(tmp_path / "data", Named())
    assert len(load(tmp_path / "data", split=WHOLE)) == 2


def test_several_files_are_parts_and_share_their_classes(written, tmp_path):
    written(
        document(categories=[{"id": 17, "name": "cat"}, {"id": 90, "name": "dog"}]), "annotations/instances_train.json"
    )
    swapped = [{"id": 17, "name": "dog"}, {"id": 90, "name": "ant"}]
    written(document(categories=swapped), "annotations/instances_val2017.json")
    data = load(tmp_path / "data", split=WHOLE)
    assert (data.labels, data.parts.tolist()) == (("cat", "dog", "ant"), ["train"] * 2 + ["validation"] * 2)
    assert [data.summary(index) for index in range(4)] == ["1 × dog", "1 × cat", "1 × ant", "1 × dog"]


def test_one_file_that_is_named_is_no_part(written):
    listed = COCO.read(written(document(), "annotations/instances_val.json"), Asked())
    assert listed.parts == ("", "")


def test_what_roboflow_writes_above_all_classes_is_no_class(written):
    above = {"id": 0, "name": "pets", "supercategory": "none"}
    told = document(categories=[above, *({**each, "supercategory": "pets"} for each in document()["categories"])])
    assert load(written(told), split=WHOLE).labels == ("cat", "dog")


def test_things_of_unknown_classes_and_pictures_are_noted_and_left_out(written):
    told = document()
    told["annotations"][0]["category_id"] = 5
    told["annotations"][1]["image_id"] = "x"
    found = as_written(written(told))
    assert [note.kind for note in found.noted] == ["unknown", "unknown"]
    assert "annotation 1: there is no class with the id 5" in found.noted[0].said
    assert "annotation 2: there is no picture with the id 'x'" in found.noted[1].said
    assert [len(things) for things in found.data.truth] == [0, 0]


def test_missing_pictures_are_noted_and_left_out(written, tmp_path):
    path = written(document())
    (tmp_path / "data/1.png").unlink()
    found = as_written(path)
    assert [(note.kind, note.said) for note in found.noted] == [("missing", "1.png")]
    assert len(found.data) == 1


def test_sizes_are_told_where_they_are_written(written):
    assert as_written(written(document())).sizes == {0: (40, 48)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bbox": [1, 2, 3]}, r"annotation 1: bbox must be left, top, width and height; got \[1, 2, 3\]"),
        ({"bbox": [1, 2, 3, "x"]}, r"annotation 1: 'x' is no number"),
        ({"bbox": [1, 2, 3, float("nan")]}, r"annotation 1: nan is no number"),
        ({"bbox": None}, r"annotation 1 has no bbox"),
        ({"image_id": [7]}, r"annotation 1 has no image_id"),
        ({"id": None}, r"an annotation has no id"),
    ],
)
def test_what_is_no_box_is_refused_with_file_and_element(written, change, message):
    told = document()
    told["annotations"][0] |= change
    with pytest.raises(DataError, match=rf"boxes\.json: {message}"):
        load(written(told))


@pytest.mark.parametrize("name", ["../0.png", "/etc/passwd", "C:\\0.png", "a\\..\\..\\0.png"])
def test_no_path_leaves_the_folder(written, name):
    told = document(images=[{"id": 7, "file_name": name}, {"id": 3, "file_name": "1.png"}])
    with pytest.raises(DataError, match="leads out of the folder"):
        load(written(told))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is no JSON that can be read"),
        ("[" * 100_000, "is no JSON that can be read"),
        ("[]", "it has no list images and none annotations and none categories"),
        ('{"images": [], "annotations": []}', "is no COCO file: it has no list categories"),
    ],
    ids=["half", "deep", "list", "captions"],
)
def test_another_file_is_refused(written, text, message):
    with pytest.raises(SourceError, match=message):
        load(written(text))


def test_where_no_picture_is_there_the_first_is_named(written):
    told = document(images=[{"id": 7, "file_name": "a.png"}, {"id": 3, "file_name": "b.png"}])
    with pytest.raises(DataError, match=r"none of its 2 pictures is in .*data; the first is a\.png"):
        load(written(told))


def test_class_folders_with_another_json_are_no_coco(folder_of):
    folder = folder_of({"cat": 1})
    (folder / "notes.json").write_text('{"images": 3}')
    assert not COCO.recognises(folder, Named())


def test_the_json_that_is_written_has_short_numbers(boxed_of, tmp_path):
    from opsin.data import convert
    from opsin.data.things import Things

    convert(boxed_of([Things([[60.72, 0, 269.76, 9]], [0])]), "coco", tmp_path / "coco")
    told = json.loads((tmp_path / "coco/annotations/instances_train.json").read_text())
    assert told["annotations"][0]["bbox"] == [60.72, 0, 209.04, 9]
    assert told["images"][0] == {"id": 1, "file_name": "0.png", "height": 40, "width": 48}
