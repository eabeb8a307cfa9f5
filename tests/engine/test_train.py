"""Training, from data to a run's folder."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from opsin.core.errors import DivergedError, OpsinError, OptionError, RunError
from opsin.data.dataset import Arrays, Dataset
from opsin.engine import epochs
from opsin.engine.checkpoint import Checkpoint
from opsin.engine.epochs import CHECKPOINT
from opsin.engine.train import resume, train
from opsin.nn.backend import keras

TINY = {"filters": (4,), "dense": (8,), "pool": "none"}


def stripes(count: int = 90) -> Dataset:
    """Pictures of 8 x 8 with lines across or down."""
    random = np.random.default_rng(0)
    truth = np.arange(count) % 2
    pixels = random.integers(0, 100, (count, 8, 8, 1), np.uint8)
    for index, kind in enumerate(truth):
        pixels[index, ::2] += np.uint8(100 * kind)
        pixels[index, :, ::2] += np.uint8(100 * (1 - kind))
    parts = np.array(["train"] * 60 + ["validation"] * 20 + ["test"] * (count - 80))
    return Dataset(
        name="stripes", labels=("down", "across"), pictures=Arrays(pixels, np.arange(count)), truth=truth, parts=parts
    )


def taught(tmp_path, data=None, **options):
    options = {
        "epochs": 3,
        "batch_size": 16,
        "augment": "none",
        "learning_rate": 0.01,
        "deterministic": True,
        **options,
    }
    model = options.pop("model", TINY)
    return train(data or stripes(), model, runs=tmp_path, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return taught(tmp_path_factory.mktemp("runs"), epochs=8)


def test_an_average_that_is_kept_does_not_change_what_is_learned(tmp_path):
    plain, kept = (taught(tmp_path, averaging=share).folder / CHECKPOINT for share in (0.0, 0.9))
    for one, other in zip(Checkpoint.load(plain).weights, Checkpoint.load(kept).weights, strict=True):
        np.testing.assert_array_equal(one, other)


class Stop(keras().callbacks.Callback):
    """Raises after so many epochs, as a power cut would."""

    def __init__(self, after: int):
        super().__init__()
        self.after = after

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.after:
            raise KeyboardInterrupt


def figures(run) -> list[dict[str, float]]:
    """The history without the time it took."""
    return [{name: value for name, value in row.items() if "seconds" not in name} for row in run.history]


def weights(run) -> list[np.ndarray]:
    return list(Checkpoint.load(run.folder / CHECKPOINT).weights)


class TestARun:
    def test_learns(self, run):
        assert run.history[-1]["val_accuracy"] > 0.9

    def test_has_all_its_files(self, run):
        names = {path.name for path in run.folder.iterdir()}
        assert {"run.json", "history.csv", "curves.png", "card.json", "network.keras"} <= names

    def test_has_a_row_for_each_epoch(self, run):
        assert [row["epoch"] for row in run.history] == list(range(1, 9))
        assert set(run.history[0]) == {
            "epoch",
            "seconds",
            "cpu_seconds",
            "accuracy",
            "loss",
            "val_accuracy",
            "val_loss",
        }

    def test_says_what_was_asked_and_chosen(self, run):
        facts = run.facts
        assert facts["status"] == "finished"
        assert facts["options"]["learning_rate"] == 0.01
        assert facts["plan"]["size"] == [8, 8]
        assert facts["data"]["pictures"] == {"train": 60, "validation": 20, "test": 10}
        assert {"opsin", "keras", "numpy"} <= set(facts["versions"])

    def test_has_a_card_with_its_calibration(self, run):
        card = run.card
        assert (card.labels, card.input_size, card.channels) == (("down", "across"), (8, 8), 1)
        assert card.temperature > 0
        assert card.measured["accuracy on validation"] > 0.9

    def test_cannot_be_gone_on_with_when_it_is_finished(self, run):
        with pytest.raises(RunError, match=r"is finished\. Train anew"):
            resume(run.folder, data=stripes(), model=TINY)


def test_the_best_epoch_is_kept_and_not_the_last(tmp_path):
    class Spoil(keras().callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 5:
                self.model.optimizer.learning_rate = 50.0

    run = taught(tmp_path, epochs=6, schedule="constant", callbacks=[Spoil()])
    best = max(row["val_accuracy"] for row in run.history)
    assert run.card.measured["accuracy on validation"] == pytest.approx(best)
    assert best > run.history[-1]["val_accuracy"]


@pytest.mark.parametrize("augment", ["none", "standard"])
def test_a_run_that_was_stopped_ends_with_the_same_bits(tmp_path, augment):
    options = {"augment": augment, "epochs": 4, "averaging": 0.5, "model": {**TINY, "dropout": 0.5}}
    whole = taught(tmp_path / "whole", **options)
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path / "halves", name="half", callbacks=[Stop(after=2)], **options)
    half = tmp_path / "halves" / "half"
    assert json.loads((half / "run.json").read_text())["status"] == "stopped: KeyboardInterrupt"
    again = resume(half, data=stripes(), model=None)
    for before, after in zip(weights(whole), weights(again), strict=True):
        assert np.array_equal(before, after)
    assert figures(again) == figures(whole)


def test_callbacks_remember_across_a_stop(tmp_path):
    def patience():
        return keras().callbacks.EarlyStopping(monitor="loss", mode="max", patience=3)

    whole = taught(tmp_path, name="whole", epochs=9, callbacks=[patience()])
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path, name="half", epochs=9, callbacks=[patience(), Stop(after=2)])
    again = resume(tmp_path / "half", data=stripes(), callbacks=[patience()])
    assert len(whole.history) == len(again.history) == 4


def test_kerass_own_callbacks_write_into_the_run(tmp_path):
    def made(run):
        callbacks = keras().callbacks
        return [
            callbacks.CSVLogger(run.folder / "log.csv"),
            callbacks.ModelCheckpoint(str(run.folder / "each-{epoch}.weights.h5"), save_weights_only=True),
            callbacks.TensorBoard(str(run.folder / "board"), write_graph=False),
        ]

    run = taught(tmp_path, epochs=2, callbacks=made)
    assert len((run.folder / "log.csv").read_text().splitlines()) == 3
    assert (run.folder / "each-2.weights.h5").exists()
    assert list((run.folder / "board").rglob("events*"))


def test_patience_ends_a_training_that_gets_no_better(tmp_path):
    run = taught(tmp_path, epochs=30, patience=2, learning_rate=0.0, schedule="constant")
    assert len(run.history) == 3


def test_a_loss_that_is_no_number_ends_with_what_to_do(tmp_path):
    with pytest.raises(DivergedError, match=r"in epoch 1, at a learning rate of 1e\+38. Try --learning-rate 1e\+37"):
        taught(tmp_path, name="far", learning_rate=1e38, optimizer="sgd", schedule="constant")
    assert json.loads((tmp_path / "far" / "run.json").read_text())["status"] == "stopped: DivergedError"
    assert not (tmp_path / "far" / "network.keras").exists()


def test_a_full_disk_ends_with_one_line_and_the_last_whole_checkpoint(tmp_path, monkeypatch):
    saved = Checkpoint.save

    def full(self, path):
        if self.epoch == 2:
            raise OpsinError("There is no room left on the disk.")
        saved(self, path)

    monkeypatch.setattr(epochs.Checkpoint, "save", full)
    with pytest.raises(OpsinError, match="no room left"):
        taught(tmp_path, name="full")
    assert Checkpoint.load(tmp_path / "full" / CHECKPOINT).epoch == 1


def test_changed_data_are_noticed_on_resume(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path, name="half", callbacks=[Stop(after=1)])
    data = stripes()
    with pytest.raises(RunError, match="The pictures or labels of stripes have changed since"):
        resume(tmp_path / "half", data=dataclasses.replace(data, truth=1 - data.truth))


def test_an_object_must_be_given_again_on_resume(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path, name="half", callbacks=[Stop(after=1)])
    with pytest.raises(RunError, match=r"begun with an object as its data\. Give it again: resume\(…, data=…\)"):
        resume(tmp_path / "half")


def test_an_unknown_option_is_named_with_the_nearest(tmp_path):
    with pytest.raises(OptionError, match=r"There is no option of train called 'epoch'\. Did you mean 'epochs'"):
        train(stripes(), TINY, runs=tmp_path, epoch=3)


def test_unbalanced_classes_are_told_and_weighed(tmp_path):
    lines = []

    class Ear:
        note = lines.append

        def step(self, *_):
            pass

        epoch = __call__ = step

    data = stripes()
    kept = np.flatnonzero((data.truth == 0) | (np.arange(90) % 10 == 1) | (data.parts != "train"))
    run = taught(tmp_path, data.take(kept), epochs=1, watch=Ear())
    assert run.facts["plan"]["class_weights"]["1"] > 2
    assert any("The classes are unbalanced" in line for line in lines)


@pytest.mark.parametrize("precision", ["f32", "bf16"])
def test_the_saved_network_computes_in_float32(tmp_path, precision):
    run = taught(tmp_path, epochs=1, precision=precision)
    from opsin.nn.saved import load_network

    network = load_network(run.folder / "network.keras")
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}


SCRIPT = """
import sys
sys.path.insert(0, {tests!r})
from test_train import TINY, stripes, taught
from pathlib import Path
taught(Path({folder!r}), name="killed", epochs=40, augment="standard")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
def test_a_run_that_was_killed_ends_with_the_same_bits(tmp_path):
    whole = taught(tmp_path, name="whole", epochs=40, augment="standard")
    script = SCRIPT.format(tests=str(Path(__file__).parent), folder=str(tmp_path))
    process = subprocess.Popen([sys.executable, "-c", script])
    while process.poll() is None and not (tmp_path / "killed" / CHECKPOINT).exists():
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    again = resume(tmp_path / "killed", data=stripes())
    for before, after in zip(weights(whole), weights(again), strict=True):
        assert np.array_equal(before, after)
