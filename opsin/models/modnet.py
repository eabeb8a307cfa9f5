"""MODNet: portraits cut out to the hair.

Ke et al., MODNet: Real-Time Trimap-Free Portrait Matting via Objective Decomposition,
https://arxiv.org/abs/2011.11961
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, stretched
from opsin.media.geometry import resize
from opsin.models._carriers import PHOTOBOOTH
from opsin.models._mattes import bright_is_subject, matte
from opsin.models._model import SingleNetwork
from opsin.models._registry import register
from opsin.runtime.network import Arrays, Graph, Network, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.tasks.matting import Matte, MattingOptions
from opsin.weights.card import Card

MULTIPLE = 32
"""The network halves its input five times: sides must be multiples of this."""

LONGEST = 2
"""How many times as long as the short side the input may be. A strip of film would take all the memory there is."""


@register
class MODNet(SingleNetwork[Matte]):
    """How much of each pixel is a person, in portraits; small people in wide views it misses."""

    cards = (
        Card(
            name="modnet.portraits",
            task="matting",
            summary="MODNet, its short side 512: portraits, to the hair; misses people who are small.",
            files={
                "network": PHOTOBOOTH.asset(
                    "modnet.onnx",
                    "modnet.onnx",
                    25_888_640,
                    "07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9",
                ),
            },
            input_size=(512, 512),
            licence="Apache-2.0",
            trained_on="portraits marked by its authors",
            data_terms="none stated",
            source="https://github.com/ZHKKKe/MODNet",
            paper="https://arxiv.org/abs/2011.11961",
            published={"PPM-100 mean absolute error": 0.0086},
            measured={"mean IoU on 200 photographs of people": 0.842},
        ),
        Card(
            name="modnet_tiny.random",
            task="matting",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            input_size=(64, 64),
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def reading_size(self, options: Options) -> Size:
        """The short side of the network's input, for both sides: it sees no more."""
        return self.input_size

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """The network, for pictures of any size, normalising inside."""
        middle = (127.5, 127.5, 127.5)
        graph = Graph("input", {"alpha": "output"}, mean=middle, std=middle, shape=(-1, 3, -1, -1))
        return OpenVinoNetwork(files["network"], graph, place)

    @classmethod
    def tiny_network(cls, card: Card) -> Network:
        """What is bright is subject."""
        return bright_is_subject("input")

    def run(self, images: Sequence[Image], options: Options) -> list[Matte]:
        """Each picture by itself: they have many shapes."""
        return [answer for image in images for answer in super(MODNet, self).run([image], options)]

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(1, h, w, 3) uint8: one picture, its short side 512, its long side the nearest multiple of 32."""
        size = (images[0].shape[0], images[0].shape[1])
        wanted = _input_size(size, self.input_size[0])
        # As its authors do; but what shrinks is averaged, so that no pixel is skipped.
        how = "cubic" if min(size) < min(wanted) else "area"
        return {"input": resize(images[0], wanted, how=how)[None]}, [stretched(size, wanted)]

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: MattingOptions) -> list[Matte]:
        """The (1, 1, h, w) map at the picture's own size."""
        return [matte(alpha, place, self.card.name) for alpha, place in zip(raw["alpha"], placements, strict=True)]


def _input_size(size: Size, short: int) -> Size:
    """(height, width) of the input for a picture of a size, about as long for its width as the picture.

    >>> _input_size((480, 640), 512), _input_size((4000, 100), 512)
    ((512, 672), (1024, 512))
    """
    height, width = (min(round(short * side / min(size) / MULTIPLE) * MULTIPLE, LONGEST * short) for side in size)
    return height, width
