"""The one protocol by which a network is run, whatever runs it: named arrays in, named arrays out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
"""Arrays by name; the first axis of each is the batch."""


class Network(Protocol):
    """A batch in, raw outputs out. It keeps nothing between calls, and may be called from several threads."""

    def __call__(self, batch: Arrays) -> Arrays:
        """Raw outputs, by name, of a batch of named inputs."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a network runs, and how.

    Attributes:
        device: "CPU", "GPU", "NPU" or "AUTO".
        precision: "f32", or "bf16" for speed at the price of exactness.
        streams: how many batches may be under way at once. 1 gives one batch all the cores (least waiting); as many
            as there are cores gives each batch one core (least work in all).
        shares: whether the cores may share the work of one batch. A network whose answer takes a millisecond loses
            more by telling the others than they save.
    """

    device: str = "CPU"
    precision: str = "f32"
    streams: int = 1
    shares: bool = True


@dataclass(frozen=True)
class Graph:
    """How the network in a file is to be fed and read.

    Attributes:
        pixels: name of the input that takes the image; empty where none does.
        mean: for each channel, in 0..255; taken off inside the network. Empty when the file does that itself.
        std: for each channel, in 0..255; divided by inside the network.
        outputs: our name -> the file's name of the value to give out, which may lie anywhere inside the network.
        layout: the order of the input's axes in the file: batch, channels, height and width.
        constants: inputs that always have the same value, by the file's name.
        is_float: whether pixels are given as float32, in 0..255, and not as uint8.
        is_bgr: whether the file wants blue first.
        shape: of the file's pixels, where the network takes more than the file says; -1 stands for any length.
    """

    pixels: str
    outputs: Mapping[str, str]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    layout: str = "NCHW"
    constants: Mapping[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    is_float: bool = False
    is_bgr: bool = False
    shape: tuple[int, ...] | None = None
