"""Teaching: the plain Keras program against the recipes for MNIST, and what `opsin train` costs over bare `fit`.

Every training runs in a process of its own, one after the other, and its seconds are counted from the call that begins
it, with Keras already imported.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from figures import Figure, keep

ROOT = Path(__file__).parents[1]
SEEDS = (1, 2, 3)

PLAIN = """
import json, sys, time
sys.path.insert(0, "examples")
import mnist_keras
mnist_keras.pictures("test")
wall, cpu = time.perf_counter(), time.process_time()
accuracy = mnist_keras.main(seed={seed})
print(json.dumps({{"accuracy": accuracy, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}}))
"""

RECIPE = """
import json, time
import opsin
from opsin.nn.backend import keras
keras()
opsin.data.load("mnist")
wall, cpu = time.perf_counter(), time.process_time()
run = opsin.train("recipes/{recipe}.py", runs={folder!r}, seed={seed})
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
accuracy = opsin.evaluate(run).figures["accuracy"]
print(json.dumps({{"accuracy": accuracy, "wall": wall, "cpu": cpu}}))
"""

# The same network, arrays, batches and epochs.
BARE = """
import json, time
import numpy as np
import opsin
from opsin.engine.network import built, compiled
from opsin.engine.lesson import lesson_for
lesson = lesson_for("mnist", "tutorial", "classification", (0.8, 0.2, 0.0), {options!r})
train, judged = lesson.data.part("train"), lesson.data.part("validation")
model = built(lesson.architecture, lesson.plan, lesson.options, lesson.teacher, lesson.data.labels)
compiled(model, lesson.plan, lesson.options, lesson.teacher, len(train))
x, y = train.pictures.pixels, lesson.teacher.encode(train)
cpu = time.process_time()
model.fit(x, y, batch_size=128, epochs={epochs}, verbose=0,
          validation_data=(judged.pictures.pixels, lesson.teacher.encode(judged)))
print(json.dumps({{"cpu": time.process_time() - cpu}}))
"""

OPSIN = """
import json, time
import opsin
from opsin.nn.backend import keras
keras()
opsin.data.load("mnist")
cpu = time.process_time()
opsin.train("mnist", split=(0.8, 0.2, 0.0), runs={folder!r}, **{options!r})
print(json.dumps({{"cpu": time.process_time() - cpu}}))
"""


def child(code: str) -> dict[str, Any]:
    """What a Python program prints last, in a process of its own."""
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SystemExit(ran.stderr)
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def mnist() -> list[Figure]:
    """Plain Keras, mnist_fast and mnist_best, side by side."""
    found: dict[str, list[dict[str, Any]]] = {"plain": [], "mnist_fast": [], "mnist_best": []}
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            found["plain"].append(child(PLAIN.format(seed=seed)))
            for recipe in ("mnist_fast", "mnist_best"):
                found[recipe].append(child(RECIPE.format(recipe=recipe, seed=seed, folder=f"{folder}/{seed}")))

    def mean(name: str, what: str) -> float:
        return statistics.mean(run[what] for run in found[name])

    plain, note = mean("plain", "wall"), f"mean of seeds {SEEDS}"
    return [
        Figure("plain Keras tutorial on MNIST: test accuracy", mean("plain", "accuracy"), note=note),
        Figure("plain Keras tutorial: wall seconds", plain, note=f"{mean('plain', 'cpu'):.1f} CPU seconds"),
        Figure("mnist_fast: test accuracy", mean("mnist_fast", "accuracy"), least=mean("plain", "accuracy"), note=note),
        Figure("mnist_fast: wall time / plain's", mean("mnist_fast", "wall") / plain, most=0.2, note=note),
        Figure("mnist_fast: CPU seconds / plain's", mean("mnist_fast", "cpu") / mean("plain", "cpu"), note=note),
        Figure("mnist_best: test accuracy", mean("mnist_best", "accuracy"), least=0.9965, note=note),
        Figure("mnist_best: wall time / plain's", mean("mnist_best", "wall") / plain, most=1.0, note=note),
        Figure("mnist_best: CPU seconds / plain's", mean("mnist_best", "cpu") / mean("plain", "cpu"), note=note),
    ]


def overhead(epochs: int = 10, turns: int = 2) -> list[Figure]:
    """CPU seconds of `opsin.train` over those of bare `model.fit` on the same arrays, as long as the tutorial's."""
    options = {"epochs": epochs, "augment": "none", "schedule": "constant", "batch_size": 128}
    # Keras does one step a call unless it is told otherwise; opsin train does 16 of small pictures.
    bare = {"as Keras comes": {**options, "steps_per_call": 1}, "with our steps per call": options}
    ratios: dict[str, list[float]] = {name: [] for name in bare}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(turns):
            ours = child(OPSIN.format(options=options, folder=f"{folder}/{turn}"))["cpu"]
            for name, given in bare.items():
                ratios[name].append(ours / child(BARE.format(options=given, epochs=epochs))["cpu"])
    note = f"{epochs} epochs of MNIST, mean of {turns} pairs; ours with calibration, card, curves and OpenVINO's file"
    return [
        Figure(f"opsin train / bare model.fit {name}, CPU seconds", statistics.mean(found), most=1.05, note=note)
        for name, found in ratios.items()
    ]


def main() -> list[Figure]:
    """All of it."""
    return keep("teach", [*mnist(), *overhead()])
