import json

import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.load import as_written

WHOLE = (1, 0, 0)
BOXES = {"annotations": [{"id": 1, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4]}]}


def document(name="0.png", *texts, **changes):
    """One picture with captions; its id is as odd as COCO's."""
    said = [{"id": number, "image_id": 7, "caption": text} for number, text in enumerate(texts or ("a dog", "a pet"))]
    return {"images": [{"id": 7, "file_name": name}], "annotations": said} | changes


@pytest.fixture
def written(folder_of):
    """written({"annotations/captions_val2017.json": document()}): a folder with these files, and three pictures."""

    def make(files, pictures="val2017"):
        folder = folder_of({pictures: 3})
        for name, told in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(told if isinstance(told, str) else json.dumps(told))
        return folder

    return make


def test_captions_belong_to_the_picture_with_their_id(written):
    data = load(written({"annotations/captions_val2017.json": document()}), split=WHOLE)
    assert (data.pictures.names, data.parts.tolist()) == (("val2017/0.png",), ["validation"])
    assert data.truth[0].texts == ("a dog", "a pet")


def test_the_file_itself_may_be_given_and_is_taken_whole(written):
    folder = written({"annotations/captions_val2017.json": document()})
    assert load(folder / "annotations/captions_val2017.json", split=WHOLE).parts.tolist() == ["train"]


def test_where_boxes_lie_beside_captions_the_task_chooses(written):
    told = document(**BOXES, categories=[{"id": 1, "name": "dog"}])
    files = {"annotations/captions_val.json": document(), "annotations/instances_val.json": told}
    folder = written(files, "val")
    assert [load(folder, task=task, split=WHOLE).task for task in (None, "detection", "captioning")] == [
        "detection",
        "detection",
        "captioning",
    ]


def test_a_picture_in_two_parts_stays_in_the_first_and_is_noted(written):
    names = [f"annotations/captions_{part}.json" for part in ("train", "val")]
    found = as_written(written({name: document() for name in names}, "."))
    assert (found.data.parts.tolist(), [note.kind for note in found.noted]) == (["train"], ["leak"])


def test_captions_of_unknown_pictures_and_pictures_without_captions_are_noted(written):
    told = document()
    told["images"].append({"id": 8, "file_name": "1.png"})
    told["annotations"][1]["image_id"] = 9
    found = as_written(written({"captions.json": told}, "."))
    assert sorted(note.kind for note in found.noted) == ["lone_caption", "no_caption"]
    assert found.data.truth[0].texts == ("a dog",)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        (document("0.png", "a dog", " "), r"annotation 1 must have a caption; got ' '"),
        (document("../0.png"), r"'\.\./0\.png' leads out of the folder"),
        (document(images=[{"file_name": "0.png"}]), "a picture has no id"),
    ],
)
def test_what_is_not_right_is_refused_with_its_place(written, told, message):
    with pytest.raises(DataError, match=rf"captions\.json: {message}"):
        load(written({"captions.json": told}, "."), task="captioning")


def test_what_is_no_such_json_is_refused(written):
    with pytest.raises(SourceError, match="is no COCO file: it has no list images"):
        load(written({"captions.json": document(images=3)}, "."), task="captioning")
