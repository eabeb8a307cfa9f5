"""Pages of HTML: where their pictures stand, and the same pages with other `alt` attributes, byte for byte else."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from opsin.core.errors import SourceError

Event = tuple[Any, ...]

PLAIN = frozenset({"iframe", "noembed", "noframes", "textarea", "title", "xmp"})
"""Elements in which tags are text. Scripts and styles the parser knows by itself."""

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(rb"""(?:<meta[^>]*charset|<\?xml[^>]*encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_CHARSET_BYTES = 1024
_KNOWN = re.compile(r"utf-8|iso8859-\d+|cp\d+|gb\w+|big5\w*|shift_jis\w*|euc_\w+|koi8-\w|mac-\w+|tis-620")
_ATTRIBUTE = re.compile(r"""([^\s/>=][^\s/>=]*)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))?""")


@dataclass(frozen=True)
class Tag:
    """An `<img>` of a page.

    Attributes:
        start, end: where it begins and ends in the page's text, in characters.
        src: the address of its picture, as the page means it; None where it has none.
        alt: its text; None where it has none. An empty one says that the picture is decoration.
    """

    start: int
    end: int
    src: str | None
    alt: str | None


@dataclass(frozen=True)
class Page:
    """A page of HTML.

    Attributes:
        text: all of it; bytes that are no characters are lone surrogates, so that none is lost.
        encoding: what turns it into the same bytes again.
        tags: its pictures, in their order.
        base: the address that others start from, where the page names one.
    """

    text: str
    encoding: str
    tags: tuple[Tag, ...]
    base: str


def read_page(data: bytes, name: str) -> Page:
    """A page from its bytes.

    Args:
        data: the file.
        name: for messages.

    Raises:
        SourceError: when it is no HTML, or not in the encoding that it names.

    >>> read_page(b"<p><img src=a.jpg></p>", "a page").tags
    (Tag(start=3, end=18, src='a.jpg', alt=None),)
    """
    encoding = _encoding(data)
    text = _text(data, encoding, name)
    found = _read(text, name)
    return Page(text, encoding, tuple(found.tags), found.base)


def with_texts(page: Page, texts: Mapping[int, str], name: str) -> bytes:
    """The page's bytes with these `alt` attributes; everything else stays as it was.

    Args:
        page: as it is.
        texts: what the tags shall say, by their number.
        name: for messages.

    Raises:
        SourceError: when, read again, anything else of the page would mean something else.
    """
    pieces, done = [], 0
    for number, text in sorted(texts.items()):
        tag = page.tags[number]
        old = page.text[tag.start : tag.end]
        pieces += [_bytes(page.text[done : tag.start], page.encoding), _changed(old, text, page.encoding)]
        done = tag.end
    changed = b"".join([*pieces, _bytes(page.text[done:], page.encoding)])
    _check_same(page, read_page(changed, name), texts, name)
    return changed


def _check_same(before: Page, after: Page, texts: Mapping[int, str], name: str) -> None:
    """Looks whether only those texts have changed."""
    old, new = _read(before.text, name), _read(after.text, name)
    expected = [old.events[at] for at in range(len(old.events))]
    for number, text in texts.items():
        at = old.places[number]
        kind, tag, attributes = expected[at]
        expected[at] = kind, tag, _with_alt(attributes, " ".join(text.split()))
    if after.encoding != before.encoding or new.events != expected:
        raise SourceError(f"{name} is HTML of a kind that Opsin cannot change safely. Write its texts by hand.")


def _with_alt(attributes: tuple[tuple[str, str | None], ...], text: str) -> tuple[tuple[str, str | None], ...]:
    names = [name for name, _ in attributes]
    if "alt" not in names:
        return (("alt", text), *attributes)
    at = names.index("alt")
    return (*attributes[:at], ("alt", text), *attributes[at + 1 :])


def _changed(tag: str, text: str, encoding: str) -> bytes:
    """The tag with that text: in the place of the old one, or before all other attributes."""
    written = f'alt="{attribute_text(text)}"'
    opening = len("<img")
    old = next((each for each in _ATTRIBUTE.finditer(tag, opening) if each[1].lower() == "alt"), None)
    start, end = old.span() if old else (opening, opening)
    added = (written if old else f" {written}").encode(encoding, "xmlcharrefreplace")
    return _bytes(tag[:start], encoding) + added + _bytes(tag[end:], encoding)


def attribute_text(text: str) -> str:
    """A text, on one line, as it stands between double quotes in HTML.

    >>> attribute_text('A "no" & a dog\\'s <tail>')
    "A &quot;no&quot; &amp; a dog's &lt;tail&gt;"
    """
    line = " ".join(text.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _text(data: bytes, encoding: str, name: str) -> str:
    try:
        text = data.decode(encoding, _keeping(encoding))
        is_same = _bytes(text, encoding) == data
    except UnicodeError:
        is_same = False
    if not is_same:
        raise SourceError(f"{name} cannot be read as {encoding}, which it says it is. Save it as UTF-8.")
    return text


def _bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding, _keeping(encoding))


def _keeping(encoding: str) -> str:
    """How Python keeps what is no character."""
    return "surrogatepass" if encoding.startswith("utf-16") else "surrogateescape"


def _encoding(data: bytes) -> str:
    """By the mark at its beginning, what it says of itself, or what it can be; as browsers read the names."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    said = _CHARSET.search(data[:_CHARSET_BYTES])
    if said and (known := _known(said[1].decode("ascii", "replace"))):
        return known
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _known(said: str) -> str | None:
    """The encoding of that name, if it is one for pages."""
    try:
        name = codecs.lookup(said).name
    except LookupError:
        return None
    # What calls itself Latin-1 or ASCII is read as Windows-1252 by every browser.
    name = "cp1252" if name in ("ascii", "iso8859-1") else name
    return name if _KNOWN.fullmatch(name) else None


def _read(text: str, name: str) -> _Reading:
    reading = _Reading(text)
    try:
        reading.feed(text)
        reading.close()
    # The parser says in this way that a declaration is none.
    except AssertionError as error:
        raise SourceError(f"{name} cannot be read as HTML: {error}.") from error
    return reading


class _Reading(HTMLParser):
    """Everything that a page says, in its order, and where its pictures stand.

    Attributes:
        events: what the parser met.
        tags: the pictures among it.
        places: the number of each picture's event.
        base: the address that others start from.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self._lines = [0, *_line_starts(text)]
        self._plain: str | None = None
        self.events: list[Event] = []
        self.tags: list[Tag] = []
        self.places: list[int] = []
        self.base = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Where a picture is met, or an element in which none is."""
        if self._plain is None and tag in PLAIN:
            self._plain = tag
        self._met("start", tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """The same, of a tag that ends itself."""
        self._met("whole", tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """The end of an element."""
        if tag == self._plain:
            self._plain = None
        self._add("end", tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        self._add("data", data)

    def handle_comment(self, data: str) -> None:
        """A comment."""
        self._add("comment", data)

    def handle_decl(self, decl: str) -> None:
        """A declaration, such as the document's type."""
        self._add("decl", decl)

    def unknown_decl(self, data: str) -> None:
        """A marked section."""
        self._add("section", data)

    def handle_pi(self, data: str) -> None:
        """A processing instruction."""
        self._add("pi", data)

    def _add(self, *event: Any) -> None:
        self.events.append(event)

    def _met(self, kind: str, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and self._plain is None:
            self.places.append(len(self.events))
            self.tags.append(self._tag(attrs))
        # Of attributes given twice, the first one counts.
        if tag == "base" and not self.base:
            self.base = dict(reversed(attrs)).get("href") or ""
        self._add(kind, tag, tuple(attrs))

    def _tag(self, attrs: list[tuple[str, str | None]]) -> Tag:
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        said = dict(reversed(attrs))
        alt = (said["alt"] or "") if "alt" in said else None
        return Tag(start, start + len(self.get_starttag_text() or ""), said.get("src"), alt)


def _line_starts(text: str) -> Iterator[int]:
    return (each.end() for each in re.finditer("\n", text))
