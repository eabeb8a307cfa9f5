"""Judging a model: which pictures, what is left out, what is written. The model is one that tells colours."""

import json
import re
import threading
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from opsin.core.errors import DataError, InputError, OpsinError, RunError, SourceError, UnknownNameError, UsageError
from opsin.core.placement import stretched
from opsin.data.dataset import Arrays, Dataset
from opsin.data.load import load
from opsin.data.things import Things, as_truth
from opsin.engine import evaluate as evaluating
from opsin.engine.evaluate import BATCH, evaluate
from opsin.engine.run import Run
from opsin.media.files import save_image
from opsin.models import SingleNetwork
from opsin.models.classifier import Classifier
from opsin.reports import REPORTS
from opsin.tasks.detection import Detections
from opsin.weights.card import Card
from opsin.weights.folder import write_card

LABELS = ("blue", "green", "red")
SPLIT = [0.5, 0.25, 0.25]


def colours(folder, count=12, labels=LABELS):
    """`count` noisy pictures of each colour, each in the folder of its name."""
    for label in labels:
        for number in range(count):
            pixels = np.random.default_rng([number, LABELS.index(label)]).integers(0, 120, (16, 16, 3), np.uint8)
            pixels[..., 2 - LABELS.index(label)] += 100
            save_image(folder / label / f"{number:02}.png", pixels)
    return folder


def network(batch):
    """Logits from the mean of each channel."""
    means = batch["image"].mean(axis=(1, 2), dtype=np.float32)  # (n, 3) red, green, blue
    return {"logits": means[:, ::-1] / 20}


@pytest.fixture(autouse=True)
def model(monkeypatch):
    """The model of any folder tells colours; the batches that it was asked are kept."""
    asked = []

    def opened(name, place):
        card = evaluating.Run(Path(name)).card if (Path(name) / "card.json").exists() else None
        return Classifier(card, lambda batch: asked.append(len(batch["image"])) or network(batch))

    monkeypatch.setattr(evaluating, "open_model", opened)
    return asked


@pytest.fixture
def data(tmp_path):
    return colours(tmp_path / "photos")


@pytest.fixture
def run(tmp_path, data):
    """The folder of a run that was taught these photographs."""
    loaded = load(data, split=SPLIT, seed=3)
    folder = tmp_path / "runs" / "colours"
    Run(folder).write_facts(
        status="finished",
        asked={"data": str(data), "split": SPLIT},
        options={"seed": 3},
        data={"digest": loaded.digest()},
    )
    card = Card(
        name="colours",
        task="classification",
        summary="",
        labels=LABELS,
        licence="",
        input_size=(8, 8),
        reject_below=0.5,
    )
    write_card(folder, card)
    return folder


@pytest.fixture(autouse=True)
def no_plots(monkeypatch):
    """Drawing takes a second, and has tests of its own."""
    monkeypatch.setattr("opsin.reports.classification.ClassificationReport._drawn", lambda self: Blank())


class Blank(dict):
    """Any plot, and none."""

    def __missing__(self, name):
        return b""


def images(done):
    lines = (done.folder / "predictions.csv").read_text(encoding="utf-8").splitlines()[1:]
    return sorted(line.split(",")[0] for line in lines)


