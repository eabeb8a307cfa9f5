import logging

import pytest

from opsin.core.errors import DataError, UnknownNameError
from opsin.data import load
from opsin.data.load import as_written

WHOLE = (1, 0, 0)


def test_pictures_that_are_missing_are_left_out_and_counted(table_of, caplog):
    table = table_of("image,caption", "0.png,a dog", "9.png,a cat")
    with caplog.at_level(logging.WARNING):
        assert load(table, split=WHOLE).pictures.names == ("0.png",)
    assert "left out: 1 pictures that are missing" in caplog.text
    assert [note.kind for note in as_written(table).noted] == ["missing"]


def test_where_no_picture_is_the_first_is_named(table_of):
    with pytest.raises(DataError, match=r"none of its 2 pictures with captions is in .*; the first is 8\.png"):
        load(table_of("image,caption", "8.png,a dog", "9.png,a cat"))


@pytest.mark.parametrize("inside", ["images", "Images", "Flicker8k_Dataset"])
def test_pictures_may_lie_in_one_of_the_usual_folders(folder_of, inside):
    folder = folder_of({inside: 2})
    (folder / "captions.txt").write_text("image,caption\n0.png,a dog\n1.png,a cat")
    assert load(folder, split=WHOLE).pictures.names == (f"{inside}/0.png", f"{inside}/1.png")


def test_data_of_another_kind_hold_no_captions(table_of):
    with pytest.raises(DataError, match=r"pets is data for captioning, not for detection"):
        load(_pets(load(table_of("image,caption", "0.png,a dog"), split=WHOLE)), task="detection")


def _pets(data):
    import dataclasses

    return dataclasses.replace(data, name="pets")


def test_there_is_a_task_called_captioning():
    with pytest.raises(UnknownNameError, match="captioning"):
        load("data", task="captionning")
