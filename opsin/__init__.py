"""Opsin: say what is in pictures.

import opsin

print(opsin.classify("photo.jpg").labels)
print(opsin.detect("street.jpg", min_score=0.5).boxes)
for item, result in opsin.stream("look", "holiday/"):
    print(item.source, result.summary)
"""

from opsin.core.errors import OpsinError
from opsin.core.image import Image
from opsin.engine.predict import predict, verb
from opsin.engine.stream import stream
from opsin.media.item import Item
from opsin.media.sources import read_image
from opsin.models import MODELS
from opsin.tasks import TASKS, Result
from opsin.tasks.classification import CLASSIFICATION, Classification
from opsin.tasks.detection import DETECTION, Detections
from opsin.tasks.embedding import EMBEDDING, Embedding
from opsin.uses.look import LOOK, Look

__version__ = "0.1.0"

classify = verb(CLASSIFICATION)
detect = verb(DETECTION)
embed = verb(EMBEDDING)
look = verb(LOOK)

__all__ = [
    "MODELS",
    "TASKS",
    "Classification",
    "Detections",
    "Embedding",
    "Image",
    "Item",
    "Look",
    "OpsinError",
    "Result",
    "classify",
    "detect",
    "embed",
    "look",
    "predict",
    "read_image",
    "stream",
]
