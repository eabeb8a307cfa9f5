"""What a person writes first: Keras, one picture a call. It is what Opsin is compared with.

python benchmarks/plain_keras.py FOLDER WEIGHTS.h5 COUNT     wall seconds a picture, after the first call
python benchmarks/plain_keras.py --export WEIGHTS.h5 NETWORK.xml    the network for Opsin's side
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from keras.applications.mobilenet_v2 import MobileNetV2, preprocess_input


def classify(model: keras.Model, path: Path) -> int:
    image = keras.utils.load_img(path, target_size=(224, 224))
    pixels = preprocess_input(keras.utils.img_to_array(image))
    return int(np.argmax(model.predict(pixels[None], verbose=0)))


def time_it(folder: str, weights: str, count: str) -> None:
    paths = sorted(Path(folder).glob("*.jpg"))[: int(count)]
    model = MobileNetV2(weights=weights)
    classify(model, paths[0])
    before = time.perf_counter()
    for path in paths:
        classify(model, path)
    print(json.dumps({"wall": (time.perf_counter() - before) / len(paths)}))


def export(weights: str, path: str) -> None:
    model = MobileNetV2(weights=weights)
    model.export(path, format="openvino")


if __name__ == "__main__":
    export(*sys.argv[2:]) if sys.argv[1] == "--export" else time_it(*sys.argv[1:])
