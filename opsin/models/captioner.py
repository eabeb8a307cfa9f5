"""A captioner that says what it is sure of: where its sentence is not sure, what a detector or a classifier sees.

That captions name things that are not there is the matter of Rohrbach et al., Object Hallucination in Image Captioning,
https://arxiv.org/abs/1809.02156.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from opsin.core.image import Image
from opsin.core.options import Options
from opsin.models._model import Pipeline
from opsin.models._registry import register
from opsin.tasks._sentences import alternative, hedged
from opsin.tasks.captioning import Caption
from opsin.tasks.classification import ClassificationOptions
from opsin.tasks.detection import DetectionOptions
from opsin.weights.card import Card

THINGS = DetectionOptions(min_score=0.6, limit=20)
"""What the detector is asked: boxes that score so high are right nine times in ten."""

LABELS = ClassificationOptions(limit=1, min_score=0.6)
"""What the classifier is asked, where the detector finds nothing."""

MOST = 3
"""Kinds of things that are told; more make no sentence."""


@register
class Captioner(Pipeline[Caption]):
    """Sentences about pictures; and of those that it is not sure about, what they may show."""

    cards = (
        Card(
            name="captioner.flickr8k",
            task="captioning",
            summary="Says in a sentence what a photo shows; when not sure, what it may show.",
            parts={
                "captions": "captions.flickr8k",
                "detection": "picodet_small.coco",
                "classification": "pplcnetv2_base.imagenet",
            },
            licence="Apache-2.0",
        ),
        Card(
            name="captioner_tiny",
            task="captioning",
            summary="A stand-in without weights, for tests. Its answers mean nothing.",
            parts={
                "captions": "captions_tiny.random",
                "detection": "picodet_tiny.random",
                "classification": "pplcnetv2_tiny_classification.random",
            },
            licence="Apache-2.0",
            is_tiny=True,
        ),
    )

    def run(self, images: Sequence[Image], options: Options) -> list[Caption]:
        """The captions of all images; where one is not sure, the other parts are asked."""
        found = self.parts["captions"].run(images, options)
        return [self._said(image, caption, options) for image, caption in zip(images, found, strict=True)]

    def _said(self, image: Image, caption: Caption, options: Options) -> Caption:
        text = caption.text if caption.sure else self._hedge(image)
        is_alt = getattr(options, "alt", False)
        return dataclasses.replace(caption, model=self.card.name, text=alternative(text) if is_alt else text)

    def _hedge(self, image: Image) -> str:
        """What the other parts are sure of."""
        (things,) = self.parts["detection"].run([image], THINGS)
        if things.labels:
            return hedged(dict(Counter(things.labels).most_common(MOST)))
        (found,) = self.parts["classification"].run([image], LABELS)
        return hedged(dict.fromkeys(found.labels, 1))
