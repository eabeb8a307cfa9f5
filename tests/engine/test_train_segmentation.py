"""Teaching a segmenter, from pictures with masks to answers, files and a report."""

import json

import numpy as np
import pytest
import tifffile
from PIL import Image as PillowImage

import opsin
from opsin.core.errors import ImageError, OptionError, UsageError
from opsin.core.placement import stretched
from opsin.engine.checkpoint import Checkpoint
from opsin.engine.epochs import CHECKPOINT
from opsin.engine.feeding import Reading
from opsin.engine.train import resume, train
from opsin.media.planes import decode_planes
from opsin.models import Architecture
from opsin.models._architecture import mapped
from opsin.nn.backend import keras
from opsin.nn.saved import load_network
from opsin.runtime.keras import KerasNetwork
from opsin.tasks._label_map import label_map

SIZE = 64


def picture(random):
    """A red and a blue block on grey, and which pixels are which."""
    image = random.integers(90, 140, (SIZE, SIZE, 3)).astype(np.uint8)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for label, colour in ((1, (230, 20, 20)), (2, (20, 20, 230))):
        x, y = random.integers(0, 40, 2)
        wide, high = random.integers(14, 24, 2)
        image[y : y + high, x : x + wide] = colour
        mask[y : y + high, x : x + wide] = label
    return image, mask


@pytest.fixture(scope="module")
def blocks(tmp_path_factory):
    """A folder with pictures and index masks in three parts, and a list of what the numbers mean."""
    folder, random = tmp_path_factory.mktemp("data") / "blocks", np.random.default_rng(0)
    for part, count in (("train", 24), ("val", 8), ("test", 6)):
        for kind in ("images", "masks"):
            (folder / part / kind).mkdir(parents=True)
        for number in range(count):
            for kind, pixels in zip(("images", "masks"), picture(random), strict=True):
                PillowImage.fromarray(pixels).save(folder / part / kind / f"{number}.png")
    (folder / "classes.txt").write_text("ground\nred\nblue\n")
    return folder


def maps(pixels, blueprint):
    layers = keras().layers
    image = x = keras().Input((*blueprint.size, 3))
    for step in range(5):
        x = layers.Conv2D(8, 3, 2, padding="same", activation="relu", name=f"half{step}")(x)
    backbone = keras().Model(image, x, name="backbone")
    return mapped(backbone, layers.Rescaling(1 / 127.5, -1)(pixels), blueprint.size)


TINY = Architecture(name="tiny", summary="", features=lambda pixels, blueprint: pixels, maps=maps)


def taught(data, folder, **options):
    options = {"epochs": 2, "image_size": SIZE, "batch_size": 4, "learning_rate": 3e-3, **options}
    return train(data, TINY, task="segmentation", runs=folder, **options)


@pytest.fixture(scope="module")
def run(blocks, tmp_path_factory):
    return taught(blocks, tmp_path_factory.mktemp("runs"), epochs=12, augment="light", head="unet", validate_every=6)


def test_a_segmenter_learns_what_each_pixel_shows(run):
    assert run.history[-1]["val_mean_iou"] > 0.6


def test_each_judged_epoch_tells_the_loss_and_the_overlap(run):
    judged = [row for row in run.history if "val_loss" in row]
    assert {"loss", "val_loss", "val_mean_iou", "val_accuracy"} <= set(judged[0])
    assert judged[-1]["val_loss"] < judged[0]["val_loss"]


def test_the_card_says_what_it_takes_to_answer(run):
    card = run.card
    assert (card.task, card.labels, card.input_size) == ("segmentation", ("ground", "red", "blue"), (64, 64))
    assert card.fit == "squeeze"


def test_the_file_for_answering_gives_the_networks_own_labels(run):
    facts = json.loads((run.folder / "parity.json").read_text())
    assert facts["is_good"]
    assert facts["engines"]["openvino"]["figure"] == "mean IoU"


def test_it_answers_by_the_name_of_its_folder(run, blocks):
    found = opsin.segment(blocks / "test" / "images" / "0.png", model=str(run.folder))
    truth = np.asarray(PillowImage.open(blocks / "test" / "masks" / "0.png"))
    assert (found.map == truth).mean() > 0.85


@pytest.mark.parametrize("to", ["onnx", "litert"])
def test_exported_files_give_the_same_labels_in_every_engine(run, to):
    for parity in opsin.export(run.folder, to=to).parity.values():
        assert parity.relative < 1e-3
        assert parity.agreement > 0.999


def test_it_is_judged_by_pixels_of_the_test_pictures(run):
    found = opsin.evaluate(run.folder)
    assert found.figures["pictures"] == 6
    assert found.figures["pixels"] == 6 * SIZE * SIZE
    assert found.figures["mean_iou"] > 0.5
    assert (found.folder / "report.html").exists()


