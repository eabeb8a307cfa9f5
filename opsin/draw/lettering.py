"""Text as coverage: how much of each pixel the letters cover.

Pillow's bundled font (Aileron) has the letters of ASCII only. Text with others is written with a font of the machine
that has them all; where there is none, accents are dropped (é becomes e), and what is still missing becomes `?`.
"""

from __future__ import annotations

import functools
import math
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import numpy as np

from opsin.draw.shapes import Coverage

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "Arial.ttf",
    "Arial Unicode.ttf",
    "NotoSansCJK-Regular.ttc",
    "PingFang.ttc",
    "msyh.ttc",
    "malgun.ttf",
    "Nirmala.ttf",
)
"""Fonts that Linux, macOS and Windows bring; Pillow looks for them where each system keeps its own."""


def written(text: str, size: int, width: int, fonts: Sequence[str] = FONTS) -> Coverage:
    """(h, w) coverage of one line of text, as wide as the text but no wider than `width`; cut text ends in "…".

    All texts of one size have the same height. Text that has no room for a single letter is (h, 0).

    Args:
        text: what to write; line breaks become spaces.
        size: of the letters, in pixels.
        width: the room there is, in pixels.
        fonts: file names of the fonts to try for letters that the bundled one lacks.
    """
    # Imported here: drawing is not the only thing that Opsin does.
    from PIL import Image, ImageDraw

    line = " ".join(text.split())
    font, letters = _font(line, size, fonts)
    shown = _cut(letters, font, width)
    paper = Image.new("L", (int(np.ceil(font.getlength(shown))), line_height(size)))
    if shown:
        ImageDraw.Draw(paper).text((0, size), shown, fill=255, font=font, anchor="ls")
    return np.asarray(paper, np.float32).reshape(line_height(size), -1) / np.float32(255)


def line_height(size: int) -> int:
    """Pixels from one line of text to the next: letters of that size, and a quarter of it below the line."""
    return size + math.ceil(size / 4)


def lines_of(text: str, size: int, width: int) -> list[str]:
    """Text broken between words into lines that fit into `width` pixels; a longer word has a line of its own."""
    font, _ = _font(text, size, FONTS)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(text: str, font: FreeTypeFont, width: int) -> str:
    """As much of the text as fits, with an ellipsis where something is missing."""
    if font.getlength(text) <= width:
        return text
    kept = len(text)
    while kept and font.getlength(text[:kept].rstrip() + "…") > width:
        kept -= 1
    return text[:kept].rstrip() + "…" if kept else ""


def _font(text: str, size: int, names: Sequence[str]) -> tuple[FreeTypeFont, str]:
    """A font, and the text in letters that it has."""
    from PIL import ImageFont

    bundled = _bundled(size)
    if text.isascii() or _can_write(bundled, text):
        return bundled, text
    for path in filter(None, map(_path_of, names)):
        font = ImageFont.truetype(path, size)
        if _can_write(font, text):
            return font, text
    return bundled, _plain(text, bundled)


def _bundled(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    # Asked with a size, Pillow never gives its bitmap font, whatever the annotation says.
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


@functools.cache  # looking through the folders of the system takes longer than all else
def _path_of(name: str) -> str | None:
    """Where this machine has that font; None where it has not."""
    from PIL import ImageFont

    try:
        return str(ImageFont.truetype(name).path)
    except OSError:
        return None


def _can_write(font: FreeTypeFont, text: str) -> bool:
    """Whether the font has every letter: it draws all that it lacks alike."""
    missing = _drawn(font, "\uffff")
    return all(_drawn(font, letter) != missing for letter in set(text))


def _drawn(font: FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def _plain(text: str, font: FreeTypeFont) -> str:
    """The text without accents, and with `?` for what the font lacks."""
    apart = unicodedata.normalize("NFKD", text)
    letters = [letter for letter in apart if not unicodedata.combining(letter)]
    return "".join(letter if _can_write(font, letter) else "?" for letter in letters)
