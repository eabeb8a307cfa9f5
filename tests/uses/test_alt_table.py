"""Alternative texts as a table."""

import pytest

from opsin.core.errors import SourceError
from opsin.uses._alt_table import AltText, read_table, table_head, table_row

TEXTS = (
    AltText("a.jpg", "index.html", 'A "dog", at last', score=0.5),
    AltText("b.jpg", "blog/post.html", "Possibly a cat.", sure=False, score=0.1, existing="old"),
)


@pytest.fixture
def table(tmp_path):
    """Writes a table, and gives its path."""

    def write(text):
        (tmp_path / "review.csv").write_text(text, encoding="utf-8")
        return tmp_path / "review.csv"

    return write


def test_a_table_is_read_back(table):
    path = table("\ufeff" + table_head() + "".join(map(table_row, TEXTS)))
    assert read_table(path) == {(text.page, text.picture): text.alt for text in TEXTS}


def test_columns_may_be_moved_or_left_out(table):
    assert read_table(table("alt,picture,page\r\nA dog,a.jpg,\r\n")) == {("", "a.jpg"): "A dog"}


def test_an_empty_text_is_kept(table):
    assert read_table(table("picture,page,alt\na.jpg,x.html,\n")) == {("x.html", "a.jpg"): ""}


def test_a_missing_column_or_picture_is_told(table):
    with pytest.raises(SourceError, match="must have the columns picture, page and alt, filled; row 2 lacks one"):
        read_table(table("picture,alt\na.jpg,A dog\n"))
    with pytest.raises(SourceError, match="row 3 lacks one"):
        read_table(table("picture,page,alt\na.jpg,x.html,A dog\n,x.html,A cat\n"))


def test_two_texts_for_one_picture_are_told(table):
    with pytest.raises(SourceError, match=r"says two things of a\.jpg \(row 3\)\. Keep one"):
        read_table(table("picture,page,alt\na.jpg,x,A dog\na.jpg,x,A cat\n"))


def test_a_table_that_is_none_is_told(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    for name in ("x.csv", "gone.csv"):
        with pytest.raises(SourceError, match=f"{name} cannot be read as a table"):
            read_table(tmp_path / name)


def test_json_leaves_out_what_there_is_not():
    assert TEXTS[0].to_dict() == {
        "picture": "a.jpg", "page": "index.html", "alt": 'A "dog", at last', "sure": True, "score": 0.5,
    }  # fmt: skip
    assert AltText("a.jpg", "", left="is not there").to_dict() == {
        "picture": "a.jpg",
        "page": "",
        "left": "is not there",
    }
    assert AltText("", "x", error="No.").to_dict() == {"picture": "", "page": "x", "error": "No."}
