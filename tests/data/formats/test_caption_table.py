import pytest

from opsin.core.errors import DataError, SourceError
from opsin.data import load
from opsin.data.formats import FORMATS
from opsin.data.tables import Named

TABLE = FORMATS.get("caption_table")
WHOLE = (1, 0, 0)
HEAD = "image,caption"


def test_rows_of_one_picture_are_its_captions_in_their_order(table_of):
    data = load(table_of(HEAD, "0.png,b", "1.png,c", "0.png,a"), split=WHOLE)
    assert (data.task, data.labels, data.pictures.names) == ("captioning", (), ("0.png", "1.png"))
    assert [each.texts for each in data.truth] == [("b", "a"), ("c",)]


def test_captions_with_commas_stand_in_quotes(table_of):
    data = load(table_of(HEAD, '0.png,"A dog , running ."'), split=WHOLE)
    assert data.summary(0) == "A dog , running ."


def test_columns_may_have_other_names(table_of):
    data = load(table_of("file;text", "0.png;a dog"), image="file", label="text", task="captioning", split=WHOLE)
    assert data.summary(0) == "a dog"


def test_parts_and_whatever_else_is_said_are_kept(table_of):
    data = load(table_of(f"{HEAD},split,by", "0.png,a,dev,Ann", "1.png,b,train,Bob"), split=WHOLE)
    assert (data.parts.tolist(), data.columns["by"].tolist()) == (["validation", "train"], ["Ann", "Bob"])


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        (HEAD, ["0.png,a", "1.png,"], r"row 3 must have a caption; got ''"),
        (HEAD, ["../0.png,a"], r"row 2 must name a picture by its path from the folder of the data; got '\.\./0\.png'"),
        (HEAD, [",a"], r"row 2 must name a picture .*; got ''"),
        (f"{HEAD},split", ["0.png,a,dev", "1.png,b,later"], r"row 3: the split must be train.*; got 'later'"),
        (
            f"{HEAD},split",
            ["0.png,a,dev", "0.png,b,train"],
            r"row 3: 0\.png is in validation before, and here in train",
        ),
    ],
)
def test_a_row_that_is_not_right_is_refused_with_its_number(table_of, head, rows, message):
    with pytest.raises(DataError, match=rf"table\.csv: {message}"):
        load(table_of(head, *rows))


def test_a_row_that_is_too_long_is_refused(table_of):
    with pytest.raises(SourceError, match="row 2 has 3 values, where the head has 2"):
        load(table_of(HEAD, "0.png,a dog, running"))


@pytest.mark.parametrize("name", ["labels.csv", "captions.csv", "captions.txt"])
def test_a_folder_with_a_table_of_the_usual_name_is_recognised(table_of, name):
    assert TABLE.recognises(table_of(HEAD, "0.png,a", name=name).parent, Named())


@pytest.mark.parametrize("head", ["image,label", "name,caption"])
def test_other_tables_are_not(table_of, head):
    assert not TABLE.recognises(table_of(head, "0.png,a"), Named())


def test_a_table_without_captions_is_told_what_would_do(table_of):
    with pytest.raises(SourceError, match=r"holds no data for captioning\. This would do: .*image,caption"):
        load(table_of("image,label", "0.png,a"), task="captioning")


def test_a_table_with_labels_and_captions_is_one_of_labels_unless_captions_are_asked_for(table_of):
    rows = [f"{number}.png,dog,picture {number}" for number in range(5)]
    table = table_of("image,label,caption", *rows)
    assert load(table, split=WHOLE).task == "classification"
    assert load(table, split=WHOLE, task="captioning").summary(0) == "picture 0"


def test_a_column_of_labels_with_another_name_is_not_taken_for_captions(table_of):
    assert load(table_of("file,kind", "0.png,dog"), image="file", label="kind", split=WHOLE).task == "classification"
