"""How wrong the labels of pixels are: cross-entropy, focal, Dice, and of their edges; or the sum of several.

It imports Keras: import it inside a function, when there is something to teach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opsin.core.errors import UnknownNameError
from opsin.nn.backend import keras as import_keras

keras = import_keras()
ops = keras.ops

FOCUS = 2.0
"""How much less a pixel counts that is nearly right: its error to this power (gamma of the focal loss)."""
EDGE, NEAR = 3, 5
"""Pixels across which an edge is seen, and within which another is the same; of the paper, for small pictures."""


class MapLoss(keras.losses.Loss):  # type: ignore[misc, name-defined]  # Keras is untyped
    """The loss between true maps (n, h, w) of class numbers and raw logits (n, h', w', k), which may be coarser.

    Logits are interpolated linearly to the map's size, as they are where a network answers.

    Args:
        parts: names in `LOSSES`, of which the sum is taken.
        ignored: the number of pixels of which nothing is said; they do not count.

    Raises:
        UnknownNameError: for another name.
    """

    def __init__(self, parts: Sequence[str], ignored: int) -> None:
        super().__init__(name="_".join(parts))
        for part in parts:
            if part not in LOSSES:
                raise UnknownNameError("loss for segmentation", part, LOSSES)
        self.parts, self.ignored = tuple(parts), ignored

    def call(self, truth: Any, raw: Any) -> Any:
        """(n,) for each picture."""
        logits = enlarged(raw, truth.shape[1], truth.shape[2])
        known = ops.cast(ops.not_equal(truth, self.ignored), logits.dtype)  # (n, h, w)
        numbers = ops.cast(truth * known, "int32")
        wanted = ops.one_hot(numbers, logits.shape[-1], dtype=logits.dtype) * known[..., None]  # (n, h, w, k)
        found = [LOSSES[part](logits, wanted, known) for part in self.parts]
        return sum(found[1:], found[0])


def enlarged(raw: Any, height: int, width: int) -> Any:
    """(n, height, width, k): coarse logits, interpolated linearly between the middles of their cells."""
    if (raw.shape[1], raw.shape[2]) == (height, width):
        return raw
    return ops.image.resize(raw, (height, width), interpolation="bilinear", data_format="channels_last")


def cross_entropy(logits: Any, wanted: Any, known: Any) -> Any:
    """(n,) mean over the known pixels of each picture."""
    return _mean(-ops.sum(wanted * ops.log_softmax(logits), -1), known)


def focal(logits: Any, wanted: Any, known: Any) -> Any:
    """(n,) cross-entropy that counts less where it is nearly right (Lin et al., https://arxiv.org/abs/1708.02002)."""
    right = ops.sum(wanted * ops.log_softmax(logits), -1)
    return _mean(-((1.0 - ops.exp(right)) ** FOCUS) * right, known)


def dice(logits: Any, wanted: Any, known: Any) -> Any:
    """(n,) one less Dice, over the pixels of the whole batch, as a mean over the classes that occur in it.

    Milletari et al., V-Net, https://arxiv.org/abs/1606.04797, with the sum of areas below. A class weighs the same
    however few its pixels are.
    """
    told = ops.softmax(logits) * known[..., None]
    axes = (0, 1, 2)
    shared, both = ops.sum(told * wanted, axes), ops.sum(told, axes) + ops.sum(wanted, axes)  # (k,)
    occurs = ops.cast(ops.sum(wanted, axes) > 0, logits.dtype)
    lost = ops.sum((1.0 - 2.0 * shared / ops.maximum(both, 1.0)) * occurs) / ops.maximum(ops.sum(occurs), 1.0)
    return ops.broadcast_to(lost, (ops.shape(logits)[0],))


def boundary(logits: Any, wanted: Any, known: Any) -> Any:
    """(n,) one less the F1 of edges, as a mean over the classes that occur in the picture.

    Bokhovkin and Burnaev, Boundary Loss for Remote Sensing Imagery Semantic Segmentation,
    https://arxiv.org/abs/1905.07852: an edge is what a window's maximum adds to what lies outside.
    """
    told = ops.softmax(logits) * known[..., None]
    true_edge, told_edge = _edges(wanted, known), _edges(told, known)
    axes = (1, 2)
    precision = _share(ops.sum(told_edge * _widest(true_edge, NEAR), axes), ops.sum(told_edge, axes))
    recall = _share(ops.sum(true_edge * _widest(told_edge, NEAR), axes), ops.sum(true_edge, axes))
    f1 = _share(2.0 * precision * recall, precision + recall)  # (n, k)
    occurs = ops.cast(ops.sum(true_edge, axes) > 0, logits.dtype)
    return _share(ops.sum((1.0 - f1) * occurs, -1), ops.sum(occurs, -1))


def _edges(inside: Any, known: Any) -> Any:
    """(n, h, w, k) how much each pixel is the outermost of what is inside, in 0..1."""
    outside = (1.0 - inside) * known[..., None]
    return _widest(outside, EDGE) * known[..., None] - outside


def _widest(values: Any, side: int) -> Any:
    return ops.max_pool(values, side, 1, padding="same", data_format="channels_last")


def _mean(values: Any, known: Any) -> Any:
    """(n,) over the known pixels (n, h, w)."""
    return _share(ops.sum(values * known, (1, 2)), ops.sum(known, (1, 2)))


def _share(part: Any, of: Any) -> Any:
    return part / ops.maximum(of, 1e-7)


LOSSES: Mapping[str, Callable[[Any, Any, Any], Any]] = {
    "crossentropy": cross_entropy,
    "focal": focal,
    "dice": dice,
    "boundary": boundary,
}
"""What may be made small, by name: logits, what is wanted (n, h, w, k each), what is known (n, h, w) -> (n,)."""
