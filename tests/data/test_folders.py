import logging
import zipfile

import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data.folders import folder_listed, zip_listed


def names(listed):
    return [listed.pictures.name(index) for index in range(len(listed.pictures))]


def test_the_folder_of_a_picture_is_its_label(folder_of):
    listed = folder_listed(folder_of({"cat": 2, "dog": 1}))
    assert list(zip(names(listed), listed.labels, strict=True)) == [
        ("cat/0.png", "cat"),
        ("cat/1.png", "cat"),
        ("dog/0.png", "dog"),
    ]
    assert (listed.parts, listed.name) == (("", "", ""), "photos")


@pytest.mark.parametrize("validation", ["val", "valid", "validation", "Validation"])
def test_folders_of_parts_are_known_by_their_usual_names(folder_of, validation):
    listed = folder_listed(folder_of({"train/cat": 1, f"{validation}/cat": 1, "test/cat": 1}))
    assert sorted(zip(names(listed), listed.parts, strict=True)) == sorted(
        [("test/cat/0.png", "test"), ("train/cat/0.png", "train"), (f"{validation}/cat/0.png", "validation")]
    )
    assert set(listed.labels) == {"cat"}


def test_train_alone_is_a_part(folder_of):
    assert folder_listed(folder_of({"train/cat": 1, "train/dog": 1})).parts == ("train", "train")


def test_a_class_may_be_called_train(folder_of):
    listed = folder_listed(folder_of({"train": 1, "plane": 1}))
    assert (listed.labels, listed.parts) == (("plane", "train"), ("", ""))


def test_folders_within_a_class_folder_play_no_role(folder_of):
    assert folder_listed(folder_of({"cat/tabby/old": 1, "dog": 1})).labels == ("cat", "dog")


def test_one_folder_that_holds_everything_is_passed_through(folder_of):
    listed = folder_listed(folder_of({"flowers/rose": 1, "flowers/tulip": 1}))
    assert (listed.labels, names(listed)) == (("rose", "tulip"), ["flowers/rose/0.png", "flowers/tulip/0.png"])


def test_one_class_folder_is_a_class(folder_of):
    assert folder_listed(folder_of({"rose": 2})).labels == ("rose", "rose")


def test_hidden_files_and_other_files_are_passed_over(folder_of):
    folder = folder_of({"cat": 1, "dog": 1, ".git/cat": 1})
    (folder / "cat" / "notes.txt").write_text("notes")
    assert names(folder_listed(folder)) == ["cat/0.png", "dog/0.png"]


def test_a_class_folder_without_pictures_is_noticed(folder_of):
    assert folder_listed(folder_of({"cat": 1, "dog": 0})).empty == ("dog",)


def test_a_class_without_pictures_in_every_part_is_noticed(folder_of):
    assert folder_listed(folder_of({"train/cat": 1, "train/dog": 0, "test/dog": 0, "test/cat": 1})).empty == ("dog",)


def test_a_class_that_a_part_lacks_is_not_empty(folder_of):
    assert folder_listed(folder_of({"train/cat": 1, "train/dog": 1, "test/dog": 0, "test/cat": 1})).empty == ()


def test_a_folder_without_class_folders_says_what_to_do(folder_of):
    message = (
        r"photos has no class folders with pictures\. Put the pictures of each class into a folder that is named "
        r"after it, or add a table labels\.csv with the columns image,label\.$"
    )
    with pytest.raises(SourceError, match=message):
        folder_listed(folder_of({".": 2}))


def test_a_part_without_class_folders_is_refused(folder_of):
    message = r"photos: 2 pictures of test lie in no class folder, .+ the first is test/0\.png\. Put each"
    with pytest.raises(DataError, match=message):
        folder_listed(folder_of({"train/cat": 1, "test": 2}))


def test_pictures_beside_the_class_folders_are_left_out_and_told_of(folder_of, caplog):
    with caplog.at_level(logging.WARNING):
        listed = folder_listed(folder_of({"cat": 1, "dog": 1, ".": 3}))
    assert names(listed) == ["cat/0.png", "dog/0.png"]
    assert "3 pictures lie in no class folder, and are left out." in caplog.text


def test_a_folder_that_cannot_be_listed_is_one_line(tmp_path):
    with pytest.raises(SourceError, match=r"gone cannot be listed: No such file or directory\.$"):
        folder_listed(tmp_path / "gone")


def test_an_archive_is_read_like_a_folder(folder_of, tmp_path):
    folder = folder_of({"train/cat": 2, "train/dog": 1, "test/cat": 1})
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        for path in sorted(folder.rglob("*.png")):
            archive.write(path, f"all/{path.relative_to(folder)}")
    here, there = zip_listed(tmp_path / "packed.zip"), folder_listed(folder)
    assert (here.name, here.labels, here.parts) == ("packed", there.labels, there.parts)
    assert names(here)[0] == "all/test/cat/0.png"
