"""COCO's average precision inside a bare `fit`: a Keras callback for any Keras detector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import InputError, OptionError, UsageError
from opsin.metrics.average_precision import AveragePrecision, average_precision
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
from opsin.nn.backend import keras

PADDING = -1
"""The label of a row that is no box, in arrays that have as many rows for each picture."""


def coco_metrics(
    feed: Iterable[Any],
    decode: Callable[[Any], Any],
    *,
    every: int = 1,
    labels: Sequence[Any] = (),
    name: str = "val",
) -> Any:
    """A Keras callback that adds COCO's figures to an epoch's logs: `val_AP`, `val_AP50` and `val_AP75`.

    Keras's own metrics see one batch at a time, and average precision cannot be had so: it ranks the boxes of all
    pictures. The callback asks the model batch by batch at the end of an epoch, keeps the boxes, and scores them
    together; the figures equal those of pycocotools. What stands after it in `callbacks` can go by them, as
    `EarlyStopping(monitor="val_AP", mode="max")` does. Epochs that are passed over have no such figures.

    Args:
        feed: batches (images, truth) that can be gone through again each time: a list, a tf.data.Dataset, a Keras
            PyDataset. The truth of a batch is a sequence with one for each image, such as `opsin.data.Things`, with
            boxes (n, 4) xyxy in pixels and labels; or, as Keras has it, a dict of arrays "boxes" (batch, n, 4) and
            "labels" (batch, n), in which rows labelled -1 are no boxes.
        decode: makes of the model's output for a batch (in numpy) as many answers, in the truth's pixels: a sequence
            of what has boxes, labels and scores; or a dict as above, with "scores" (batch, n) too.
        every: how many epochs apart; the last is always judged.
        labels: as in the truth: of each, `val_AP/LABEL` is added too.
        name: what the figures' names begin with.

    Raises:
        OptionError: when `every` is less than 1.
        UsageError: when the feed can be gone through only once.

    In the epochs it raises InputError when truth and answers do not fit each other.
    """
    if every < 1:
        raise OptionError(f"every must be at least 1; got {every}.")
    if isinstance(feed, Iterator):
        raise UsageError(
            "The feed can be gone through once only; give a list, or an object that begins anew each time."
        )

    class CocoMetrics(keras().callbacks.Callback):  # type: ignore[misc]  # Keras is untyped
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            is_last = epoch + 1 == (self.params or {}).get("epochs")
            if logs is not None and ((epoch + 1) % every == 0 or is_last):
                figures = judged_batches(self.model.predict_on_batch, feed, decode)
                logs.update({f"{name}_{each}": value for each, value in spoken(figures, labels).items()})

    return CocoMetrics()


def judged_batches(
    predict: Callable[[Any], Any], feed: Iterable[Any], decode: Callable[[Any], Any]
) -> AveragePrecision:
    """COCO's figures of a model on the batches of a feed; only boxes wait in memory.

    Raises:
        InputError: when truth and answers do not fit each other.
    """
    truths, predictions = list[Any](), list[Any]()
    for images, truth in batches(feed):
        there, found = each_true(truth), each_found(decode(predict(images)))
        if len(there) != len(found):
            raise InputError(f"decode must answer once for each image; got {len(found)} answers for {len(there)}.")
        truths += there
        predictions += found
    return average_precision(truths, predictions)


def batches(feed: Any) -> Iterator[tuple[Any, Any]]:
    """The (images, truth) of a feed, once through; what else a batch holds is passed over."""
    # A Keras PyDataset has a length, and an index that never ends.
    by_index = hasattr(feed, "__len__") and hasattr(feed, "__getitem__")
    for batch in (feed[index] for index in range(len(feed))) if by_index else feed:
        if not isinstance(batch, tuple | list) or len(batch) < 2:
            raise InputError(f"Each batch of the feed must be (images, truth); got {type(batch).__name__}.")
        yield batch[0], batch[1]


def each_true(truth: Any) -> Sequence[Any]:
    """The truth of each image of a batch."""
    if not isinstance(truth, Mapping):
        return list(truth)
    return [TrueBoxes(boxes, labels) for boxes, labels in _rows(truth, "boxes", "labels")]


def each_found(answers: Any) -> Sequence[Any]:
    """What was found in each image of a batch."""
    if not isinstance(answers, Mapping):
        return list(answers)
    return [PredictedBoxes(*row) for row in _rows(answers, "boxes", "labels", "scores")]


def spoken(figures: AveragePrecision, labels: Sequence[Any]) -> dict[str, float]:
    """The figures by the names that they have in an epoch's logs; -1 of what the truth does not show."""
    each = {f"AP/{label}": figures.per_label.get(label, -1.0) for label in labels}
    return {"AP": figures.ap, "AP50": figures.ap50, "AP75": figures.ap75} | each


def _rows(batch: Mapping[str, Any], *names: str) -> Iterator[list[NDArray[Any]]]:
    """For each image of a batch the arrays of these names, without the rows that are padding."""
    missing = [name for name in names if name not in batch]
    if missing:
        raise InputError(f"A batch of boxes must have {', '.join(names)}; got {', '.join(batch)}.")
    arrays = [np.asarray(batch[name]) for name in names]
    for image in zip(*arrays, strict=True):
        is_box = image[1] != PADDING
        yield [each[is_box] for each in image]
