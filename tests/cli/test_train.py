"""`opsin train` as it is typed."""

import json
import re

import numpy as np
import pytest

from opsin.cli._watch import spoken
from opsin.engine.settings import TrainOptions
from opsin.media.files import save_image

FEW = ("--epochs", "1", "--image-size", "8", "--augment", "none", "--model", "cnn", "--filters", "2", "--pool", "none")


@pytest.fixture
def signs(tmp_path):
    """A folder of two kinds of pictures, twelve each."""
    random = np.random.default_rng(0)
    for kind, light in (("dark", 40), ("light", 200)):
        for number in range(12):
            image = random.integers(light, light + 40, (32, 32, 3), np.uint8)
            save_image(tmp_path / "signs" / kind / f"{number}.png", image)
    return tmp_path / "signs"


def test_a_folder_becomes_a_run(opsin, signs, tmp_path):
    done = opsin("train", signs, *FEW, "--name", "mine", "--split", "0.5", "0.25", "0.25")
    assert done.code == 0, done.err
    assert "The model is in runs/mine. Next: opsin evaluate runs/mine" in done.out
    assert re.search(r"epoch  1/1 .* val_accuracy", done.err)
    facts = json.loads((tmp_path / "here" / "runs" / "mine" / "run.json").read_text())
    assert facts["asked"]["model"] == {"filters": [2], "pool": "none"}


def test_neither_data_nor_a_run_is_wrong_usage(opsin):
    done = opsin("train", "--epochs", "3")
    assert (done.code, done.err) == (
        2,
        "opsin: Name the data to learn from, or a run to go on with (--resume RUN); one of the two.\n",
    )


def test_a_flag_of_cnn_with_another_network_is_wrong_usage(opsin, signs):
    done = opsin("train", signs, "--model", "vgg16", "--filters", "3,4")
    assert (done.code, done.err) == (2, "opsin: --filters is for --model cnn; the network is vgg16.\n")


def test_numbers_that_are_none_are_wrong_usage(opsin, signs):
    done = opsin("train", signs, "--model", "cnn", "--filters", "three")
    assert (done.code, done.err) == (2, "opsin: --filters must be whole numbers with commas, as 32,64; got 'three'.\n")


def test_an_unknown_network_is_named_with_the_nearest(opsin, signs):
    done = opsin("train", signs, "--model", "resnet5O")
    assert done.code == 2
    assert "Did you mean 'resnet50'" in done.err


def test_a_folder_that_is_no_run_cannot_be_gone_on_with(opsin, signs):
    done = opsin("train", "--resume", signs)
    assert done.code == 1
    assert "is no run of opsin train" in done.err


def test_quiet_says_nothing_but_the_end(opsin, signs):
    assert opsin("train", signs, *FEW, "--quiet", "--split", "0.5", "0.25", "0.25").err == ""


def test_every_option_is_a_flag(opsin):
    said = opsin("train", "--help").out
    for name in TrainOptions.__dataclass_fields__:
        assert f"--{name.replace('_', '-')}" in said


def test_an_epoch_is_spoken_without_its_times():
    row = {"epoch": 3, "seconds": 1.25, "cpu_seconds": 2.0, "loss": 0.5}
    assert spoken(row, 12) == "epoch  3/12   1.2 s   loss 0.5000"