class TestWhichPictures:
    def test_a_run_is_judged_by_the_test_part_of_its_own_data(self, run, data):
        done = evaluate(run)
        expected = load(data, split=SPLIT, seed=3).part("test").pictures.names
        assert images(done) == sorted(expected)
        assert (done.figures["accuracy"], done.notes) == (1, [])

    def test_a_run_can_be_given_as_what_training_answers_with(self, run):
        assert images(evaluate(Run(run))) == images(evaluate(str(run)))

    def test_another_part_can_be_asked_for(self, run, data):
        expected = load(data, split=SPLIT, seed=3).part("validation").pictures.names
        assert images(evaluate(run, part="validation")) == sorted(expected)

    @pytest.mark.parametrize("part", ["train", "all"])
    def test_pictures_that_were_learned_are_said_to_be(self, run, part):
        assert evaluate(run, part=part).notes == [evaluating.LEARNED]

    def test_a_part_that_there_is_not_is_refused(self, run):
        with pytest.raises(UnknownNameError, match=r"no part of photos called 'tets'\. Did you mean 'test'\?"):
            evaluate(run, part="tets")

    def test_the_same_folder_named_again_is_still_split_as_it_was(self, run, data):
        assert images(evaluate(run, data)) == images(evaluate(run))

    def test_so_is_the_same_data_given_as_an_object(self, run, data):
        assert images(evaluate(run, load(data, split=SPLIT, seed=3))) == images(evaluate(run))

    def test_data_that_have_changed_are_used_and_said_to_have(self, run, data):
        save_image(data / "red" / "new.png", np.full((16, 16, 3), (230, 30, 9), np.uint8))
        for given in (None, data, data / ".." / data.name):
            done = evaluate(run, given)
            assert len(images(done)) < 20
            assert done.notes == ["The pictures or labels of photos have changed since the model was taught."]

    def test_other_data_that_are_not_split_are_used_as_a_whole(self, run, tmp_path):
        other = colours(tmp_path / "other", 3)
        done = evaluate(run, other)
        assert len(images(done)) == 9
        assert done.notes == []

    def test_of_other_data_that_are_split_the_test_part_is_used(self, run, tmp_path):
        for part, count in {"train": 4, "test": 2}.items():
            colours(tmp_path / "other" / part, count)
        assert len(images(evaluate(run, tmp_path / "other"))) == 6

    def test_data_with_fewer_labels_in_another_order_are_matched_by_name(self, run, tmp_path):
        done = evaluate(run, colours(tmp_path / "other", 3, labels=("red", "blue")))
        assert done.figures["accuracy"] == 1
        assert done.figures["macro"]["f1"] == 1

    def test_what_was_exported_from_a_run_is_judged_by_the_runs_data(self, run):
        exported = run / "export" / "onnx"
        exported.mkdir(parents=True)
        (exported / "card.json").write_bytes((run / "card.json").read_bytes())
        done = evaluate(exported)
        assert images(done) == images(evaluate(run))
        assert done.folder == exported / "evaluation"


class TestUnreadablePictures:
    def test_they_are_named_and_left_out(self, run, data, tmp_path):
        other = colours(tmp_path / "other", 3)
        (other / "red" / "01.png").write_bytes(b"no picture")
        done = evaluate(run, other)
        assert len(images(done)) == 8
        (said,) = done.unreadable
        assert "red/01.png" in said
        assert done.notes == [f"1 pictures could not be read and are left out: {said}"]

    def test_of_many_the_first_three_are_named(self, run, tmp_path):
        other = colours(tmp_path / "other", 8)
        for path in sorted((other / "red").iterdir())[1:6]:
            path.write_bytes(b"no picture")
        done = evaluate(run, other)
        assert len(done.unreadable) == 5
        assert done.notes[0].endswith("(and 2 more)")

    def test_where_none_can_be_read_there_is_nothing_to_judge_by(self, run, tmp_path, monkeypatch):
        loaded = load(colours(tmp_path / "other", 3))
        for path in (tmp_path / "other").rglob("*.png"):
            path.write_bytes(b"no picture")
        monkeypatch.setattr(evaluating, "load", lambda *given, **more: loaded)
        with pytest.raises(DataError, match="None of the 9 pictures of other can be read"):
            evaluate(run, loaded, part="all")
        assert not (run / "evaluation").exists()


