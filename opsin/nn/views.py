"""A finished network that looks at a picture in more than one way, and averages what it sees."""

from __future__ import annotations

from typing import Any

from opsin.core.errors import OptionError
from opsin.nn.backend import keras

NEIGHBOURS = (((1, 1), (1, 1)), ((0, 2), (1, 1)), ((2, 0), (1, 1)), ((1, 1), (0, 2)), ((1, 1), (2, 0)))
"""What is cut off a picture with a border of one pixel, (top, bottom), (left, right): itself and its neighbours."""


def averaged(model: Any, views: str) -> Any:
    """The network with its logits averaged over views of the picture; for "one", the same network.

    The views are layers, so that every exported file has them too.

    Args:
        model: pixels (n, h, w, c) -> logits (n, labels).
        views: "one"; "mirrored": the picture and its mirror image; "shifted": the picture and its four neighbours one
            pixel away, with black coming in from outside.

    Raises:
        OptionError: for other views.
    """
    layers = keras().layers
    if views == "one":
        return model
    if views == "mirrored":
        # Imported here: that module imports Keras.
        from opsin.nn.layers import Mirror

        seen = [model.input, Mirror(name="mirror")(model.input)]
    elif views == "shifted":
        padded = layers.ZeroPadding2D(1, name="border")(model.input)
        seen = [layers.Cropping2D(cut, name=f"view{number}")(padded) for number, cut in enumerate(NEIGHBOURS)]
    else:
        raise OptionError(f"views must be one, mirrored or shifted; got {views!r}.")
    return keras().Model(model.input, layers.Average(dtype="float32", name="logits")([model(view) for view in seen]))
