"""The four commands of docs/detection.md, from a folder of boxes to a detector that counts and runs elsewhere."""

import csv
import json

import numpy as np
import pytest

from opsin.media.files import save_image

pytestmark = pytest.mark.slow

# From random numbers and for a minute: enough to find something, which is what an exported file is compared by.
SMALL = ("--epochs", "30", "--validate-every", "10", "--batch-size", "2", "--image-size", "64")
SMALL = (*SMALL, "--weights", "none", "--augment", "light", "--flips", "all")


@pytest.fixture
def cells(tmp_path):
    """Twelve pictures with a bright square each, and a table of the squares."""
    random, rows = np.random.default_rng(0), [("image", "label", "x0", "y0", "x1", "y1", "split")]
    for number in range(12):
        image, (x, y) = random.integers(0, 90, (64, 64, 3), np.uint8), random.integers(4, 36, 2)
        image[y : y + 20, x : x + 20] = 230
        save_image(tmp_path / "cells" / f"{number}.png", image)
        part = ("train", "train", "validation", "test")[number % 4]
        rows.append((f"{number}.png", "square", x, y, x + 20, y + 20, part))
    with (tmp_path / "cells" / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / "cells"


def test_four_commands_lead_from_a_folder_to_an_exported_detector(opsin, cells):
    taught = opsin("train", cells, "--task", "detection", *SMALL, "--name", "cells")
    assert (taught.code, "Next: opsin evaluate runs/cells" in taught.out) == (0, True), taught.err
    judged = opsin("evaluate", "runs/cells", "--json")
    assert {"ap", "ap50", "ap75"} <= set(json.loads(judged.out))
    found = opsin(
        "detect", cells, "--model", "runs/cells", "--min-score", "0", "--limit", "2", "--json", "--save", "drawn"
    )
    assert len([json.loads(line) for line in found.out.splitlines()]) == 12
    written = opsin("export", "runs/cells", "--to", "onnx")
    assert written.code == 0, written.err