class TestOtherThings:
    def test_they_are_told_apart(self, run, tmp_path):
        save_image(tmp_path / "grey" / "a.png", np.full((16, 16, 3), 99, np.uint8))
        save_image(tmp_path / "grey" / "deep" / "b.png", np.full((40, 9, 3), 200, np.uint8))
        done = evaluate(run, outside=tmp_path / "grey")
        assert done.figures["outside"] == {"pictures": 2, "auroc": 1.0, "rejected": 1.0}

    def test_those_that_cannot_be_read_are_left_out_too(self, run, tmp_path):
        save_image(tmp_path / "grey" / "a.png", np.full((16, 16, 3), 99, np.uint8))
        (tmp_path / "grey" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        done = evaluate(run, outside=tmp_path / "grey")
        assert done.figures["outside"]["pictures"] == 1
        assert "b.png" in done.unreadable[0]

    def test_a_folder_without_any_that_can_be_read_is_refused(self, run, tmp_path):
        (tmp_path / "grey").mkdir()
        (tmp_path / "grey" / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
        with pytest.raises(DataError, match=r"None of the 1 pictures of the folder with other things can be read\."):
            evaluate(run, outside=tmp_path / "grey")

    def test_what_is_no_folder_is_refused(self, run):
        with pytest.raises(SourceError, match=r"nowhere is no folder\. Name one with pictures of other things\."):
            evaluate(run, outside="nowhere")


class TestWhatIsWritten:
    def test_everything_lies_in_the_runs_folder(self, run):
        done = evaluate(run)
        assert done.folder == run / "evaluation"
        assert json.loads((done.folder / "metrics.json").read_text())["accuracy"] == 1
        assert sorted(path.name for path in run.iterdir()) == ["card.json", "evaluation", "run.json"]

    def test_or_where_it_is_asked_to(self, run, tmp_path):
        assert evaluate(run, save=tmp_path / "deep" / "here").folder == tmp_path / "deep" / "here"
        assert (tmp_path / "deep" / "here" / "report.html").exists()
        assert not (run / "evaluation").exists()

    def test_an_earlier_evaluation_is_replaced(self, run):
        evaluate(run, part="train")
        assert len(images(evaluate(run))) == 9

    def test_a_folder_with_something_else_is_refused_before_any_work(self, run, model, tmp_path):
        (tmp_path / "mine.txt").touch()
        with pytest.raises(UsageError, match=r"holds something else \("):
            evaluate(run, save=tmp_path)
        assert model == []

    def test_when_writing_fails_the_earlier_evaluation_stays(self, run, monkeypatch):
        evaluate(run)
        before = (run / "evaluation" / "metrics.json").read_bytes()
        monkeypatch.setattr("opsin.reports.classification.classification_page", failing)
        with pytest.raises(OpsinError, match="no room left"):
            evaluate(run, part="train")
        assert (run / "evaluation" / "metrics.json").read_bytes() == before
        assert sorted(path.name for path in run.iterdir()) == ["card.json", "evaluation", "run.json"]

    def test_columns_are_slices(self, run, data, tmp_path):
        lines = ["image,label,day"] + [
            f"photos/{label}/0{n}.png,{label},{'mon' if n else 'tue'}" for label in LABELS for n in range(4)
        ]
        (tmp_path / "some.csv").write_text("\n".join(lines))
        done = evaluate(run, tmp_path / "some.csv", slices=["day"])
        assert {name: part["pictures"] for name, part in done.figures["slices"]["day"].items()} == {"mon": 9, "tue": 3}

    def test_a_column_that_there_is_not_is_refused_before_any_work(self, run, model):
        with pytest.raises(UnknownNameError, match="no column of photos called 'day'"):
            evaluate(run, slices=["day"])
        assert model == []


def failing(*given):
    raise OSError(28, "No space left on device")


class TestWhatIsNoRun:
    def test_a_folder_without_a_card(self, tmp_path):
        with pytest.raises(RunError, match=r"is no folder of a taught model: there is no card\.json\. Name a run"):
            evaluate(tmp_path)

    def test_a_run_that_has_not_ended(self, run):
        (run / "card.json").unlink()
        with pytest.raises(
            RunError,
            match=rf"has no model yet \(finished\)\. Go on with it: opsin train --resume {re.escape(str(run))}",
        ):
            evaluate(run)

    def test_a_model_without_a_run_needs_data(self, run, data):
        (run / "run.json").unlink()
        with pytest.raises(UsageError, match=r"has no run\.json, which would say .* Give data \(--data\)\."):
            evaluate(run)
        assert len(images(evaluate(run, data))) == 36

    def test_a_run_that_was_taught_an_object_needs_it_again(self, run):
        Run(run).write_facts(asked={"data": None, "split": SPLIT})
        with pytest.raises(
            UsageError, match=r"was taught with an object as its data\. Give it again: evaluate\(run, data\)\."
        ):
            evaluate(run)

    def test_labels_that_were_not_taught(self, run, model, tmp_path):
        other = tmp_path / "other"
        colours(other, 3)
        (other / "red").rename(other / "purple")
        with pytest.raises(InputError, match="pictures of 'purple', which colours was not taught"):
            evaluate(run, other)
        assert model == []


def test_pictures_are_answered_in_batches_and_progress_is_told(run, model, tmp_path):
    told = []
    evaluate(run, colours(tmp_path / "other", 15), progress=lambda *given: told.append(given))
    assert model == [BATCH, 45 - BATCH]
    assert told == [("pictures", BATCH, 45), ("pictures", 45, 45)]


def test_no_more_pictures_are_read_ahead_than_one_batch_holds(run, tmp_path, monkeypatch):
    waiting, most, lock = [0], [0], threading.Lock()
    shown, joined = evaluating._shown, evaluating._joined

    def counting(*given):
        with lock:
            waiting[0] += 1
            most[0] = max(most[0], waiting[0])
        return shown(*given)

    def emptied(batches):
        waiting[0] = 0
        return joined(batches)

    monkeypatch.setattr(evaluating, "_shown", counting)
    monkeypatch.setattr(evaluating, "_joined", emptied)
    evaluate(run, colours(tmp_path / "other", 25))
    assert most == [BATCH]


class Spots(SingleNetwork[Detections]):
    """Finds the bright spot of a picture: its network gives the picture itself."""

    asked: ClassVar[list[int]] = []

    @classmethod
    def open_network(cls, files, place):
        raise AssertionError

    def prepare(self, images):
        small = np.stack([image[:16, :16] for image in images])
        return {"image": small}, [stretched(image.shape[:2], (16, 16)) for image in images]

    def decode(self, raw, placements, options):
        self.asked.append((options.min_score, options.limit))
        return [self._found(image, placement.size) for image, placement in zip(raw["image"], placements, strict=True)]

    def _found(self, image, size):
        rows, columns = np.nonzero(image[..., 0] > 128)
        box = [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]]
        return Detections(height=size[0], width=size[1], boxes=np.array(box), labels=("spot",), scores=[0.9])


class TestDetection:
    @pytest.fixture
    def spots(self, monkeypatch, run):
        """Pictures of a spot each, and a run whose model finds it; what the model is asked for is kept."""
        pixels, truth = np.zeros((40, 16, 16, 3), np.uint8), []
        for number, (x, y) in enumerate(np.random.default_rng(0).integers(0, 11, (40, 2))):
            pixels[number, y : y + 5, x : x + 4] = 255
            truth.append(Things(np.array([[x, y, x + 4, y + 5]]), [1]))
        card = Card(name="spots", task="detection", summary="", labels=("spot",), licence="", input_size=(16, 16))
        write_card(run, card)
        monkeypatch.setattr(Spots, "asked", [])
        monkeypatch.setattr(evaluating, "open_model", lambda name, place: Spots(card, lambda batch: batch))
        monkeypatch.setattr(evaluating, "load", lambda data, **options: data)
        monkeypatch.setattr("opsin.reports.detection.DetectionReport._drawn", lambda self: Blank())
        monkeypatch.setattr("opsin.reports.detection.detection_page", lambda *given: "")
        parts = np.full(40, "test")
        labels, pictures = ("hole", "spot"), Arrays(pixels, np.arange(40))
        return Dataset(name="sky", labels=labels, pictures=pictures, truth=as_truth(truth), parts=parts)

    def test_a_detector_is_judged_by_its_results(self, run, spots):
        done = evaluate(run, spots)
        assert (done.figures["ap"], done.figures["pictures"]) == (1, 40)
        assert Spots.asked == [(0.001, 100)] * 40
        assert done.findings_title == "Most often wrong"

    def test_results_are_not_kept_raw(self, run, spots, monkeypatch):
        seen = []
        report = REPORTS.get("detection")
        monkeypatch.setattr(report, "__init__", lambda self, answers, slices: seen.append(answers) or failing())
        with pytest.raises(OSError, match="No space"):
            evaluate(run, spots)
        (answers,) = seen
        assert (answers.raw, len(answers.results), answers.sizes.tolist()) == ({}, 40, [[16, 16]] * 40)

    def test_pictures_of_other_things_are_answered_too(self, run, spots, tmp_path):
        save_image(tmp_path / "grey" / "a.png", np.full((16, 16, 3), 200, np.uint8))
        done = evaluate(run, spots, outside=tmp_path / "grey")
        assert done.figures["outside"] == {"pictures": 1, "with_boxes": 1, "boxes": 1}

    def test_labels_that_were_not_taught_are_refused_before_any_work(self, run, spots):
        with pytest.raises(InputError, match="sky has things called 'hole', which spots was not taught"):
            evaluate(run, replace(spots, labels=("spot", "hole")))
        assert Spots.asked == []
