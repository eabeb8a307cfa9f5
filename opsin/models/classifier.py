"""A classifier that was taught: what `opsin train` leaves in a run, and what `opsin export` makes of it."""

from __future__ import annotations

from collections.abc import Sequence

from opsin.core.placement import Placement
from opsin.metrics.calibration import softmax
from opsin.models._taught import TAUGHT, TaughtModel
from opsin.runtime.network import Arrays
from opsin.tasks.classification import Classification, ClassificationOptions, best_labels
from opsin.weights.card import Card


class Classifier(TaughtModel[Classification]):
    """Calibrated scores for the labels that it was taught, and "unknown" for what is like none of them."""

    @classmethod
    def reading(cls, card: Card) -> str:
        """Softmax at the card's temperature."""
        return (
            f"scores = softmax({cls.raw} / {card.temperature:g}); below {card.reject_below:g} the answer is 'unknown'."
        )

    def decode(
        self, raw: Arrays, placements: Sequence[Placement], options: ClassificationOptions
    ) -> list[Classification]:
        """The best of the (n, labels) logits, as scores at the card's temperature."""
        scores = softmax(raw[self.raw], self.card.temperature)
        found = [best_labels(each, self.labels, options, reject_below=self.card.reject_below) for each in scores]
        return [
            Classification(height=at.size[0], width=at.size[1], model=self.card.name, labels=labels, scores=best)
            for (labels, best), at in zip(found, placements, strict=True)
        ]


TAUGHT.add("classification", Classifier)
