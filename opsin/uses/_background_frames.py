"""Frames before a new background: each matte steadied by those before it, laid while the network goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from opsin.core.image import Image, Size
from opsin.draw.composite import composite
from opsin.engine.stream import Answer
from opsin.media.guided import grey_levels
from opsin.media.halving import halved
from opsin.media.item import Item
from opsin.media.levels import Levels, firm
from opsin.media.steady import Steady, steady
from opsin.tasks.matting import Matte
from opsin.uses._backdrop import Backdrop
from opsin.uses._cut import HAZE, VIDEO, Cut, Detail, cut


@dataclass(frozen=True, eq=False)
class Frame:
    """A picture before its new background.

    Attributes:
        item: what it was made of.
        image: (h, w, 3) uint8; where there is no background, the subject's own colours.
        alpha: (h, w) in 0..1, how much of each pixel is subject.
    """

    item: Item
    image: Image
    alpha: Levels


Laying = Callable[[Size], Backdrop] | None
"""What makes a backdrop for pictures of a size; None for no background at all."""


def laid(one: Cut, behind: Backdrop | None) -> Image:
    """The subject before the backdrop; or, without one, in its own colours."""
    return one.subject if behind is None else composite(one.subject, one.alpha, behind(one))


def frames(answers: Iterable[Answer[Matte]], behind: Backdrop | None, detail: Detail = VIDEO) -> Iterator[Frame]:
    """The frames of one video, in their order, each with its picture and its matte, before the backdrop.

    Args:
        answers: with their images, and mattes of `map_size`.
        behind: the backdrop; None for no background at all.
        detail: how closely edges are worked out.
    """
    for steadied in _steadied(answers, detail):
        yield _laid(behind, detail, steadied)


@dataclass(frozen=True, eq=False)
class _Steadied:
    item: Item
    image: Image
    reduced: Image
    alpha: Levels


def _steadied(answers: Iterable[Answer[Matte]], detail: Detail) -> Iterator[_Steadied]:
    """Each frame with its steadied matte, reduced: all that has to be done in order."""
    state = Steady()
    for answer in answers:
        if answer.result is None or answer.image is None:
            continue
        reduced = halved(answer.image, detail.matte)
        state, alpha = steady(state, firm(answer.result.alpha, HAZE), grey_levels(reduced))
        yield _Steadied(answer.item, answer.image, reduced, alpha)


def _laid(behind: Backdrop | None, detail: Detail, frame: _Steadied) -> Frame:
    one = cut(frame.image, frame.reduced, frame.alpha, detail)
    return Frame(frame.item, laid(one, behind), one.alpha)
