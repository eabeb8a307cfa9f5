"""Pages of HTML: their pictures, and their texts changed without a byte changed elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsin.core.errors import SourceError
from opsin.uses._alt_pages import read_page, with_texts


def changed(html, *texts, encoding="utf-8"):
    page = read_page(html.encode(encoding), "x.html")
    return with_texts(page, dict(enumerate(texts)), "x.html").decode(encoding)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<img src=a.jpg>", '<img alt="A dog." src=a.jpg>'),
        ("<img src='a.jpg'/>", "<img alt=\"A dog.\" src='a.jpg'/>"),
        ("<IMG\r\n\tSRC=a.jpg\r\n>", '<IMG alt="A dog."\r\n\tSRC=a.jpg\r\n>'),
        ("<p>é</p>\n<img src=a.jpg width=3>\n", '<p>é</p>\n<img alt="A dog." src=a.jpg width=3>\n'),
        ('<a title="<img>"><img src="x>y.jpg"></a>', '<a title="<img>"><img alt="A dog." src="x>y.jpg"></a>'),
        ("<img src=a.jpg alt=old>", '<img src=a.jpg alt="A dog.">'),
        ("<img src=a.jpg alt>", '<img src=a.jpg alt="A dog.">'),
        ("<img data-alt='x' ALT = 'old' src=a.jpg>", "<img data-alt='x' alt=\"A dog.\" src=a.jpg>"),
        ("<img title=' alt=no ' alt='' src=a>", "<img title=' alt=no ' alt=\"A dog.\" src=a>"),
    ],
)
def test_only_the_text_changes(before, after):
    assert changed(before, "A dog.") == after


def test_every_tag_gets_its_own():
    assert changed("<img src=a>-<img src=b>", "One.", "Two.") == '<img alt="One." src=a>-<img alt="Two." src=b>'


@pytest.mark.parametrize(
    "html",
    [
        "<!-- <img src=a> -->",
        "<script>x = '<img src=a>'</script>",
        "<style>/* <img src=a> */</style>",
        "<textarea><img src=a></textarea>",
        "<title><img src=a></title>",
    ],
)
def test_what_only_looks_like_a_picture_is_none(html):
    assert read_page(html.encode(), "x.html").tags == ()


def test_a_missing_text_and_an_empty_one_are_not_the_same():
    tags = read_page(b"<img src=a><img src=b alt=''><img src=c alt><img src=d alt='A cat'>", "x.html").tags
    assert [tag.alt for tag in tags] == [None, "", "", "A cat"]


def test_an_address_is_as_the_page_means_it():
    (tag,) = read_page(b'<img src="a&amp;b.jpg" src="c.jpg">', "x.html").tags
    assert tag.src == "a&b.jpg"


PIECES = [
    "<img src=a>", "<IMG\n src='b' />", "<p class='<img>'>", "</p>", "<!-- <img> -->", "text & <", "\r\n", "é", "\n\n",
    "<script>'<img src=c>'</script>", "<!DOCTYPE html>", "<?php echo '<img>' ?>", "<img/src=d>", "&amp;",
    "<textarea><img></textarea>",
]  # fmt: skip


@settings(max_examples=50)
@given(st.lists(st.sampled_from(PIECES), max_size=15).map("".join))
def test_whatever_the_page_only_the_texts_are_added(html):
    page = read_page(html.encode(), "x.html")
    texts = {number: f"Text {number}" for number in range(len(page.tags))}
    written = with_texts(page, texts, "x.html").decode()
    for text in texts.values():
        assert written.count(f' alt="{text}"') == 1
        written = written.replace(f' alt="{text}"', "")
    assert written == html


def test_a_base_is_known():
    assert read_page(b"<base target=_top><base href=pictures/><base href=no/>", "x.html").base == "pictures/"


@pytest.mark.parametrize("text", ['A "dog" & <b>cat</b>', "it's", "&copy; &amp", "a\n b"])
def test_a_text_is_read_back_as_it_was_meant(text):
    (tag,) = read_page(changed("<img src=a>", text).encode(), "x.html").tags
    assert tag.alt == " ".join(text.split())


@settings(max_examples=50)
@given(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=30))
def test_any_text_is_read_back(text):
    (tag,) = read_page(changed("<img src=a>", text).encode(), "x.html").tags
    assert tag.alt == " ".join(text.split())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_stays(encoding):
    before = "<p>Café</p>\r\n<img src='é.jpg'>"
    page = read_page(before.encode(encoding), "x.html")
    assert page.tags[0].src == "é.jpg"
    assert with_texts(page, {0: "A dög"}, "x.html").decode(encoding) == before.replace("<img", '<img alt="A dög"')


def test_what_the_named_encoding_lacks_is_written_as_a_number():
    page = read_page("<meta charset=iso-8859-2><p>ł</p><img src=a>".encode("iso-8859-2"), "x.html")
    assert f'alt="&#{ord("曼")};"'.encode() in with_texts(page, {0: "曼"}, "x.html")


def test_bytes_that_are_no_characters_stay():
    data = b"<meta charset=utf-8>\xff\xfe\x80<img src=a>"
    assert with_texts(read_page(data, "x.html"), {0: "A dog"}, "x.html") == data.replace(b"<img", b'<img alt="A dog"')


@pytest.mark.parametrize("name", [b"utf-7", b"unicode_escape", b"no-such", b"rot13"])
def test_an_encoding_that_no_page_has_is_not_believed(name):
    assert read_page(b"<meta charset=" + name + b">\xc3\xa9", "x.html").encoding == "utf-8"


def test_bytes_that_would_not_come_back_are_refused():
    with pytest.raises(SourceError, match=r"x\.html cannot be read as utf-16-le, which it says it is"):
        read_page(b"\xff\xfea", "x.html")


def test_a_declaration_that_is_none_is_refused():
    with pytest.raises(SourceError, match=r"x\.html cannot be read as HTML"):
        read_page(b"<![what[", "x.html")


def test_a_change_that_means_something_else_is_refused(monkeypatch):
    monkeypatch.setattr("opsin.uses._alt_pages.attribute_text", lambda text: text)
    with pytest.raises(SourceError, match=r"x\.html is HTML of a kind that Opsin cannot change safely"):
        changed("<img src=a>", '"><script>')
