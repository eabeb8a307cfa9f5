import csv
import shutil
from collections import Counter

import numpy as np
import pytest

from opsin.core.errors import InputError, OpsinError
from opsin.data import load, saved
from opsin.data.dataset import Arrays, Dataset
from opsin.data.saved import plain, save_folders, save_table


@pytest.fixture
def data(folder_of):
    return load(folder_of({"cat": 10, "dog": 10}))


@pytest.fixture
def arrays():
    """Three grey pictures in memory, two of which have a label that no folder may have."""
    pixels = np.arange(48, dtype=np.uint8).reshape(3, 4, 4, 1)
    return Dataset(
        name="spots",
        labels=("a/b", "c"),
        pictures=Arrays(pixels, np.arange(3)),
        truth=np.array([0, 0, 1]),
        parts=np.array(["train", "test", "train"]),
    )


def by_name(data):
    return {data.pictures.name(index): str(data.parts[index]) for index in range(len(data))}


def test_a_table_in_the_folder_of_the_pictures_is_what_load_reads_there(data):
    assert save_table(data, data.source) == data.source / "labels.csv"
    again = load(data.source, seed=7)
    assert (by_name(again), again.labels, again.digest()) == (by_name(data), data.labels, data.digest())


def test_a_table_elsewhere_reaches_the_pictures_through_a_link(data, tmp_path):
    save_table(data, tmp_path / "elsewhere")
    again = load(tmp_path / "elsewhere")
    assert by_name(again) == {f"images/{name}": part for name, part in by_name(data).items()}
    assert (tmp_path / "elsewhere" / "images").resolve() == data.source.resolve()


def test_a_table_can_be_written_twice(data, tmp_path):
    assert save_table(data, tmp_path / "there") == save_table(data, tmp_path / "there")


def test_a_table_above_the_pictures_names_their_folder(data):
    save_table(data, data.source.parent)
    assert (data.source.parent / "labels.csv").read_text().splitlines()[1] == "photos/cat/0.png,cat,,train"


def test_a_table_keeps_groups_and_other_columns(table_of):
    path = table_of("image,label,place,group", *(f'{number}.png,a,"x, y",g{number}' for number in range(5)))
    save_table(load(path), path.parent)
    with (path.parent / "labels.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "label", "group", "split", "place"]
    assert (rows[3]["group"], rows[3]["place"]) == ("g3", "x, y")


def test_where_no_link_can_be_made_it_is_one_line(data, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "images").write_text("in the way")
    with pytest.raises(InputError, match=r"images cannot be made to lead to the pictures in .+: File exists\. Write"):
        save_table(data, tmp_path / "there")


def test_pictures_that_are_no_files_have_no_table(arrays, tmp_path):
    with pytest.raises(InputError, match=r"^The pictures of spots are no files .+ Copy them out \(--copy\)\.$"):
        save_table(arrays, tmp_path)


def test_folders_hold_the_files_as_they_are(data, tmp_path):
    save_folders(data, tmp_path / "new" / "split")
    again = load(tmp_path / "new" / "split")
    assert again.digest() == data.digest()
    assert Counter(again.parts.tolist()) == {"train": 16, "validation": 2, "test": 2}


def test_files_of_one_name_lie_beside_each_other(folder_of, tmp_path):
    data = load(folder_of({"cat/old": 2, "cat/new": 2, "dog": 3}), split=(1, 0, 0))
    save_folders(data, tmp_path / "out")
    assert len(list((tmp_path / "out" / "train" / "cat").iterdir())) == 4


def test_arrays_become_files_and_labels_folders(arrays, tmp_path):
    save_folders(arrays, tmp_path / "out")
    found = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.png")}
    assert found == {"train/a-b/00000.png", "test/a-b/00001.png", "train/c/00002.png"}
    again = load(tmp_path / "out", split=(0.8, 0, 0.2))
    assert (again.pictures[0][..., 0] == arrays.pictures[1][..., 0]).all()


def test_progress_is_told_of_every_picture(arrays, tmp_path):
    told = []
    save_folders(arrays, tmp_path / "out", lambda *what: told.append(what))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_a_folder_with_something_in_it_is_refused(data, tmp_path):
    with pytest.raises(InputError, match=r"photos is not empty\. Name a folder that is not there yet\.$"):
        save_folders(data, data.source)


def test_an_empty_folder_will_do(arrays, tmp_path):
    (tmp_path / "out").mkdir()
    assert any(save_folders(arrays, tmp_path / "out").iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_when_it_is_stopped_nothing_is_left(data, tmp_path, monkeypatch, error):
    def stop(*paths):
        raise error

    monkeypatch.setattr(shutil, "copyfile", stop)
    before = set(tmp_path.iterdir())
    with pytest.raises((KeyboardInterrupt, OpsinError)):
        save_folders(data, tmp_path / "out")
    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_cannot_be_made_is_one_line(data, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(
        OpsinError, match=r"out cannot be written: (Not a directory|File exists)\. Choose another folder\.$"
    ):
        save_folders(data, tmp_path / "file" / "out")


@pytest.mark.parametrize(("label", "name"), [("../../etc", "-..-etc"), ("a:b", "a-b"), ("...", "-"), (" x ", "x")])
def test_no_label_leads_out_of_its_folder(label, name):
    assert plain(label) == name


def test_names_from_a_stranger_stay_in_their_folder():
    assert saved.plain("/") == "-"


def test_masks_cannot_stand_in_a_table(regions_of, tmp_path):
    with pytest.raises(InputError, match=r"are no labels that a table could name\. Copy them out \(--copy\)"):
        save_table(regions_of([[[0, 1]]]), tmp_path)


def test_masks_are_copied_as_numbers_and_parts_stay(regions_of, tmp_path):
    data = regions_of([[[0, 1]], [[1, 255]]])
    data.parts[1] = "test"
    found = load(save_folders(data, tmp_path / "new"), split=(1, 0, 0), is_near_kept=False)
    assert (found.labels, sorted(found.parts.tolist())) == (("sky", "road"), ["test", "train"])
    assert [each.map().tolist() for each in found.truth] == [[[1, 255]], [[0, 1]]]
