"""Which places of a network answer for which true box while it learns: task-aligned assignment.

A place should answer for a box when it is good at both of its tasks already: saying what is there, and saying where.
Feng et al., TOOD: Task-aligned One-stage Object Detection, https://arxiv.org/abs/2108.07755

Written with `keras.ops`, so that it runs inside a training step on any backend. It imports Keras: import it inside a
function, when there is something to teach. In the shapes below n is pictures, m true boxes (padded), p places of the
network, k labels.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from opsin.nn.backend import keras as import_keras

keras = import_keras()
ops = keras.ops

ALPHA, BETA = 1.0, 6.0
"""How much the score and the overlap count in the alignment score ** ALPHA * overlap ** BETA (TOOD, section 3.2)."""
MOST = 13
"""Places that answer for one box, at most (TOOD, section 4.1)."""

THING, CROWD = 1.0, -1.0
"""The last column of a true row (n, m, 6): x0, y0, x1, y1, the number of the label, and this; 0 where there is none."""
COLUMNS = 6


class Assigned(NamedTuple):
    """What each place should answer.

    Attributes:
        boxes: (n, p, 4) xyxy, where `weights` is above 0.
        scores: (n, p, k) in 0..1: how sure of each label it should be, which is how well it could do there.
        weights: (n, p) the score of its own label; 0 for a place that answers for nothing.
        counts: (n, p) 1, or 0 for a place inside a crowd, from which nothing is learned.
    """

    boxes: Any
    scores: Any
    weights: Any
    counts: Any


def assign(truth: Any, boxes: Any, scores: Any, places: Any, reach: float) -> Assigned:
    """What each place should answer, given what it answers now. No gradient flows through it.

    Args:
        truth: (n, m, 6) true boxes, as `COLUMNS` says.
        boxes: (n, p, 4) xyxy, as the network says now.
        scores: (n, p, k) in 0..1, as it says now.
        places: (p, 2) x, y of the middles of the places, in the pixels of the boxes.
        reach: a true box with a side shorter than this is taken for so large, so that a place lies in it.
    """
    true, labels, kind = truth[..., :4], truth[..., 4], truth[..., 5]
    is_thing = ops.cast(kind == THING, boxes.dtype)[..., None]  # (n, m, 1)
    of_label = _one_hot(labels, scores.shape[-1])  # (n, m, k)
    inside = _inside(true, places, reach)  # (n, m, p)
    overlaps = iou(true, boxes)  # (n, m, p)
    said = ops.matmul(of_label, ops.swapaxes(scores, 1, 2))  # (n, m, p): the score that each place gives its label
    alignment = said**ALPHA * overlaps**BETA * inside * is_thing
    chosen = _one_box_each(_best(alignment), overlaps)  # (n, m, p)
    aligned = alignment * chosen
    # The best place of a box is asked for the overlap that it has, the others for less in proportion.
    best, reached = ops.max(aligned, -1, keepdims=True), ops.max(overlaps * chosen, -1, keepdims=True)
    wanted = ops.swapaxes(aligned / ops.maximum(best, 1e-12) * reached, 1, 2)  # (n, p, m)
    weights = ops.sum(wanted, -1)  # (n, p): one box each, so the sum is that one's
    in_crowd = ops.max(inside * ops.cast(kind == CROWD, boxes.dtype)[..., None], 1)  # (n, p)
    return Assigned(
        boxes=ops.stop_gradient(ops.matmul(ops.swapaxes(chosen, 1, 2), true)),
        scores=ops.stop_gradient(ops.matmul(wanted, of_label)),
        weights=ops.stop_gradient(weights),
        counts=ops.stop_gradient(ops.where(weights > 0, ops.ones_like(weights), 1.0 - in_crowd)),
    )


def _one_hot(labels: Any, count: int) -> Any:
    return ops.one_hot(ops.cast(ops.maximum(labels, 0), "int32"), count)


def _inside(true: Any, places: Any, reach: float) -> Any:
    """(n, m, p) 1 where a place lies in a true box, grown to `reach` where it is smaller."""
    middles, sides = (true[..., :2] + true[..., 2:]) / 2, true[..., 2:] - true[..., :2]  # (n, m, 2)
    far = ops.abs(places[None, None] - middles[:, :, None])  # (n, m, p, 2)
    return ops.cast(ops.all(far < ops.maximum(sides, reach)[:, :, None] / 2, -1), true.dtype)


def _best(alignment: Any) -> Any:
    """(n, m, p) 1 at the best places of each box, as many as `MOST`."""
    most = min(MOST, alignment.shape[-1])
    least = ops.top_k(alignment, most)[0][..., -1:]  # (n, m, 1)
    is_best = ops.logical_and(alignment >= least, alignment > 0)
    return ops.cast(is_best, alignment.dtype)


def _one_box_each(chosen: Any, overlaps: Any) -> Any:
    """(n, m, p) a place that several boxes want goes to the one that it overlaps most."""
    wanted = ops.where(chosen > 0, overlaps, -ops.ones_like(overlaps))
    numbers = ops.arange(ops.shape(chosen)[1])  # how many there are may differ from batch to batch
    first = ops.cast(ops.argmax(wanted, 1), numbers.dtype)[:, None] == numbers[None, :, None]  # (n, m, p)
    return chosen * ops.cast(first, chosen.dtype)


def iou(true: Any, boxes: Any) -> Any:
    """(n, m, p) intersection over union of each of (n, m, 4) boxes with each of (n, p, 4) others, in 0..1."""
    a, b = true[:, :, None], boxes[:, None]
    sides = ops.maximum(ops.minimum(a[..., 2:], b[..., 2:]) - ops.maximum(a[..., :2], b[..., :2]), 0.0)
    shared = sides[..., 0] * sides[..., 1]
    return shared / ops.maximum(area(a) + area(b) - shared, 1e-9)


def area(boxes: Any) -> Any:
    """(…) square pixels of (…, 4) boxes; none of one turned inside out."""
    sides = ops.maximum(boxes[..., 2:] - boxes[..., :2], 0.0)
    return sides[..., 0] * sides[..., 1]
