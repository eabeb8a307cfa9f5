"""KerasHub's detectors (D-FINE, RetinaNet ...), by `hub:PRESET`.

https://keras.io/keras_hub/presets/
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import UsageError, WeightsError
from opsin.core.image import Image, Size
from opsin.core.options import Options
from opsin.core.placement import Placement, letterboxed, stretched
from opsin.media.geometry import place as shown
from opsin.models._coco import LABELS, labels_by_coco_number
from opsin.models._hub import PREFIX
from opsin.models._hub_presets import HUB, opened_preset
from opsin.models._model import Model, SingleNetwork
from opsin.models._tiled import is_tiled, run_tiled
from opsin.runtime.network import Arrays, Network, Place
from opsin.tasks.detection import DetectionOptions, Detections, best_boxes
from opsin.weights.card import Card

DETECTOR = "ObjectDetector"
"""The class of KerasHub's that opens detectors."""

LEAST_SCORE = 0.001
"""Under which KerasHub answers nothing. Its own is 0.5; which scores are high enough is said by the options."""

_XYXY = {"xyxy": (0, 1, 2, 3), "yxyx": (1, 0, 3, 2)}
"""Where x0, y0, x1, y1 stand in KerasHub's formats of boxes."""


class HubDetector(SingleNetwork[Detections]):
    """A preset that answers boxes, numbers of labels and certainties; what overlaps is left out here."""

    @classmethod
    def preset_card(cls, name: str) -> Card:
        """The card of `hub:PRESET`. The preset itself is looked for when it is opened."""
        return Card(
            name=name,
            task="detection",
            summary=f"KerasHub's detector {name.removeprefix(PREFIX)}.",
            licence="Apache-2.0",
            source="https://keras.io/keras_hub/presets/",
        )

    @classmethod
    def open(cls, card: Card, place: Place, parts: Mapping[str, Model[Any]]) -> Self:
        """The preset, which KerasHub fetches when it has not yet.

        Raises:
            MissingExtraError: when KerasHub is not installed.
            MissingWeightsError: when the preset cannot be fetched.
            UsageError: for a device or a precision, which are Keras's to choose.
        """
        if (place.device, place.precision) != ("CPU", "f32"):
            raise UsageError("KerasHub's models run in Keras, which chooses device and precision: leave both out.")
        network = HubNetwork(opened_preset(DETECTOR, card.name))
        return cls(card, network, _labels(network.num_labels))

    @classmethod
    def open_network(cls, files: Mapping[str, Path], place: Place) -> Network:
        """None: the bytes are KerasHub's to fetch and to read."""
        raise UsageError("KerasHub's detectors are opened by hub:PRESET, not from files.")

    @property
    def input_size(self) -> Size:
        """(height, width) that the preset's pictures are brought to."""
        return self._hub.input_size

    @property
    def _hub(self) -> HubNetwork:
        assert isinstance(self.network, HubNetwork)
        return self.network

    def reading_size(self, options: Options) -> Size | None:
        """The network's input; every pixel when it is to look in tiles."""
        return None if is_tiled(options) else self.input_size

    def run(self, images: Sequence[Image], options: Options) -> list[Detections]:
        """One look at each image, or one and those at its tiles."""
        return run_tiled(super().run, images, options, self.input_size)

    def prepare(self, images: Sequence[Image]) -> tuple[Arrays, list[Placement]]:
        """(n, h, w, 3) uint8: each image stretched to the input, or as it is with borders, as the preset learned it."""
        lay = letterboxed if self._hub.keeps_shape else stretched
        placements = [lay((image.shape[0], image.shape[1]), self.input_size, at) for at, image in enumerate(images)]
        return {"image": np.stack([shown(*each) for each in zip(images, placements, strict=True)])}, placements

    def decode(self, raw: Arrays, placements: Sequence[Placement], options: DetectionOptions) -> list[Detections]:
        """The best of (n, k, 4) boxes with (n, k) scores and numbers of labels; what is padding has the number -1."""
        rows = zip(raw["boxes"], raw["numbers"], raw["scores"], placements, strict=True)
        return [self._answer(boxes, numbers, scores, at, options) for boxes, numbers, scores, at in rows]

    def _answer(self, boxes: Any, numbers: Any, scores: Any, at: Placement, options: DetectionOptions) -> Detections:
        known = np.flatnonzero(numbers >= 0)
        by_label = np.zeros((len(self.labels), len(known)), np.float32)
        by_label[numbers[known], np.arange(len(known))] = scores[known]
        found = best_boxes(at.boxes_to_original(boxes[known]), by_label, self.labels, at.size, options)
        return Detections(height=at.size[0], width=at.size[1], model=self.card.name, **found)


class HubNetwork:
    """One of KerasHub's detectors behind the protocol of networks: "image" in; "boxes", "numbers", "scores" out.

    Args:
        model: a `keras_hub.models.ObjectDetector` with its preprocessor.

    Raises:
        WeightsError: when it states its boxes in a format, or has an input, that is unknown here.
    """

    def __init__(self, model: Any) -> None:
        if model.bounding_box_format not in _XYXY:
            raise WeightsError(f"Boxes as {', '.join(_XYXY)} can be read; KerasHub's are {model.bounding_box_format}.")
        converter = model.preprocessor.image_converter
        if not converter.image_size:
            raise WeightsError("The preset does not say what size its pictures have.")
        self.input_size: Size = (int(converter.image_size[0]), int(converter.image_size[1]))
        self.keeps_shape = bool(getattr(converter, "pad_to_aspect_ratio", False))
        self.num_labels = int(model.num_classes)
        # Its suppression stays: RetinaNet proposes a hundred thousand boxes, of which the decoder gives out a hundred.
        model.prediction_decoder.confidence_threshold = LEAST_SCORE
        self._model, self._order = model, list(_XYXY[model.bounding_box_format])
        self._lock = threading.Lock()

    def __call__(self, batch: Arrays) -> Arrays:
        """(n, k, 4) xyxy boxes in pixels of the input, (n, k) numbers of labels and scores."""
        with self._lock:  # Keras builds its function in the first call
            raw = self._model.predict(np.asarray(batch["image"], np.float32), verbose=0)
        boxes: NDArray[np.float32] = np.asarray(raw["boxes"], np.float32)[..., self._order]
        scores = np.asarray(raw["confidence"], np.float32)
        return {"boxes": boxes, "numbers": np.asarray(raw["labels"]).astype(np.int64), "scores": scores}


def _labels(count: int) -> tuple[str, ...]:
    """The names of a preset's labels, which say only how many they are: COCO's, or else their numbers."""
    known = {len(labels): labels for labels in (LABELS, labels_by_coco_number())}
    return known.get(count) or tuple(f"label {number}" for number in range(count))


HUB.add(DETECTOR, HubDetector)
