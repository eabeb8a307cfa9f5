import zipfile
from types import SimpleNamespace

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.errors import DataError, ImageError, OpsinError, SourceError
from opsin.data.tables import Named, csv_listed, frame_listed, parsed, zipped_csv_listed

NAMED = Named()


def listed(path, **named):
    return csv_listed(path, Named(**named))


def test_a_table_names_pictures_and_labels(table_of, picture):
    found = listed(table_of("image,label", "1.png,cat", "0.png,dog"))
    assert (found.labels, found.parts, found.name) == (("cat", "dog"), ("", ""), "table")
    assert (found.pictures[0] == picture(2)).all()


def test_a_table_called_labels_is_named_after_its_folder(table_of):
    assert listed(table_of("image,label", "0.png,cat", name="labels.csv")).name == "photos"


def test_columns_may_have_other_names(table_of):
    assert listed(table_of("file,kind", "0.png,cat"), image="file", label="kind").labels == ("cat",)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_separate(table_of, delimiter):
    assert listed(table_of(delimiter.join(["image", "label"]), delimiter.join(["0.png", "cat"]))).labels == ("cat",)


def test_quotes_hold_commas_and_a_mark_of_utf_8_is_passed_over(table_of):
    assert listed(table_of('\ufeffimage,"label"', '0.png,"cat, tabby"', "")).labels == ("cat, tabby",)


def test_the_split_is_taken_from_its_column(table_of):
    found = listed(table_of("image,label,split", "0.png,a,train", "1.png,a,val", "2.png,a,Test", "3.png,a,"))
    assert found.parts == ("train", "validation", "test", "")


def test_other_columns_are_kept(table_of):
    columns = listed(table_of("image,label,group,place", "0.png,a,anna,Oslo", "1.png,a,,Rome")).columns
    assert {name: list(column) for name, column in columns.items()} == {
        "group": ["anna", ""],
        "place": ["Oslo", "Rome"],
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["name,kind", "0.png,cat"], r"has no column image and none label; its columns are: name, kind\. Rename them"),
        (["image", "0.png"], r"has no column label; its columns are: image\."),
        (["image,label,label", "0.png,a,b"], r"has two columns of one name: image, label, label\. Rename one\."),
        (["image,label"], r"has no rows below its head\. Add one for each picture\."),
        ([""], r"has no column image and none label; its columns are: none\."),
        (["image,label", "0.png,a", "1.png"], r"row 3 has 1 values, where the head has 2\. Mend the row"),
    ],
)
def test_what_is_no_such_table_is_refused(table_of, lines, message):
    with pytest.raises(SourceError, match=rf"table\.csv:? {message}"):
        listed(table_of(*lines))


def test_missing_pictures_are_counted_and_the_first_is_named(table_of):
    message = r"table\.csv: 2 of 3 pictures are missing; the first is a\.png\. Paths start from the table's own folder"
    with pytest.raises(DataError, match=message):
        listed(table_of("image,label", "0.png,x", "a.png,x", "b.png,x"))


@pytest.mark.parametrize("path", ["/etc/passwd", "../photos/0.png", "a/../../0.png", "C:/0.png", "..\\0.png", ""])
def test_a_path_that_leads_out_of_the_folder_is_refused(table_of, path):
    with pytest.raises(DataError, match=r"picture 1 must be a path from the table's own folder, without '\.\.'; got "):
        listed(table_of("image,label", f'"{path}",cat'))


def test_backslashes_separate_folders_too(folder_of):
    folder = folder_of({"cat": 1})
    (folder / "table.csv").write_text("image,label\n.\\cat\\0.png,cat")
    assert listed(folder / "table.csv").pictures.name(0) == "cat/0.png"


def test_missing_labels_are_counted_and_the_first_is_told(table_of):
    with pytest.raises(DataError, match=r"2 pictures have no label; the first is number 2\. Fill in"):
        listed(table_of("image,label", "0.png,x", "1.png,", "2.png, "))


def test_an_unknown_part_is_named(table_of):
    with pytest.raises(DataError, match=r"the column split must hold train, validation, test or nothing; got later\.$"):
        listed(table_of("image,label,split", "0.png,a,train", "1.png,a,later"))


def test_bytes_that_are_no_text_are_refused(table_of):
    path = table_of("image,label", "0.png,a")
    path.write_bytes(b"image,label\n\xff\xfe,a")
    with pytest.raises(SourceError, match=r"table\.csv cannot be read as text: "):
        listed(path)


@settings(deadline=None)
@given(st.text())
def test_any_text_at_all_is_a_table_or_one_clear_error(text):
    assert len(_said(text).splitlines()) == 1


def _said(text):
    """What the error says, or the names of the columns."""
    try:
        return " ".join(name for name in parsed(text, "table.csv", NAMED) if name in ("image", "label"))
    except OpsinError as error:
        return str(error)


