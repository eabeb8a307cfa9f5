"""What a network needs to see: the picture is asked about again and again, each time with a patch of it covered.

Zeiler and Fergus 2014, https://arxiv.org/abs/1311.2901. It looks at answers only, so any network will do, in any file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.metrics.calibration import softmax
from opsin.runtime.network import Network
from opsin.store.progress import Progress, silent

PATCH = 5
"""So many patches lie side by side in a picture: one covers a part of a thing, not the whole."""

PLACES = 14
"""Where a patch is laid, along each side: neighbours overlap by two thirds, so that the map is smooth."""

BATCH = 28


@dataclass(frozen=True, eq=False)
class Occlusion:
    """What covering does to the answer.

    Attributes:
        drop: (h, w) for each pixel of the network's input, how far the certainty of the label falls on average when a
            patch covers it: in logits, log(score / (1 - score)). Below 0 where the label becomes more certain.
        lowest: the lowest score of the label, in 0..1, that any of the patches left.
    """

    drop: NDArray[np.float32]
    lowest: float


def occlusion(
    network: Network,
    batch: tuple[str, NDArray[np.uint8]],
    output: str,
    label: int,
    *,
    temperature: float = 1.0,
    progress: Progress = silent,
) -> Occlusion:
    """How much the certainty of a label depends on each part of a picture.

    Patches have the picture's mean colour: grey for most photographs, black for a digit on black.

    Args:
        network: answers logits.
        batch: the name of its input, and (1, h, w, c) pixels of the picture.
        output: the name of its logits (n, labels).
        label: the number of the label.
        temperature: what logits are divided by.
        progress: is told how many patches are done.
    """
    name, pixels = batch
    corners = _corners(pixels.shape[1], pixels.shape[2])
    covered = [_covered(pixels[0], each) for each in corners]
    found = [network({name: pixels})[output]]
    for start in range(0, len(covered), BATCH):
        progress("occlusion", start, len(covered))
        found.append(network({name: np.stack(covered[start : start + BATCH])})[output])
    progress("occlusion", len(covered), len(covered))
    logits = np.concatenate(found) / temperature  # (1 + patches, labels)
    certain = _certainty(logits, label)
    return Occlusion(
        _spread(certain[0] - certain[1:], corners, (pixels.shape[1], pixels.shape[2])),
        float(softmax(logits[1:])[:, label].min()),
    )


def _corners(height: int, width: int) -> list[tuple[slice, slice]]:
    """Rows and columns of each patch."""
    down, right = _starts(height), _starts(width)
    deep, wide = _side(height), _side(width)
    return [(slice(y, y + deep), slice(x, x + wide)) for y in down for x in right]


def _side(length: int) -> int:
    return max(1, round(length / PATCH))


def _starts(length: int) -> list[int]:
    """At most `PLACES` places from one end to the other, evenly apart."""
    places = np.unique(np.linspace(0, length - _side(length), PLACES).round())
    return [int(place) for place in places]


def _covered(pixels: NDArray[np.uint8], corner: tuple[slice, slice]) -> NDArray[np.uint8]:
    copy = pixels.copy()
    copy[corner] = pixels.mean(axis=(0, 1)).round()
    return copy


def _certainty(logits: NDArray[Any], label: int) -> NDArray[np.float64]:
    """(n,) log(score / (1 - score)) of the label: scores near 1 no longer move, where this still does."""
    others = np.delete(logits.astype(np.float64), label, axis=1)
    if not others.shape[1]:
        return logits[:, label].astype(np.float64)
    highest = others.max(axis=1)
    rest = highest + np.log(np.exp(others - highest[:, None]).sum(axis=1))
    certainty: NDArray[np.float64] = logits[:, label] - rest
    return certainty


def _spread(
    drops: NDArray[np.float64], corners: list[tuple[slice, slice]], size: tuple[int, int]
) -> NDArray[np.float32]:
    """(h, w) for each pixel, the mean of the drops of all patches that cover it."""
    total, times = np.zeros(size), np.zeros(size)
    for drop, corner in zip(drops, corners, strict=True):
        total[corner] += drop
        times[corner] += 1
    return (total / times).astype(np.float32)
