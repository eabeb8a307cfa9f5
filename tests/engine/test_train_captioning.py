"""Teaching a captioner, from pictures with captions to sentences."""

import csv
from functools import partial

import numpy as np
import pytest
from PIL import Image as PillowImage

import opsin
from opsin.core.errors import DataError, OptionError, UnknownNameError, UsageError
from opsin.engine.export import export
from opsin.engine.train import resume, train
from opsin.models import caption_writer, teach_captioning
from opsin.nn import caption_network
from opsin.nn.saved import load_network

COLOURS = {"red": (220, 20, 20), "green": (20, 200, 30), "blue": (30, 40, 230)}
CAPTIONS = ("A {} wall.", "There is a {} wall in the sun.", "This wall is {} all over.")


class Quarters:
    """Sees the mean colour of each quarter."""

    name, shape, input_size = "quarters", (2, 2, 3), (8, 8)

    def __call__(self, images):
        return np.stack([self._one(np.asarray(PillowImage.fromarray(image).resize((8, 8)))) for image in images])

    @staticmethod
    def _one(image):
        return (image.reshape(2, 4, 2, 4, 3).mean(axis=(1, 3)) / 64 - 2).astype(np.float32)


@pytest.fixture(scope="module", autouse=True)
def sight(tmp_path_factory):
    """Something small looks at the pictures, what it sees is kept apart from all else, and a small network writes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSIN_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setattr(teach_captioning, "_grid", Quarters)
        patch.setattr(caption_writer, "opened_grid", lambda place: Quarters())
        patch.setattr(caption_network, "CaptionWriter", partial(caption_network.CaptionWriter, width=64, depth=2))
        yield


@pytest.fixture(scope="module")
def walls(tmp_path_factory):
    """Pictures of one colour each, with captions that name it, in two parts."""
    folder, random = tmp_path_factory.mktemp("walls"), np.random.default_rng(0)
    rows = []
    for number in range(48):
        colour = list(COLOURS)[number % 3]
        pixels = np.clip(np.array(COLOURS[colour]) + random.integers(-20, 20, (10, 12, 3)), 0, 255).astype(np.uint8)
        PillowImage.fromarray(pixels).save(folder / f"{number}.png")
        part = "train" if number < 36 else "validation"
        rows += [(f"{number}.png", caption.format(colour), part) for caption in CAPTIONS]
    with (folder / "captions.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("image", "caption", "split"), *rows])
    return folder


def taught(data, folder, **options):
    options = {"epochs": 2, "batch_size": 12, "learning_rate": 1e-3, "split": (1.0, 0.0, 0.0), **options}
    return train(data, task="captioning", runs=folder, **options)


@pytest.fixture(scope="module")
def run(walls, tmp_path_factory):
    return taught(walls, tmp_path_factory.mktemp("runs"), epochs=30, learning_rate=4e-3)


def wall(colour):
    return np.full((20, 30, 3), COLOURS[colour], np.uint8)


@pytest.mark.parametrize("colour", COLOURS)
def test_a_captioner_says_what_it_was_taught(run, colour):
    answer = opsin.caption(wall(colour), model=str(run))
    assert answer.captions[0] in {caption.format(colour).rstrip(".") for caption in CAPTIONS}


def test_each_epoch_tells_how_much_people_agree(run):
    assert {"loss", "val_loss", "val_cider_d", "val_bleu_4"} <= set(run.history[-1])
    assert run.history[-1]["val_cider_d"] > run.history[0]["val_cider_d"]


def test_the_card_has_the_words_and_what_was_measured(run):
    assert set(COLOURS) <= set(run.card.labels)
    assert run.card.measured["CIDEr-D on the validation pictures"] > 1
    assert (run.card.input_size, run.card.channels) == ((8, 8), 3)


def test_answers_come_from_the_engines_files_alone(run, monkeypatch):
    (run.folder / "network.keras").rename(run.folder / "aside.keras")
    try:
        assert opsin.caption(wall("red"), model=str(run)).captions
    finally:
        (run.folder / "aside.keras").rename(run.folder / "network.keras")


def test_what_is_exported_to_openvino_says_the_same(run, walls):
    exported = export(run.folder, to="openvino", data=str(walls))
    said, once = (opsin.caption(wall("blue"), model=str(each)).captions for each in (exported.folder, run.folder))
    assert said == once


def test_a_format_that_cannot_hold_both_halves_is_told(run):
    with pytest.raises(UsageError, match=r"two files, which onnx does not hold together\. Export it to openvino"):
        export(run.folder, to="onnx")


def test_the_network_begins_with_the_scale_of_what_is_seen(run):
    network = load_network(run.folder / "network.keras")
    spread = np.asarray(network.get_layer("writer").scale.spread)
    assert ((spread > 0.5) & (spread < 3)).all()  # what the stand-in sees lies in -2..2


@pytest.mark.slow
def test_a_run_that_was_stopped_goes_on(walls, tmp_path):
    class StoppedError(Exception):
        pass

    class Stopper:
        def note(self, line): ...

        def step(self, *_): ...

        def __call__(self, *_): ...

        def epoch(self, row, epochs):
            raise StoppedError

    with pytest.raises(StoppedError):
        taught(walls, tmp_path, name="stopped", watch=Stopper())
    assert len(resume(tmp_path / "stopped").history) == 2


def test_a_run_may_begin_with_what_another_has_learned(walls, run, tmp_path):
    begun = taught(walls, tmp_path, epochs=1, begin=str(run), learning_rate=1e-6)
    assert begun.history[0]["val_cider_d"] == pytest.approx(run.history[-1]["val_cider_d"], rel=0.2)


def test_a_run_with_other_words_cannot_be_begun_with(run, tmp_path):
    folder = tmp_path / "other"
    folder.mkdir()
    for number in range(12):
        PillowImage.fromarray(wall("red")).save(folder / f"{number}.png")
    lines = [f"{number}.png,a dog sits here" for number in range(12)]
    (folder / "captions.csv").write_text("\n".join(["image,caption", *lines]))
    with pytest.raises(OptionError, match="begin must name a run with the same labels"):
        taught(folder, tmp_path / "runs", begin=str(run), split=(0.5, 0.5, 0.0))


def test_a_captioner_can_learn_from_its_own_captions(walls, run, tmp_path):
    better = taught(walls, tmp_path, epochs=2, begin=str(run), loss="cider", learning_rate=1e-4)
    assert better.history[-1]["val_cider_d"] > 0.8 * run.history[-1]["val_cider_d"]


def test_another_network_cannot_be_taught_captions(walls, tmp_path):
    with pytest.raises(
        OptionError, match=r"efficientnet_lite0 cannot be taught captioning\. Leave --model out: captioner"
    ):
        train(walls, "efficientnet_lite0", task="captioning", runs=tmp_path)


def test_captions_are_no_labels_of_a_classifier(walls, tmp_path):
    with pytest.raises(OptionError, match="captioner cannot be taught classification"):
        train("digits", "captioner", runs=tmp_path)


def test_a_loss_that_is_none_is_told(walls, tmp_path):
    with pytest.raises(UnknownNameError, match="loss for captioning"):
        taught(walls, tmp_path, loss="dice")


def test_an_option_that_means_nothing_is_told(walls, tmp_path):
    with pytest.raises(OptionError, match="image_size cannot be chosen for captioning"):
        taught(walls, tmp_path, image_size=320)


def test_captions_without_a_word_that_comes_again_are_told(tmp_path):
    PillowImage.fromarray(wall("red")).save(tmp_path / "1.png")
    (tmp_path / "captions.csv").write_text("image,caption,split\n1.png,hapax,train\n")
    with pytest.raises(DataError, match=r"no word .* 4 times"):
        taught(tmp_path, tmp_path / "runs")
