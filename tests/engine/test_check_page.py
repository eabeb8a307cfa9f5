import numpy as np
import pytest

from opsin.data.checks import KINDS, Problem
from opsin.data.dataset import Arrays, Dataset
from opsin.data.files import Files
from opsin.engine.check_page import SHOWN, TOGETHER, check_page

NASTY = "<script>alert(1)</script>"
SINGLE = next(kind for kind in KINDS if kind.name == "blurred")
GROUP = next(kind for kind in KINDS if kind.name == "duplicate")
CLASS = next(kind for kind in KINDS if kind.name == "few")


@pytest.fixture
def data():
    """Sixty pictures of two classes, one with a name that means trouble."""
    return Dataset(
        name=NASTY,
        labels=("cat", NASTY),
        pictures=Arrays(np.full((60, 4, 4, 3), 90, np.uint8), np.arange(60)),
        truth=np.arange(60) % 2,
        parts=np.array(["train", "test"] * 30),
    )


def problems(kind, *pictures, said="so it is"):
    return {kind: [Problem(kind=kind.name, said=said, pictures=each) for each in pictures]}


def test_without_problems_it_says_so(data):
    assert "Nothing found" in check_page(data, {SINGLE: []}, ())


def test_it_says_why_it_matters_and_what_to_do(data):
    page = check_page(data, problems(SINGLE, (3,)), ())
    for said in (SINGLE.title, SINGLE.why, SINGLE.remedy):
        assert said in page


def test_kinds_of_which_nothing_was_found_are_left_out(data):
    assert GROUP.title not in check_page(data, problems(SINGLE, (3,)) | {GROUP: []}, ())


def test_a_picture_stands_with_its_name_label_and_part(data):
    page = check_page(data, problems(SINGLE, (4,)), ())
    assert page.count("<img") == 1
    assert "cat, train" in page
    assert "so it is" in page


def test_pictures_that_belong_together_are_side_by_side(data):
    page = check_page(data, problems(GROUP, (0, 2), (4, 6)), ())
    assert (page.count("<img"), page.count('<div class="pictures">')) == (4, 2)


def test_of_a_large_group_some_are_shown_and_the_rest_is_counted(data):
    page = check_page(data, problems(GROUP, tuple(range(20))), ())
    assert page.count("<img") == TOGETHER
    assert f"{20 - TOGETHER} more" in page


def test_of_many_problems_the_first_are_shown_and_it_is_said_where_all_are(data):
    page = check_page(data, problems(SINGLE, *[(index,) for index in range(SHOWN + 2)]), ())
    assert page.count("<img") == SHOWN
    assert f"All {SHOWN + 2} are in problems.json" in page


def test_what_concerns_a_class_needs_no_picture(data):
    page = check_page(data, problems(CLASS, (), said="cat: 3 to learn from"), ())
    assert "cat: 3 to learn from" in page
    assert "<img" not in page


def test_notes_are_read_first(data):
    page = check_page(data, problems(SINGLE, (3,)), ("Labels were not looked at.",))
    assert page.index("Labels were not looked at.") < page.index(SINGLE.title)


def test_classes_are_counted_by_part(data):
    page = check_page(data, {}, ())
    assert "<td class=number>30</td>" in page


def test_what_cannot_be_read_is_shown_as_grey(data, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"no picture")
    broken = Dataset(
        name="x",
        labels=("cat",),
        pictures=Files(tmp_path, ("a.jpg",)),
        truth=np.zeros(1, int),
        parts=np.array([""]),
    )
    assert check_page(broken, problems(SINGLE, (0,)), ()).count("<img") == 1


def test_what_a_stranger_wrote_is_text_and_nothing_is_needed_from_elsewhere(data):
    page = check_page(data, problems(SINGLE, (3,), said=NASTY) | problems(GROUP, (1, 3), said=NASTY), (NASTY,))
    assert "<script" not in page
    assert "http" not in page
