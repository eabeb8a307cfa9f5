"""A model that tells the shade of an image, and items that give one, or fail."""

import threading
import time

import numpy as np
import pytest

from opsin.core.errors import ImageError
from opsin.engine import stream as streaming
from opsin.media.item import Item
from opsin.models import Model, card_of
from opsin.tasks.classification import Classification

TINY = "pplcnetv2_tiny_classification.random"


class Telling(Model[Classification]):
    """Answers with the red of the first pixel; remembers how many images came together, and waits a while."""

    def __init__(self, reading_size=None, wait=lambda: 0.0):
        super().__init__(card_of(TINY))
        self.batches, self._size, self._wait, self._lock = [], reading_size, wait, threading.Lock()

    @classmethod
    def open(cls, card, place, parts):
        return cls()

    def reading_size(self, options):
        return self._size

    def run(self, images, options):
        with self._lock:
            self.batches.append(len(images))
            seconds = self._wait()
        time.sleep(seconds)
        return [
            Classification(height=image.shape[0], width=image.shape[1], labels=(str(image[0, 0, 0]),), scores=(1,))
            for image in images
        ]


@pytest.fixture
def telling(monkeypatch):
    """Makes a `Telling` with these arguments the model that answers."""

    def make(model=None, **arguments):
        model = model or Telling(**arguments)
        monkeypatch.setattr(streaming, "model_for", lambda task, options, streams: model)
        return model

    return make


@pytest.fixture
def item_of():
    """An item of that shade; below zero, one that cannot be read."""

    def make(shade, size=(4, 6)):
        def read(at_least):
            if shade < 0:
                raise ImageError(f"{shade} is too dark.")
            return np.full((*size, 3), shade, np.uint8), size

        return Item(str(shade), read)

    return make
