"""What recognising costs at the least: decoding alone, and the network alone, on the same pictures.

    python benchmarks/bare.py FOLDER

Prints one JSON object: CPU seconds a picture of each. Decoding is Pillow's, at the reduced scale that the network
allows, on as many threads as there are cores; the network is OpenVINO's in f32, at the batch size that suits it best.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openvino
from PIL import Image

from opsin.models import card_of
from opsin.weights.pull import files

BATCHES = (1, 2, 4, 8)


def decode(path: Path) -> int:
    with Image.open(path) as image:
        image.draft("RGB", (256, 256))
        return np.asarray(image.convert("RGB")).size


def decode_seconds(paths: list[Path], threads: int) -> float:
    """CPU seconds a picture."""
    with ThreadPoolExecutor(threads) as pool:
        before = time.process_time()
        list(pool.map(decode, paths))
        return (time.process_time() - before) / len(paths)


def network_seconds(batch: int, count: int, threads: int) -> float:
    """CPU seconds a picture, each thread with a core of its own."""
    found = files(card_of("pplcnetv2_base.imagenet"))
    core = openvino.Core()
    settings = {"INFERENCE_PRECISION_HINT": "f32", "NUM_STREAMS": threads, "INFERENCE_NUM_THREADS": threads}
    compiled = core.compile_model(core.read_model(found["network"], found["weights"]), "CPU", settings)
    queue = openvino.AsyncInferQueue(compiled, threads)
    pixels = np.random.default_rng(0).normal(size=(batch, 3, 224, 224)).astype(np.float32)
    queue.start_async([pixels])
    queue.wait_all()
    before = time.process_time()
    for _ in range(count // batch):
        queue.start_async([pixels], share_inputs=True)
    queue.wait_all()
    return (time.process_time() - before) / (count // batch * batch)


def main() -> None:
    paths = sorted(Path(sys.argv[1]).glob("*.jpg"))
    threads = len(os.sched_getaffinity(0))
    tried = {batch: network_seconds(batch, 400, threads) for batch in BATCHES}
    best = min(tried, key=tried.__getitem__)
    # Measured again: the least of several noisy figures is too small.
    network = network_seconds(best, 1600, threads)
    print(json.dumps({"decode": decode_seconds(paths, threads), "network": network, "batch": best}))


if __name__ == "__main__":
    main()
