"""Writes what a captioner's run has taught as the small files that come with Opsin, and says what its card must say.

python recipes/shipping/captions.py RUN opsin/weights/shipped/captions_flickr8k

Numbers are kept with 16 bits; they are reckoned with in 32.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import openvino

from opsin.weights.folder import read_card

PARTS = {"network": "network", "step": "step"}


def main(run: Path, stem: Path) -> None:
    """Both networks and the words, beside each other."""
    card = read_card(run)
    stem.parent.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        network = openvino.Core().read_model(run / f"{part}.xml")
        openvino.save_model(network, f"{stem}.{part}.xml", compress_to_fp16=True)
    words = stem.with_name(f"{stem.name}.words.txt")
    words.write_text("\n".join(card.labels) + "\n", encoding="utf-8")
    for file in sorted(stem.parent.glob(f"{stem.name}.*")):
        print(file.name, file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest())  # noqa: T201
    print(card.temperature, card.offset, card.reject_below, dict(card.measured))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
