"""How the learning rate changes from step to step, as functions that Keras can save."""

from __future__ import annotations

from typing import Any

from opsin.core.errors import OptionError
from opsin.nn.backend import keras

WARM_UP = 0.2
"""Share of all steps in which `one_cycle` and `linear` rise."""


def schedule(name: str, peak: float, steps: int) -> Any:
    """The learning rate by step: a number, or a Keras schedule.

    Args:
        name: "constant"; "cosine": down along half a wave, to 0; "linear": straight up to the peak during the first
            fifth, straight down to 0; "one_cycle": the same along waves (Smith and Topin, https://arxiv.org/abs/1708.07120).
        peak: the highest rate.
        steps: how many there will be.

    Raises:
        OptionError: for another name.
    """
    warm = max(1, round(WARM_UP * steps))
    schedules = keras().optimizers.schedules
    if name == "constant":
        return peak
    if name == "cosine":
        return schedules.CosineDecay(peak, steps)
    if name == "one_cycle":
        return schedules.CosineDecay(peak / 25, max(1, steps - warm), warmup_target=peak, warmup_steps=warm)
    if name == "linear":
        from opsin.nn.triangle import Triangle

        return Triangle(peak, warm, steps)
    raise OptionError(f"schedule must be one of constant, cosine, linear, one_cycle; got {name!r}.")
