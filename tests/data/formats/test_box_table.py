import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.formats import FORMATS
from opsin.data.load import as_written
from opsin.data.saved import save_table
from opsin.data.tables import Named

CSV = FORMATS.get("csv")
WHOLE = (1, 0, 0)
HEAD = "image,label,x0,y0,x1,y1"


def test_rows_of_one_picture_are_its_things(table_of):
    table = table_of(HEAD, "0.png,dog,1,2,30.5,20", "1.png,cat,0,0,9,9", "0.png,cat,5,5,6,6")
    data = load(table, split=WHOLE)
    assert (data.task, data.labels, data.pictures.names) == ("detection", ("cat", "dog"), ("0.png", "1.png"))
    assert data.truth[0].boxes.tolist() == [[1, 2, 30.5, 20], [5, 5, 6, 6]]


def test_a_picture_without_things_has_a_row_of_empty_cells(table_of):
    data = load(table_of(HEAD, "0.png,,,,,", "1.png,cat,0,0,9,9"), split=WHOLE)
    assert [len(things) for things in data.truth] == [0, 1]


def test_the_corners_have_another_name_too(table_of):
    data = load(table_of("image,label,xmin,ymin,xmax,ymax", "0.png,cat,0,1,9,8"), split=WHOLE)
    assert data.truth[0].boxes.tolist() == [[0, 1, 9, 8]]


def test_tables_of_other_programs_are_read_by_the_names_of_their_columns(table_of):
    table = table_of("filename,width,height,class,xmin,ymin,xmax,ymax", "0.png,48,40,cat,0,0,9,9")
    data = load(table, image="filename", label="class", split=WHOLE)
    assert (data.labels, list(data.columns)) == (("cat",), [])
    assert as_written(table, image="filename", label="class").sizes == {0: (40, 48)}


def test_parts_groups_crowds_and_areas_may_be_told(table_of):
    table = table_of(HEAD + ",split,group,crowd,area", "0.png,cat,0,0,9,9,val,a,1,55", "1.png,cat,0,0,9,9,train,b,,")
    data = load(table, split=WHOLE)
    assert (data.parts.tolist(), data.columns["group"].tolist()) == (["validation", "train"], ["a", "b"])
    assert [(bool(each.is_crowd[0]), float(each.areas[0])) for each in data.truth] == [(True, 55), (False, 81)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["0.png,cat,0,0,9,x"], r"row 2: 'x' is no number"),
        (["0.png,cat,0,0,9,9", "0.png,cat,0,0,9,"], r"row 3: '' is no number"),
        (["0.png,,0,0,9,9"], r"row 2 has a box without a label"),
        (["../0.png,cat,0,0,9,9"], r"row 2 must name a picture by its path from the table's own folder"),
        ([",cat,0,0,9,9"], r"row 2 must name a picture"),
    ],
)
def test_a_row_that_is_no_box_is_refused_with_its_number(table_of, rows, message):
    with pytest.raises(DataError, match=rf"table\.csv: {message}"):
        load(table_of(HEAD, *rows))


@pytest.mark.parametrize("parts", [("train", "test"), ("nowhere", "nowhere")], ids=["two", "unknown"])
def test_a_picture_is_in_one_of_the_parts(table_of, parts):
    rows = [f"0.png,cat,0,0,9,9,{part}" for part in parts]
    with pytest.raises(DataError, match=r"row 2: 0\.png must be in one of train, validation and test, or none; got"):
        load(table_of(HEAD + ",split", *rows))


def test_a_table_with_labels_alone_is_for_classification(table_of):
    assert not CSV.recognises(table_of("image,label", "0.png,cat"), Named())


def test_a_table_of_boxes_that_is_cut_short_is_refused(table_of):
    with pytest.raises(SourceError, match=r"row 2 has 5 values, where the head has 6"):
        load(table_of(HEAD, "0.png,cat,0,0,9"))


def test_a_split_that_is_written_down_is_read_again_before_all_else(boxed, said, tmp_path):
    save_table(boxed, tmp_path / "pictures")
    (tmp_path / "pictures/data.yaml").write_text("train: nowhere\nnames: [a]")
    assert said(load(tmp_path / "pictures", split=WHOLE), True) == said(boxed, True)


def test_a_table_elsewhere_finds_its_pictures_through_a_link(boxed, said, tmp_path):
    save_table(boxed, tmp_path / "split")
    assert said(load(tmp_path / "split", split=WHOLE)) == said(boxed)
