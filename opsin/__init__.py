"""Opsin: say what is in pictures, and teach networks to say it of yours.

import opsin

print(opsin.classify("photo.jpg").labels)
print(opsin.detect("street.jpg", min_score=0.5).boxes)
for item, result in opsin.stream("look", "holiday/"):
    print(item.source, result.summary)

run = opsin.train("flowers/", "efficientnet_lite0", epochs=5)
print(opsin.evaluate(run).figures["accuracy"])
print(opsin.classify("rose.jpg", model=str(run)).labels)
"""

from opsin.core.telemetry import silence

silence()  # before anything that is imported below brings OpenVINO

# ruff: noqa: E402
from opsin import data, faces
from opsin.core.clicks import Click, Clicks
from opsin.core.errors import OpsinError
from opsin.core.image import Image
from opsin.engine.coco_metrics import coco_metrics
from opsin.engine.evaluate import Evaluation, evaluate
from opsin.engine.explain import Explanation, explain
from opsin.engine.export import Exported, export
from opsin.engine.find_rate import find_rate
from opsin.engine.predict import predict, verb
from opsin.engine.recipe import Recipe
from opsin.engine.run import Run
from opsin.engine.stream import stream
from opsin.engine.train import resume, train
from opsin.media.item import Item
from opsin.media.sources import read_image
from opsin.models import ARCHITECTURES, MODELS
from opsin.models.cnn import cnn
from opsin.tasks import TASKS, Result
from opsin.tasks.captioning import CAPTIONING, Caption
from opsin.tasks.classification import CLASSIFICATION, Classification
from opsin.tasks.detection import DETECTION, Detections
from opsin.tasks.embedding import EMBEDDING, Embedding
from opsin.tasks.matting import MATTING, Matte
from opsin.tasks.segmentation import SEGMENTATION, Segmentation
from opsin.tasks.selection import SELECTION, Selection
from opsin.uses.alt import AltText, alt
from opsin.uses.background import Replaced, background
from opsin.uses.count import Counts, count
from opsin.uses.erase import Erased, erase
from opsin.uses.look import LOOK, Look
from opsin.uses.selecting import Selecting
from opsin.uses.subtitle import Scene, Subtitles, subtitle

__version__ = "0.1.0"

caption = verb(CAPTIONING)
classify = verb(CLASSIFICATION)
detect = verb(DETECTION)
embed = verb(EMBEDDING)
matte = verb(MATTING)
look = verb(LOOK)
segment = verb(SEGMENTATION)
select = verb(SELECTION)

__all__ = [
    "ARCHITECTURES",
    "MODELS",
    "TASKS",
    "AltText",
    "Caption",
    "Classification",
    "Click",
    "Clicks",
    "Counts",
    "Detections",
    "Embedding",
    "Erased",
    "Evaluation",
    "Explanation",
    "Exported",
    "Image",
    "Item",
    "Look",
    "Matte",
    "OpsinError",
    "Recipe",
    "Replaced",
    "Result",
    "Run",
    "Scene",
    "Segmentation",
    "Selecting",
    "Selection",
    "Subtitles",
    "alt",
    "background",
    "caption",
    "classify",
    "cnn",
    "coco_metrics",
    "count",
    "data",
    "detect",
    "embed",
    "erase",
    "evaluate",
    "explain",
    "export",
    "faces",
    "find_rate",
    "look",
    "matte",
    "predict",
    "read_image",
    "resume",
    "segment",
    "select",
    "stream",
    "subtitle",
    "train",
]
