"""Selecting: one picture, click after click."""

from __future__ import annotations

from typing import Any

from opsin.core.clicks import Click, Clicks
from opsin.core.options import Corners
from opsin.engine.predict import model_for, options_for
from opsin.media.sources import Source, read_image
from opsin.tasks.selection import SELECTION, Selection, selection


class Selecting:
    """A picture in which things are selected, one click after the other.

    It remembers the picture only. What was clicked is a state that goes in and comes out, so that any older one can be
    gone back to, and several things can be selected side by side.

    Args:
        source: a path, an address, bytes, a PIL image or an array (h, w, 3) of uint8 RGB.
        options: `model`, `device` and `precision`, as everywhere.

    Attributes:
        image: (h, w, 3) uint8, the picture.

    Raises:
        UsageError: for an unknown option or model.
        InputError: for a picture that cannot be read.
        WeightsError: when the model's weights cannot be had.

    >>> import numpy as np
    >>> from opsin.core.clicks import Click
    >>> image = np.zeros((60, 80, 3), np.uint8)
    >>> image[20:40, 30:70] = 255
    >>> selecting = Selecting(image, model="hrnet18_ocr64_tiny.random")
    >>> first, answer = selecting.step(selecting.begin(), Click(50, 30))
    >>> answer.box
    array([30., 21., 70., 39.], dtype=float32)
    """

    def __init__(self, source: Source, **options: Any) -> None:
        self.image = read_image(source)
        self._model: Any = model_for(SELECTION, options_for(SELECTION, options), streams=1)

    def begin(self, box: Corners | None = None) -> Clicks:
        """The state before the first click: nothing is selected, or what lies in a box x0, y0, x1, y1, if one is given.

        Raises:
            InputError: for a box that does not lie in the picture.
            OptionError: for a box without area.
        """
        begun: Clicks = self._model.begun(self.image, box)
        return begun

    def step(self, clicks: Clicks, click: Click) -> tuple[Clicks, Selection]:
        """What is known after one click more, and what is selected then. Keep the older state to undo the click.

        Raises:
            InputError: for a click that does not lie in the picture.
        """
        after = self._model.step(self.image, clicks, click)
        return after, self.answer(after)

    def answer(self, clicks: Clicks) -> Selection:
        """What is selected in a state."""
        return selection(clicks, self._model.card.name)