@pytest.fixture(scope="module")
def scans(tmp_path_factory):
    """Pictures of five channels and 12 bits in 16, the third of which is brighter on one side."""
    folder, random = tmp_path_factory.mktemp("data") / "scans", np.random.default_rng(0)
    for kind in ("images", "masks"):
        (folder / kind).mkdir(parents=True)
    for number in range(12):
        planes = random.integers(0, 1000, (SIZE, SIZE, 5), dtype=np.uint16)
        mask = np.zeros((SIZE, SIZE), np.uint8)
        mask[:, : random.integers(20, 44)] = 255
        planes[..., 2] = np.where(mask, 4095, 3000)
        tifffile.imwrite(folder / "images" / f"{number}.tif", planes, photometric="minisblack", planarconfig="contig")
        PillowImage.fromarray(mask).save(folder / "masks" / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def scanned(scans, tmp_path_factory):
    return taught(scans, tmp_path_factory.mktemp("scanned"), augment="light", split=(0.6, 0.2, 0.2))


def test_pictures_of_16_bits_and_five_channels_are_learned_from_as_they_are(scanned):
    assert (scanned.card.channels, scanned.card.white) == (5, 4095)
    assert scanned.history[-1]["loss"] < scanned.history[0]["loss"]


def test_no_digit_of_them_is_lost_on_the_way(scans):
    data = opsin.data.load(scans, task="segmentation", split=(1, 0, 0))
    pixels, _ = Reading((SIZE, SIZE), 5, "squeeze", 4095)(data.pictures, 0)
    assert (np.rint(pixels * (4095 / 255)) == data.pictures.planes(0)).all()


def test_what_learned_from_planes_reads_them_where_it_answers(scanned, scans):
    network = KerasNetwork(load_network(scanned.folder / "network.keras"), "image", "logits")
    planes = decode_planes(scans / "images" / "3.tif", name="3.tif").astype(np.float32) * (255 / 4095)
    scores = network({"image": planes[None]})["logits"][0]
    expected = label_map(scores.transpose(2, 0, 1), stretched((SIZE, SIZE), (SIZE, SIZE)))
    found = opsin.segment(scans / "images" / "3.tif", model=str(scanned.folder))
    assert (found.map == expected).mean() > 0.999  # where two labels are all but equal, engines may differ
    array = tifffile.imread(scans / "images" / "3.tif")
    assert (opsin.segment(array, model=str(scanned.folder)).map == found.map).all()
    ((_, streamed),) = opsin.stream("segmentation", scans / "images" / "3.tif", model=str(scanned.folder))
    assert (streamed.map == found.map).all()


def test_colours_are_refused_by_what_learned_from_other_channels(scanned, blocks):
    with pytest.raises(ImageError, match="A picture has 3 channels; this network takes 5"):
        opsin.segment(blocks / "test" / "images" / "0.png", model=str(scanned.folder))


def test_planes_are_judged_and_shown_in_a_report(scanned):
    found = opsin.evaluate(scanned.folder)
    assert found.figures["pixels"] == found.figures["pictures"] * SIZE * SIZE
    assert (found.folder / "report.html").stat().st_size > 10_000


@pytest.fixture(scope="module")
def tiled(blocks, tmp_path_factory):
    return taught(blocks, tmp_path_factory.mktemp("tiled"), epochs=6, image_size=32, fit="tiles", augment="none")


def test_in_tiles_it_learns_from_each_of_them(tiled):
    assert tiled.card.fit == "tiles"
    assert tiled.card.input_size == (32, 32)
    assert tiled.history[-1]["loss"] < tiled.history[0]["loss"]


def test_what_was_taught_in_tiles_answers_whole_pictures(tiled, blocks):
    found = opsin.segment(blocks / "test" / "images" / "0.png", model=str(tiled.folder))
    assert found.map.shape == (SIZE, SIZE)
    assert opsin.evaluate(tiled.folder).figures["pixels"] == 6 * SIZE * SIZE


@pytest.mark.slow  # three trainings; that of a detector runs by default
def test_a_run_that_was_stopped_ends_with_the_same_bits(blocks, tmp_path):
    class Stop(keras().callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    options = {"augment": "standard", "deterministic": True}
    whole = taught(blocks, tmp_path / "whole", **options)
    with pytest.raises(KeyboardInterrupt):
        taught(blocks, tmp_path / "half", callbacks=[Stop()], **options)
    again = resume(next((tmp_path / "half").iterdir()), model=TINY)
    one, other = (Checkpoint.load(each.folder / CHECKPOINT).weights for each in (whole, again))
    assert all(np.array_equal(left, right) for left, right in zip(one, other, strict=True))


def test_the_names_and_ignored_numbers_that_were_given_are_remembered(blocks, tmp_path):
    run = taught(blocks, tmp_path, epochs=1, labels=["ground", "red"], ignore=[2], augment="none")
    assert run.card.labels == ("ground", "red")
    figures = opsin.evaluate(run.folder).figures
    assert figures["pixels"] < 6 * SIZE * SIZE


@pytest.mark.parametrize(
    "options", [{"views": "mirrored"}, {"dropout": 0.5}, {"frozen_epochs": 3}, {"label_smoothing": 0.1}]
)
def test_what_means_nothing_to_a_segmenter_is_refused(blocks, tmp_path, options):
    with pytest.raises(OptionError, match=f"{next(iter(options))} cannot be chosen for segmentation"):
        taught(blocks, tmp_path, **options)


def test_another_loss_is_refused_with_those_there_are(blocks, tmp_path):
    with pytest.raises(UsageError, match="There is no loss for segmentation called 'hinge'"):
        taught(blocks, tmp_path, loss="hinge")


@pytest.mark.parametrize("option", [{"head": "unet"}, {"fit": "tiles"}])
def test_what_only_a_segmenter_can_have_is_refused_elsewhere(tmp_path, option):
    with pytest.raises(OptionError, match=f"{next(iter(option))} must"):
        train("digits", runs=tmp_path, **option)
