"""How wrong a detector is: about what is there, and about where.

What: the quality focal loss, by which a score learns to say how well the box fits (Li et al., Generalized Focal Loss,
https://arxiv.org/abs/2006.04388). Where: the generalized intersection over union (Rezatofighi et al.,
https://arxiv.org/abs/1902.09630). It imports Keras: import it inside a function, when there is something to teach.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.nn.backend import keras as import_keras
from opsin.nn.box_assignment import area, assign

keras = import_keras()
ops = keras.ops

SHARPNESS = 2.0
"""How much less a place counts that is nearly right: its error to this power (beta in the paper)."""
WHERE = 2.0
"""How much where counts, against what; as in TOOD and GFL."""


class BoxLoss(keras.losses.Loss):  # type: ignore[misc, name-defined]  # Keras is untyped
    """The loss between true rows (n, m, 6), see `box_assignment`, and raw answers (n, p, 4 + k): boxes, then logits.

    Args:
        places: (p, 2) x, y of the middles of the network's places, in pixels of its input.
        reach: as in `assign`.
    """

    def __init__(self, places: NDArray[np.float32], reach: float) -> None:
        super().__init__(name="boxes")
        self.places, self.reach = np.asarray(places, np.float32), reach

    def call(self, truth: Any, raw: Any) -> Any:
        """(n,) for each picture; their mean is the loss of the batch, shared alike by all that is to be found."""
        boxes, logits = raw[..., :4], raw[..., 4:]
        scores = ops.sigmoid(logits)
        wanted = assign(
            truth, ops.stop_gradient(boxes), ops.stop_gradient(scores), ops.convert_to_tensor(self.places), self.reach
        )
        what = ops.sum(quality_focal(logits, wanted.scores), -1) * wanted.counts  # (n, p)
        where = (1.0 - giou(boxes, wanted.boxes)) * wanted.weights  # (n, p)
        total = ops.maximum(ops.sum(wanted.weights), 1.0)
        pictures = ops.cast(ops.shape(raw)[0], raw.dtype)
        return ops.sum(what + WHERE * where, -1) * pictures / total


def quality_focal(logits: Any, wanted: Any) -> Any:
    """Cross-entropy between scores and what they should be, in 0..1, that counts less where they are nearly right."""
    entropy = ops.maximum(logits, 0.0) - logits * wanted + ops.log1p(ops.exp(-ops.abs(logits)))
    return ops.abs(wanted - ops.sigmoid(logits)) ** SHARPNESS * entropy


def giou(boxes: Any, others: Any) -> Any:
    """(…) generalized intersection over union of (…, 4) boxes, one by one, in -1..1."""
    low, high = ops.maximum(boxes[..., :2], others[..., :2]), ops.minimum(boxes[..., 2:], others[..., 2:])
    sides = ops.maximum(high - low, 0.0)
    shared = sides[..., 0] * sides[..., 1]
    union = ops.maximum(area(boxes) + area(others) - shared, 1e-9)
    around = ops.concatenate(
        [ops.minimum(boxes[..., :2], others[..., :2]), ops.maximum(boxes[..., 2:], others[..., 2:])], -1
    )
    hull = ops.maximum(area(around), 1e-9)
    return shared / union - (hull - union) / hull
