"""What is to be seen behind a subject: asked for in words, and then as pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from opsin.core.errors import OptionError
from opsin.core.image import Image, Size
from opsin.core.options import option
from opsin.draw.backdrops import colour_from_text, filling, of_colour, out_of_focus
from opsin.media.sources import Source, read_image
from opsin.tasks.matting import MattingOptions
from opsin.uses._cut import VIDEO, Cut, Detail


@dataclass(frozen=True, kw_only=True)
class BackgroundOptions(MattingOptions):
    """What is to be behind the subject: one of the four."""

    blur: float | None = option(
        None, help="Blur the background: spread as a share of the longer side, as 0.02.", low=0.001, high=0.2
    )
    colour: str | None = option(None, help="A colour as the background: a name such as teal, or #rrggbb.")
    image: object = option(None, help="A picture as the background; it is cropped to fill.")
    remove: bool = option(False, help="No background: clear pixels, as PNG; of a video one PNG for each frame.")

    def __post_init__(self) -> None:
        super().__post_init__()
        asked = {
            "blur": self.blur is not None,
            "colour": self.colour is not None,
            "image": self.image is not None,
            "remove": self.remove,
        }
        said = [name for name, is_asked in asked.items() if is_asked]
        if len(said) != 1:
            came = " and ".join(said) or "none of them"
            raise OptionError(f"Say what is to be behind: one of blur, colour, image and remove; got {came}.")


Backdrop = Callable[[Cut], Image]
"""What is behind a subject that was cut out, at the size of its picture."""


def backdrop(options: BackgroundOptions) -> Callable[[Size], Backdrop]:
    """The backdrop asked for, made ready once for all pictures of a size (height, width).

    Raises:
        OptionError: for a colour that is none.
        InputError: when the background's picture cannot be read.
    """
    if options.blur is not None:
        blur = options.blur
        return lambda size: lambda cut: out_of_focus(cut.small, cut.small_alpha, blur, size)
    if options.colour is not None:
        colour = colour_from_text(options.colour)
        return lambda size: _same(of_colour(colour, size))
    picture = read_image(cast("Source", options.image))
    return lambda size: _same(filling(picture, size))


def detail_of(options: BackgroundOptions) -> Detail:
    """How closely the edges of a video are worked out.

    At quality "fast" mattes stay as fine as the network gives them. Before the picture's own background out of focus
    no colours have to be taken away: those that shine through soft edges are its own.
    """
    return replace(
        VIDEO,
        is_guided=options.quality != "fast",
        frees="quickly" if options.blur is None else "never",
    )


def _same(image: Image) -> Backdrop:
    return lambda cut: image
