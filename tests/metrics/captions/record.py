"""Writes down what pycocoevalcap says of the captions of the tests: python -m tests.metrics.captions.record."""

import json

import numpy as np

from tests.metrics.captions.conftest import RECORDED, SEEDS, live_figures, made_up, real


def main() -> None:
    """All figures of all captions."""
    corpora = {f"made up {seed}": made_up(seed) for seed in SEEDS} | {"real": real()}
    told = {
        name: {figure: [np.asarray(values).tolist() for values in both] for figure, both in live_figures(*each).items()}
        for name, each in corpora.items()
    }
    RECORDED.write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
