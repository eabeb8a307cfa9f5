"""Tables of photos in pairs."""

import pytest

from opsin.core.errors import DataError, SourceError
from opsin.uses._face_pairs import Pair, parsed_pairs, read_pairs

HEAD = "first,second,same"


def test_each_row_is_a_pair():
    pairs = parsed_pairs(f"{HEAD}\na.jpg,b/c.jpg,1\na.jpg,d.jpg,0\n", "t")
    assert pairs == (Pair("a.jpg", "b/c.jpg", same=True), Pair("a.jpg", "d.jpg", same=False))


def test_groups_and_folds_are_read_where_there_are_any_and_other_columns_passed_over():
    (pair,) = parsed_pairs("fold,note,same,group,second,first\n3,x,0,women,b,a", "t")
    assert pair == Pair("a", "b", same=False, group="women", fold="3")


@pytest.mark.parametrize("text", ["{}\na;b;yes", "{}\r\n a ; b ; TRUE \r\n\r\n", "{}\n\na;b;1\n"])
def test_semicolons_blanks_and_words_for_yes_are_understood(text):
    assert parsed_pairs(text.format("First; second;same"), "t") == (Pair("a", "b", same=True),)


def test_paths_of_windows_and_of_here_are_the_same():
    (pair,) = parsed_pairs(f"{HEAD}\n./a/b.jpg,c\\d.jpg,1", "t")
    assert (pair.first, pair.second) == ("a/b.jpg", "c/d.jpg")


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    (tmp_path / "pairs.csv").write_bytes(f"\ufeff{HEAD}\na,b,1".encode())
    assert len(read_pairs(tmp_path / "pairs.csv")) == 1


@pytest.mark.parametrize("head", ["first,same", "first,zweite,same"])
def test_a_column_that_is_missing_is_named_beside_those_that_are_there(head):
    with pytest.raises(
        SourceError, match=f"pairs.csv has no column second; its columns are: {head.replace(',', ', ')}"
    ):
        parsed_pairs(f"{head}\na,b,c", "pairs.csv")


def test_an_empty_table_lacks_every_column():
    with pytest.raises(SourceError, match="no column first and none second and none same; its columns are: none"):
        parsed_pairs("", "t")


def test_a_head_alone_is_refused():
    with pytest.raises(SourceError, match=r"t has no rows below its head\. Add one for each pair"):
        parsed_pairs(HEAD, "t")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,b", "t, line 3: 2 values, where the head has 3"),
        ("a,b,maybe", "t, line 3: same must be 1 or 0 .*; got 'maybe'"),
        ("a,a,1", "t, line 3: a stands beside itself. A pair needs two photos"),
        ("../a,b,1", r"t, line 3: a photo must be a path from the table's folder.*'\.\.'; got '\.\./a'"),
        ("b,/etc/a,1", "got '/etc/a'"),
        ("C:\\a,b,1", "got 'C:"),
        (",b,1", "got ''"),
    ],
)
def test_a_row_that_means_nothing_is_named_by_its_line(row, message):
    with pytest.raises(DataError, match=message):
        parsed_pairs(f"{HEAD}\nx,y,1\n{row}", "t")


def test_what_is_no_table_is_refused():
    with pytest.raises(SourceError, match="t is no table that can be read"):
        parsed_pairs(f"{HEAD}\n{'a' * 200_000},b,1", "t")


def test_a_file_that_is_not_there_or_is_no_text_is_refused(tmp_path):
    with pytest.raises(SourceError, match=r"pairs\.csv cannot be read: No such file"):
        read_pairs(tmp_path / "pairs.csv")
    (tmp_path / "pairs.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"pairs\.csv is not text in UTF-8"):
        read_pairs(tmp_path / "pairs.csv")
