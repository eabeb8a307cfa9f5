from html.parser import HTMLParser

import pytest

from opsin.engine import page

VOID = {"meta", "img", "br", "link"}
NASTY = """<script>alert("1")</script> & 'more'"""
ROWS = [{"label": f"label {number}", "score": 0.9 - number / 100} for number in range(20)]


class Tree(HTMLParser):
    """Reads a page strictly: whatever is opened must be closed, in turn."""

    def __init__(self, text):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""
        self.feed(text)
        self.close()
        assert not self.open, f"{self.open} are never closed"

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.seen if name == tag]


def whole(*figures, title="opsin look"):
    return Tree(page.head(title) + "".join(figures) + page.FOOT)


def test_a_page_without_figures_is_whole():
    read = whole()
    assert read.all("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in read.all("meta")
    assert "opsin look" in read.text


def test_a_page_of_every_kind_of_figure_is_whole():
    read = whole(
        page.picture("a.jpg", "x/a.jpg", "cat", ROWS), page.video("b.webm", "b.mp4", "9"), page.failure("c", "d")
    )
    assert len(read.all("figure")) == 3


def test_a_picture_is_shown_with_its_answer_as_what_those_hear_who_do_not_see():
    (image,) = whole(page.picture("a.jpg", "x/a.jpg", "cat 0.9", [])).all("img")
    assert (image["src"], image["alt"]) == ("a.jpg", "cat 0.9")


def test_a_picture_leads_to_itself():
    assert whole(page.picture("a.jpg", "x/a.jpg", "cat", [])).all("a")[0]["href"] == "a.jpg"


def test_a_figure_says_where_it_comes_from():
    for figure in (
        page.picture("a", "x/src.jpg", "", []),
        page.video("a", "x/src.jpg", ""),
        page.failure("x/src.jpg", ""),
    ):
        assert "x/src.jpg" in whole(figure).text


def test_a_video_can_be_played_and_says_what_is_in_it():
    read = whole(page.video("b.webm", "b.mp4", "9 frames"))
    assert read.all("video")[0].items() >= {"src": "b.webm", "controls": None}.items()
    assert "9 frames" in read.text


def test_a_failure_says_why():
    read = whole(page.failure("c.jpg", "c.jpg is damaged."))
    assert read.all("figure") == [{"class": "error"}]
    assert "c.jpg is damaged." in read.text


@pytest.mark.parametrize(
    "figure",
    [
        page.picture(NASTY, NASTY, NASTY, [{"label": NASTY, "score": 0.5}]),
        page.video(NASTY, NASTY, NASTY),
        page.failure(NASTY, NASTY),
    ],
    ids=["picture", "video", "failure"],
)
def test_what_a_stranger_wrote_is_text(figure):
    read = whole(figure)
    assert NASTY in read.text
    assert not read.all("script")


def test_a_title_is_text_too():
    assert whole(title=NASTY).text.count(NASTY) == 2


def test_a_table_has_labels_and_scores():
    text = whole(page.picture("a", "b", "c", [{"label": "cat", "score": 0.876, "x0": 3}])).text
    assert "cat" in text
    assert "0.88" in text


def test_a_long_table_is_cut():
    read = whole(page.picture("a", "b", "c", ROWS))
    assert len(read.all("tr")) == 1 + 12
    assert "label 11" in read.text
    assert "label 12" not in read.text


@pytest.mark.parametrize("rows", [[], [{"v0": 0.5}]])
def test_without_labels_there_is_no_table(rows):
    assert not whole(page.picture("a", "b", "c", rows)).all("table")


def test_a_page_needs_nothing_from_elsewhere():
    text = page.head("x") + page.picture("a.jpg", "b", "c", ROWS) + page.FOOT
    assert "http" not in text
    assert "<script" not in text
