import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from opsin.reports import _page

VOID = {"meta", "img", "br", "link"}
NASTY = """<script>alert("1")</script> & 'more'"""
PIXELS = np.zeros((20, 30, 3), np.uint8)


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


def whole(*parts):
    return Tree(_page.page("title", "subtitle", parts))


def decoded(address):
    return Image.open(io.BytesIO(base64.b64decode(address.split(",", 1)[1])))


def test_a_page_without_parts_is_whole():
    read = whole()
    assert {"charset": "utf-8"} in read.all("meta")
    assert "subtitle" in read.text


@pytest.mark.parametrize(
    "part",
    [
        _page.page(NASTY, NASTY, []),
        _page.section(NASTY, NASTY),
        _page.folded(NASTY),
        _page.notes([NASTY]),
        _page.figures([(NASTY, NASTY, NASTY)]),
        _page.table([NASTY], [[NASTY]]),
        _page.meanings([(NASTY, NASTY)]),
        _page.plot(b"", NASTY),
        _page.picture(PIXELS, NASTY, [("wrong", NASTY)]),
    ],
    ids=["page", "section", "folded", "notes", "figures", "table", "meanings", "plot", "picture"],
)
def test_what_a_stranger_wrote_is_text(part):
    read = Tree(part)
    assert not read.all("script")
    assert NASTY in read.text or read.all("img")[0]["alt"] == NASTY


def test_a_page_needs_nothing_from_elsewhere():
    text = _page.page("a", "b", [_page.plot(b"png", "said"), _page.picture(PIXELS, "a.jpg", [])])
    assert "http" not in text
    assert "<script" not in text
    assert all(image["src"].startswith("data:image/") for image in Tree(text).all("img"))


class TestTables:
    def test_fractions_have_three_decimals_and_what_is_not_known_is_a_dash(self):
        found = re.findall("<td.*?>(.*?)</td>", _page.table(["a", "b", "c"], [[0.12345, 7, None]]))
        assert found == ["0.123", "7", "—"]

    def test_numbers_and_shares_are_set_to_the_right(self):
        read = Tree(_page.table(["label", "count", "share"], [["100% cotton", 3, "5%"], ["x", None, "6.5%"]]))
        assert [cell.get("class") for cell in read.all("td")] == [None, "number", "number"] * 2

    def test_a_column_of_labels_that_end_like_shares_is_no_number(self):
        assert not Tree(_page.table(["label"], [["wool%"]])).all("td")[0]


class TestPictures:
    def test_a_photograph_becomes_a_thumbnail(self):
        address, is_small = _page.thumbnail(np.zeros((1000, 500, 3), np.uint8))
        assert (decoded(address).size, is_small) == ((120, 240), False)

    def test_a_small_picture_keeps_its_pixels(self):
        pixels = np.random.default_rng(0).integers(0, 255, (28, 28, 1), np.uint8)
        address, is_small = _page.thumbnail(pixels)
        assert is_small
        assert (np.asarray(decoded(address))[..., 0] == pixels[..., 0]).all()

    def test_grey_and_colour_are_both_shown(self):
        for shape in ((200, 200), (200, 200, 1), (200, 200, 3)):
            assert decoded(_page.thumbnail(np.zeros(shape, np.uint8))[0]).size == (200, 200)

    def test_who_cannot_see_a_picture_hears_what_it_says(self):
        (image,) = Tree(_page.picture(PIXELS, "a.jpg", [("wrong", "called cat"), ("", "is dog")])).all("img")
        assert image["alt"] == "called cat; is dog"

    def test_it_says_where_it_comes_from(self):
        assert "deep/a.jpg" in Tree(_page.picture(PIXELS, "deep/a.jpg", [])).text


def test_pictures_with_sentences_are_wide():
    assert _page.pictures([], wide=True).startswith('<div class="pictures wide">')
    assert _page.pictures([]).startswith('<div class="pictures">')
