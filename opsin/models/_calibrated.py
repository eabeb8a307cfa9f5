"""A card that knows how far its classifier can be trusted: what validation pictures teach after training."""

from __future__ import annotations

import dataclasses
from typing import Any

from numpy.typing import NDArray

from opsin.metrics.calibration import ece, fit_temperature, reject_threshold, softmax
from opsin.metrics.classification import accuracy, log_loss
from opsin.weights.card import Card


def calibrated(card: Card, logits: NDArray[Any], truth: NDArray[Any]) -> Card:
    """The card with a temperature, the score below which an answer is "unknown", and what both do on these pictures.

    Args:
        card: of a classifier.
        logits: (n, labels), of validation pictures: such as the network has not learned from.
        truth: (n,) column numbers.

    Raises:
        InputError: when the shapes do not fit, or a logit is not finite.
    """
    temperature = fit_temperature(logits, truth)
    before, scores = softmax(logits), softmax(logits, temperature)
    limit = reject_threshold(scores, truth)
    figures = {
        "accuracy on validation": accuracy(truth, scores.argmax(axis=1)),
        "log loss on validation before calibration": log_loss(truth, before),
        "log loss on validation": log_loss(truth, scores),
        "ECE on validation before calibration": ece(before, truth),
        "ECE on validation": ece(scores, truth),
        "share answered unknown on validation": float((scores.max(axis=1) < limit).mean()),
    }
    measured = dict(card.measured) | figures
    return dataclasses.replace(card, temperature=temperature, reject_below=limit, measured=measured)
