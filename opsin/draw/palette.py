"""The colour of a label: always the same one, and the ink that can be read on it."""

from __future__ import annotations

import hashlib

Colour = tuple[int, int, int]
"""Red, green, blue, each in 0..255."""

BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)

PALETTE: tuple[Colour, ...] = (
    (230, 159, 0),
    (240, 228, 66),
    (0, 114, 178),
    (204, 121, 167),
    (51, 34, 136),
    (17, 119, 51),
    (136, 34, 85),
    (153, 153, 51),
    (170, 68, 153),
    (238, 51, 119),
    (0, 224, 224),
    (183, 166, 242),
    (255, 138, 117),
    (255, 201, 163),
    (122, 63, 242),
    (204, 51, 17),
)
"""Sixteen colours, most of them from Okabe and Ito (2008) and Tol (2021), chosen so that the nearest two lie as far
apart as can be, for colour-blind eyes as well. More than about that many cannot be told apart in a picture."""

_SALT = "111516:"
"""Of many salts, the one that gives different colours to the labels that most often share a photograph."""


def colour_of(label: str) -> Colour:
    """The colour of a label. It depends on nothing but the label: the same in every picture, run and machine.

    >>> colour_of("dog") == colour_of("dog")
    True
    """
    digest = hashlib.sha256((_SALT + label).encode()).digest()
    return PALETTE[digest[0] % len(PALETTE)]


def colour_of_number(number: int) -> Colour:
    """The colour of a number, such as a track's: sixteen that follow each other have sixteen colours.

    >>> colour_of_number(3) == colour_of_number(19) != colour_of_number(4)
    True
    """
    return PALETTE[number % len(PALETTE)]


def ink_on(colour: Colour) -> Colour:
    """Black or white, whichever can be read better on the colour; the contrast is at least 4.5 to 1.

    >>> ink_on((255, 255, 0)), ink_on((0, 0, 128))
    ((0, 0, 0), (255, 255, 255))
    """
    return max(BLACK, WHITE, key=lambda ink: contrast(ink, colour))


def contrast(colour: Colour, other: Colour) -> float:
    """How well one colour stands out from another, from 1 (not at all) to 21 (black on white); text needs 4.5.

    Web Content Accessibility Guidelines 2.2, contrast ratio.
    """
    dark, light = sorted((luminance(colour), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: Colour) -> float:
    """How bright a colour looks, from 0 (black) to 1 (white): WCAG's relative luminance."""
    red, green, blue = (_linear(channel / 255) for channel in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """A channel of sRGB, in 0..1, as an amount of light."""
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
