"""What the families that answer with mattes share: mattes of any size from raw maps, and a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement
from opsin.media.levels import resize_levels
from opsin.models._model import SingleNetwork
from opsin.runtime.network import Arrays, Network
from opsin.tasks.matting import Matte


class SingleMatte(SingleNetwork[Matte]):
    """A family whose one network answers with one map for each image, which `decode` brings to any size."""

    def run_at(self, images: Sequence[Image], options: Options, sizes: Sequence[Size]) -> list[Matte]:
        """As `run`, without making the map as large as the image first."""
        batch, placements = self.prepare(images)
        wanted = [place.of_size(size) for place, size in zip(placements, sizes, strict=True)]
        return self.decode(self.network(batch), wanted, options)


def matte(raw: NDArray[Any], placement: Placement, model: str) -> Matte:
    """A network's alpha (1, h, w) for a picture that fills its input, at the picture's own size.

    Args:
        raw: in 0..1, but for the last digits of a sum.
        placement: of the picture; it is stretched to the whole of the input.
        model: name of the model that answers.
    """
    height, width = placement.size
    alpha = resize_levels(raw[0].astype(np.float32, copy=False), placement.size)
    return Matte(height=height, width=width, model=model, alpha=alpha)


def bright_is_subject(pixels: str) -> Network:
    """A stand-in whose alpha (n, 1, h, w) is how bright each pixel is; `pixels` is the name of its input."""

    def network(batch: Arrays) -> Arrays:
        return {"alpha": batch[pixels].mean(axis=3, dtype=np.float32)[:, None] / 255}

    return network