def test_a_data_frame_starts_from_the_folder_given(folder_of):
    folder = folder_of({"cat": 2})
    frame = pandas.DataFrame({"image": ["cat/0.png", "cat/1.png"], "label": [3, 4], "age": [1.5, 2.0]})
    found = frame_listed(frame, folder, NAMED)
    assert (found.labels, found.name) == (("3", "4"), "photos")
    assert found.columns["age"].tolist() == [1.5, 2.0]


def test_a_data_frame_starts_from_where_we_are(folder_of, monkeypatch):
    monkeypatch.chdir(folder_of({"cat": 1}))
    assert len(frame_listed(pandas.DataFrame({"image": ["cat/0.png"], "label": ["cat"]}), None, NAMED).pictures) == 1


def test_a_data_frame_may_hold_whole_paths(folder_of, picture):
    folder = folder_of({"cat": 1, "dog": 1})
    frame = pandas.DataFrame({"image": sorted(folder.rglob("*.png")), "label": ["cat", "dog"]})
    found = frame_listed(frame, None, NAMED)
    assert [found.pictures.name(index) for index in range(2)] == ["cat/0.png", "dog/0.png"]
    assert (found.pictures[1] == picture(2)).all()


def test_whole_numbers_that_a_table_keeps_as_fractions_are_whole(folder_of):
    folder = folder_of({".": 2})
    frame = pandas.DataFrame({"image": ["0.png", "1.png"], "label": [3.0, 4.5]})
    assert frame_listed(frame, folder, NAMED).labels == ("3", "4.5")


@pytest.mark.parametrize("nothing", [None, float("nan"), pandas.NA, " "])
def test_what_stands_for_nothing_is_no_label(folder_of, nothing):
    frame = pandas.DataFrame({"image": ["0.png", "1.png"], "label": ["cat", nothing]})
    with pytest.raises(DataError, match="1 pictures have no label; the first is number 2"):
        frame_listed(frame, folder_of({".": 2}), NAMED)


def test_a_data_frame_without_rows_is_refused():
    with pytest.raises(SourceError, match=r"^The table has no rows\. Add one for each picture\.$"):
        frame_listed(pandas.DataFrame({"image": [], "label": []}), None, NAMED)


def test_whatever_has_columns_will_do(folder_of):
    class Frame(SimpleNamespace):
        columns = ("image", "label")

        def __getitem__(self, name):
            return {"image": ["0.png"], "label": ["cat"]}[name]

    assert frame_listed(Frame(), folder_of({".": 1}), NAMED).labels == ("cat",)


def test_a_data_frame_is_not_written_to(folder_of):
    frame = pandas.DataFrame({"image": ["./0.png"], "label": [1.0]})
    before = frame.copy()
    frame_listed(frame, folder_of({".": 1}), NAMED)
    pandas.testing.assert_frame_equal(frame, before)


@pytest.fixture
def packed(folder_of, tmp_path):
    """packed(text): a zip archive with two pictures and a table in a folder of it."""

    def make(text):
        folder = folder_of({"cat": 2})
        with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
            for number in range(2):
                archive.write(folder / "cat" / f"{number}.png", f"deep/cat/{number}.png")
            archive.writestr("deep/labels.csv", text)
        return tmp_path / "packed.zip"

    return make


def test_a_table_in_an_archive_starts_from_its_folder_there(packed, picture):
    found = zipped_csv_listed(packed("image,label\ncat/1.png,x\ncat/0.png,y"), "deep/labels.csv", NAMED)
    assert (found.labels, found.name) == (("x", "y"), "packed")
    assert (found.pictures[0] == picture(2)).all()


def test_a_table_in_an_archive_that_names_what_is_not_there_is_refused(packed):
    with pytest.raises(
        DataError, match=r"packed\.zip/deep/labels\.csv: 1 of 2 pictures are missing; the first is deep/x"
    ):
        zipped_csv_listed(packed("image,label\ncat/1.png,x\nx.png,y"), "deep/labels.csv", NAMED)


def test_an_empty_table_in_an_archive_is_refused(packed):
    with pytest.raises(ImageError, match=r"deep/labels\.csv is empty"):
        zipped_csv_listed(packed(""), "deep/labels.csv", NAMED)


def test_numbers_stay_numbers(folder_of):
    frame = pandas.DataFrame({"image": ["0.png"], "label": ["a"], "year": [1999], "dry": [True], "who": ["x"]})
    columns = frame_listed(frame, folder_of({".": 1}), NAMED).columns
    assert {name: column.dtype.kind for name, column in columns.items()} == {"year": "i", "dry": "b", "who": "U"}
    assert columns["year"] == np.array([1999])
