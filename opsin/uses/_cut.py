"""A subject cut out of its picture: a matte with the picture's own edges, and colours without those behind them."""

from __future__ import annotations

from dataclasses import dataclass

from opsin.core.image import Image
from opsin.media.foreground import freed, quickly_freed
from opsin.media.guided import guided
from opsin.media.halving import halved
from opsin.media.levels import Levels, firm

HAZE = 0.06
"""Networks are never quite sure; what is within this of all or nothing is meant so."""
REACH = 0.004
"""How far, as a share of the longer side, an edge may be from where the network saw it."""
SOFTNESS = 0.1
"""How far brightness must differ across an edge to be followed."""


@dataclass(frozen=True)
class Detail:
    """How closely edges are worked out.

    Attributes:
        matte: the longer side of the map on which edges are found, in pixels, at most.
        colours: the same for the colours around edges.
        is_quick: whether colours are freed of those behind them quickly, rather than exactly.
    """

    matte: int
    colours: int
    is_quick: bool


PHOTO, VIDEO = Detail(1000, 500, is_quick=False), Detail(400, 100, is_quick=True)
"""For pictures that are looked at for long, and for those of which there are many in each second."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A subject in its picture.

    Attributes:
        subject: (h, w, 3) uint8 the picture; in soft edges the subject's own colours.
        alpha: (h, w) in 0..1, how much of each pixel is subject.
        small: the picture, reduced.
        small_alpha: the same for alpha.
    """

    subject: Image
    alpha: Levels
    small: Image
    small_alpha: Levels


def reduced_alpha(alpha: Levels, detail: Detail) -> Levels:
    """A network's alpha at the size on which edges are found, without haze."""
    return firm(halved(alpha, detail.matte), HAZE)


def cut(image: Image, alpha: Levels, guide: Levels, detail: Detail) -> Cut:
    """The subject, cut out along the picture's own edges.

    Args:
        image: (h, w, 3) uint8.
        alpha: as `reduced_alpha` gives it.
        guide: the picture's `grey_levels`.
        detail: how closely.
    """
    radius = max(1, round(REACH * max(alpha.shape)))
    edges = guided(alpha, guide, radius=radius, softness=SOFTNESS)
    small, small_alpha = halved(image, detail.colours), halved(edges, detail.colours)
    subject = quickly_freed(image, small, small_alpha) if detail.is_quick else freed(image, edges, small, small_alpha)
    return Cut(subject, edges, small, small_alpha)
