import pytest

from opsin.core.errors import DataError
from opsin.data.formats import Asked
from opsin.data.formats._legend import legend_of
from opsin.data.regions import IGNORED


def told(folder, name, text, **asked):
    (folder / name).write_text(text)
    return legend_of(folder, Asked(**asked))


def test_without_a_file_only_255_is_known(tmp_path):
    legend = legend_of(tmp_path, Asked())
    assert (legend.labels, legend.meanings) == ((), {IGNORED: IGNORED})


def test_what_is_ignored_leaves_no_gap(tmp_path):
    legend = told(tmp_path, "classes.txt", "void\nsky\nroad\n")
    assert (legend.labels, legend.meanings) == (("sky", "road"), {0: IGNORED, 1: 0, 2: 1, 255: IGNORED})


def test_255_may_have_a_name(tmp_path):
    assert told(tmp_path, "labels.txt", "0 sky\n255 road\n").meanings == {0: 0, 255: 1}


def test_labels_that_are_asked_for_hold_and_not_the_file(tmp_path):
    assert told(tmp_path, "classes.txt", "sky\nroad\n", labels=("a", "b")).labels == ("a", "b")


def test_a_name_that_begins_with_a_number_stays_whole(tmp_path):
    assert told(tmp_path, "classes.txt", "2 euro\ncent\n").labels == ("2 euro", "cent")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("legend.csv", "name,number\nsky,x\n", r"line 2: there must be a whole number from 0 to 65535; got 'x'"),
        ("legend.csv", "name,r,g,b\nsky,0,0,256\n", r"line 2: there must be a whole number from 0 to 255; got '256'"),
        ("legend.csv", "name,r,g\nsky,0,0\n", r"must have a column name, and number, or r, g and b; it has: name, r"),
        ("legend.csv", "number,colour\n0,red\n", r"must have a column name"),
        ("legend.csv", "name,number\nsky,1\nroad,1\n", r"two classes have the number 1"),
        ("legend.csv", "name,r,g,b\nsky,1,2,3\nroad,1,2,3\n", r"two classes have the colour \(1, 2, 3\)"),
        ("legend.csv", "number,name\n0,\n", r"a class has no name"),
        ("classes.txt", "sky\nsky\n", r"two classes have the name sky"),
        ("classes.txt", "\n\n", r"names no class"),
        ("classes.txt", "\n".join(map(str, range(1000, 1300))), r"300 classes; a map can tell 255 apart"),
    ],
)
def test_a_legend_that_cannot_be_understood_is_refused(tmp_path, name, text, message):
    with pytest.raises(DataError, match=message):
        told(tmp_path, name, text)
