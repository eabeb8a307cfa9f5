"""The search for a learning rate."""

import numpy as np
import pytest
from PIL import Image

from opsin.data.dataset import Arrays, Dataset
from opsin.engine.find_rate import HIGHEST, LOWEST, STEPS, find_rate
from opsin.engine.train import train

TINY = {"filters": (4,), "dense": (), "pool": "none"}


def halves(count: int = 120) -> Dataset:
    """Pictures of 6 x 6 whose upper or lower half is light."""
    truth = np.arange(count) % 2
    pixels = np.random.default_rng(0).integers(0, 80, (count, 6, 6, 1), np.uint8)
    for index, kind in enumerate(truth):
        pixels[index, 3 * kind : 3 * kind + 3] += 150
    parts = np.array(["train"] * 100 + ["validation"] * (count - 100))
    pictures = Arrays(pixels, np.arange(count))
    return Dataset(name="halves", labels=("up", "down"), pictures=pictures, truth=truth, parts=parts)


@pytest.fixture(scope="module")
def search():
    return find_rate(halves(), TINY, batch_size=20, augment="none")


def test_rates_rise_evenly_by_their_logarithm(search):
    steps = np.diff(np.log(search.rates))
    assert search.rates[0] == pytest.approx(LOWEST)
    assert steps == pytest.approx([np.log(HIGHEST / LOWEST) / (STEPS - 1)] * len(steps))


def test_the_network_learns_at_the_suggested_rate(search, tmp_path):
    options = {"batch_size": 20, "augment": "none", "schedule": "constant", "epochs": 6}
    run = train(halves(), TINY, runs=tmp_path, learning_rate=search.suggested, **options)
    assert run.history[-1]["val_accuracy"] > 0.9


def test_the_loss_is_lower_after_the_suggested_rate(search):
    at = int(np.searchsorted(search.rates, search.suggested))
    assert search.losses.min() < search.losses[at]


def test_it_draws_a_picture(search, tmp_path):
    search.draw(tmp_path / "rates.png")
    with Image.open(tmp_path / "rates.png") as picture:
        assert picture.size[0] > 300


def test_nothing_is_kept_of_the_training(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    find_rate(halves(), {"filters": (2,), "dense": (), "pool": "none"}, batch_size=50, augment="none")
    assert list(tmp_path.iterdir()) == []
