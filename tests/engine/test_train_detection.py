"""Teaching a detector, from pictures with boxes to answers and files."""

import dataclasses
import json

import numpy as np
import pytest

import opsin
from opsin.core.errors import OptionError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.things import Things, as_truth
from opsin.engine import epochs
from opsin.engine.checkpoint import Checkpoint
from opsin.engine.epochs import CHECKPOINT
from opsin.engine.train import resume, train
from opsin.models import TEACHERS, Architecture
from opsin.models._architecture import mapped
from opsin.nn.backend import keras

SIZE = 64


def picture(random):
    """A red or a blue block, or one of each, on grey."""
    image = random.integers(90, 140, (SIZE, SIZE, 3)).astype(np.uint8)
    boxes, labels = [], []
    for label in range(2):
        if random.random() < 0.8:
            x, y = random.integers(0, 40, 2)
            wide, high = random.integers(14, 24, 2)
            image[y : y + high, x : x + wide] = (230, 20, 20) if label == 0 else (20, 20, 230)
            boxes.append([x, y, x + wide, y + high])
            labels.append(label)
    return image, Things(np.array(boxes, np.float32).reshape(-1, 4), np.array(labels, np.int64))


def blocks(count: int = 48) -> Dataset:
    random = np.random.default_rng(0)
    pixels, truth = zip(*(picture(random) for _ in range(count)), strict=True)
    parts = np.array(["train"] * (count - 16) + ["validation"] * 12 + ["test"] * 4)
    pictures = Arrays(np.stack(pixels), np.arange(count))
    return Dataset(name="blocks", labels=("red", "blue"), pictures=pictures, truth=as_truth(list(truth)), parts=parts)


def maps(pixels, blueprint):
    layers = keras().layers
    image = x = keras().Input((*blueprint.size, 3))
    for step in range(5):
        x = layers.Conv2D(8, 3, 2, padding="same", activation="relu", name=f"half{step}")(x)
    backbone = keras().Model(image, x, name="backbone")
    return mapped(backbone, layers.Rescaling(1 / 127.5, -1)(pixels), blueprint.size)


TINY = Architecture(name="tiny", summary="", features=lambda pixels, blueprint: pixels, maps=maps)


def taught(folder, **options):
    options = {"epochs": 2, "image_size": SIZE, "batch_size": 4, "learning_rate": 2e-3, **options}
    return train(blocks(), TINY, task="detection", runs=folder, **options)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return taught(tmp_path_factory.mktemp("runs"), epochs=28, augment="light", validate_every=7)


def test_a_detector_learns_what_is_where(run):
    assert run.history[-1]["val_AP50"] > 0.6


def test_each_epoch_tells_coco_figures_and_the_loss(run):
    judged = [row for row in run.history if "val_AP" in row]
    assert {"loss", "val_loss", "val_AP", "val_AP50", "val_AP75"} <= set(judged[0])
    assert judged[-1]["val_loss"] < judged[0]["val_loss"]


def test_the_card_says_what_it_takes_to_answer(run):
    card = run.card
    assert (card.task, card.labels, card.input_size, card.fit) == ("detection", ("red", "blue"), (64, 64), "letterbox")
    assert card.measured["AP50 on the validation pictures"] > 0.6


def test_the_file_for_answering_gives_the_networks_own_boxes(run):
    facts = json.loads((run.folder / "parity.json").read_text())
    assert facts["is_good"]
    assert facts["engines"]["openvino"]["figure"] == "AP"
    assert (run.folder / "network.xml").exists()


def test_it_answers_by_the_name_of_its_folder(run):
    data = blocks()
    found = [opsin.detect(data.pictures[number], model=str(run.folder)) for number in range(36, 48)]
    true = [{data.labels[number] for number in each.labels} for each in data.truth[36:]]
    right = [set(one.labels) == other for one, other in zip(found, true, strict=True)]
    assert np.mean(right) >= 0.5


@pytest.mark.parametrize("to", ["onnx", "litert"])
def test_exported_files_give_the_same_boxes_in_every_engine(run, to):
    done = opsin.export(run.folder, to=to, data=blocks())
    for parity in done.parity.values():
        assert parity.relative < 1e-3
        assert abs(parity.quality_after - parity.quality_before) < 1e-3


def test_a_run_that_was_stopped_ends_with_the_same_bits(tmp_path):
    class Stop(keras().callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    options = {"augment": "standard", "epochs": 2, "deterministic": True}
    whole = taught(tmp_path / "whole", **options)
    with pytest.raises(KeyboardInterrupt):
        taught(tmp_path / "half", callbacks=[Stop()], **options)
    again = resume(next((tmp_path / "half").iterdir()), data=blocks(), model=TINY)
    one, other = (Checkpoint.load(each.folder / CHECKPOINT).weights for each in (whole, again))
    assert all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "options",
    [{"views": "mirrored"}, {"dropout": 0.5}, {"frozen_epochs": 3}, {"loss": "focal"}, {"label_smoothing": 0.1}],
)
def test_what_means_nothing_to_a_detector_is_refused(tmp_path, options):
    with pytest.raises(OptionError, match=f"{next(iter(options))} cannot be chosen for detection"):
        taught(tmp_path, **options)


def test_class_weights_are_refused(tmp_path):
    with pytest.raises(OptionError, match="class_weights must be auto or no for this task"):
        taught(tmp_path, class_weights="yes")


def test_boxes_that_have_changed_are_noticed(tmp_path):
    data = blocks()
    other = dataclasses.replace(data, truth=as_truth([Things(each.boxes + 1, each.labels) for each in data.truth]))
    assert data.digest() != other.digest()


def test_the_last_epochs_hardly_move_the_pictures(monkeypatch, tmp_path):
    asked, mover = [], type(TEACHERS.get("detection")).mover
    monkeypatch.setattr(
        type(TEACHERS.get("detection")),
        "mover",
        lambda self, preset, size, flips: asked.append(preset) or mover(self, preset, size, flips),
    )
    monkeypatch.setattr(epochs, "CALM", 0.5)
    taught(tmp_path, augment="strong", epochs=2)
    assert set(asked) == {"strong", "light"}
    assert asked.index("strong") < asked.index("light")
