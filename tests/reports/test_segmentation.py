"""A segmenter's report as a whole: its figures, its files, and what its page says."""

import csv
import json
import re

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, jaccard_score

from opsin.core.errors import InputError, UnknownNameError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.regions import IGNORED, regions
from opsin.data.things import as_truth
from opsin.reports import REPORTS, Answers
from opsin.reports.segmentation import SegmentationReport
from opsin.tasks.segmentation import Segmentation
from opsin.weights.card import Card

LABELS = ("sky", "road", "pole")
SIZE = (24, 32)


class Held:
    """A map in memory."""

    def __init__(self, laid):
        self.laid = laid

    def map(self):
        return self.laid

    def digest(self):
        return self.laid.tobytes()


def maps(count=6):
    """Maps with a sky above a road, and poles before both; the first row is not labelled."""
    random, made = np.random.default_rng(0), []
    for _ in range(count):
        laid = np.zeros(SIZE, np.uint8)
        laid[random.integers(8, 16) :] = 1
        at = random.integers(2, 28)
        laid[4:20, at : at + 3] = 2
        laid[0] = IGNORED
        made.append(laid)
    return made


def dataset(made, labels=LABELS, columns=None):
    count = len(made)
    pixels = np.random.default_rng(1).integers(0, 255, (count, *SIZE, 3), np.uint8)
    return Dataset(
        name="streets",
        labels=labels,
        pictures=Arrays(pixels, np.arange(count)),
        truth=as_truth([regions(Held(each)) for each in made]),
        parts=np.full(count, "test"),
        columns=columns or {},
    )


def told(made):
    """Answers with poles that are one pixel off, in labels of another order."""
    order = ("pole", "sky", "road")
    numbers = np.array([order.index(label) for label in LABELS])
    answered = [np.where(each == IGNORED, 0, np.roll(each, 1, axis=1)) for each in made]
    answered = [np.where(each == IGNORED, 0, each) for each in answered]
    return [Segmentation(height=SIZE[0], width=SIZE[1], labels=order, map=numbers[each]) for each in answered]


@pytest.fixture
def answers():
    """Makes a segmenter's answers, as they are kept."""

    def make(made=None, found=None, columns=None, notes=()):
        made = maps() if made is None else made
        data = dataset(made, columns=columns)
        found = told(made) if found is None else found
        return Answers(
            card=Card(name="net", task="segmentation", summary="", licence="MIT", labels=LABELS),
            data=data,
            results=[SegmentationReport.kept(data, index, each) for index, each in enumerate(found)],
            sizes=np.tile(SIZE, (len(made), 1)),
            notes=notes,
        )

    return make


def numbers(made, found):
    """(m,) true and told numbers of all pixels that are known."""
    truth = np.concatenate([each.ravel() for each in made])
    said = np.concatenate(
        [np.array([LABELS.index(label) for label in each.labels])[each.map].ravel() for each in found]
    )
    return truth[truth != IGNORED], said[truth != IGNORED]


def test_the_figures_are_scikit_learns(answers):
    given = answers()
    figures = SegmentationReport(given).figures
    truth, said = numbers(maps(), told(maps()))
    assert figures["confusion_matrix"] == confusion_matrix(truth, said).tolist()
    assert figures["mean_iou"] == pytest.approx(jaccard_score(truth, said, average="macro"))
    per_label = jaccard_score(truth, said, average=None)
    assert [figures["labels"][label]["iou"] for label in LABELS] == pytest.approx(per_label.tolist())


def test_right_answers_are_right_in_every_figure(answers):
    made = maps()
    found = [
        Segmentation(height=SIZE[0], width=SIZE[1], labels=LABELS, map=np.where(each == IGNORED, 0, each))
        for each in made
    ]
    figures = SegmentationReport(answers(made, found)).figures
    assert (figures["mean_iou"], figures["mean_dice"], figures["accuracy"]) == (1, 1, 1)
    assert {each["hausdorff95"]["mean"] for each in figures["cases"].values()} == {0}
    assert figures["confused"] == []


def test_a_shift_by_a_pixel_is_that_far_for_the_edges(answers):
    figures = SegmentationReport(answers()).figures
    assert figures["cases"]["pole"]["hausdorff95"]["mean"] == pytest.approx(1, abs=0.5)
    assert figures["cases"]["pole"]["boundary_f"]["mean"] == pytest.approx(1)


def test_small_regions_are_told_apart_from_large_ones(answers):
    regions_ = SegmentationReport(answers()).figures["regions"]
    first, *_, last = regions_.values()
    assert sum(each["regions"] for each in regions_.values()) == 18
    assert first["dice"] < last["dice"]


def test_regions_are_told_apart_by_what_they_cover_in_truth(answers):
    found = [Segmentation(height=SIZE[0], width=SIZE[1], labels=LABELS, map=np.zeros(SIZE))] * 6
    parts = SegmentationReport(answers(found=found)).figures["regions"]
    assert sum(each["regions"] for each in parts.values()) == 18


def test_a_label_that_no_picture_has_has_no_figures(answers):
    made = [np.where(each == 2, 0, each).astype(np.uint8) for each in maps()]
    figures = SegmentationReport(answers(made)).figures
    assert figures["labels"]["pole"]["iou"] is None
    assert figures["cases"]["pole"]["dice"] is None


def test_pictures_are_told_apart_by_a_column(answers):
    column = {"weather": np.array(["sun", "rain"] * 3)}
    report = SegmentationReport(answers(columns=column), ["weather"])
    assert {name: each["pictures"] for name, each in report.figures["slices"]["weather"].items()} == {
        "rain": 3,
        "sun": 3,
    }


def test_all_figures_have_a_meaning_and_are_plain_values(answers):
    figures = SegmentationReport(answers()).figures
    assert set(figures) == set(SegmentationReport.meanings)
    assert json.loads(json.dumps(figures, allow_nan=False)) == json.loads(json.dumps(figures))


def test_the_files_are_those_that_are_promised(answers, tmp_path):
    report = SegmentationReport(answers(notes=["Read this."]))
    report.write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(SegmentationReport.files)
    rows = list(csv.DictReader((tmp_path / "cases.csv").read_text().splitlines()))
    assert len(rows) == 18
    assert set(rows[0]) == {"image", "label", "true_pixels", "found_pixels", "iou", "dice", "hausdorff95", "boundary_f"}


def test_the_page_shows_the_worst_pictures_each_in_three_ways(answers, tmp_path):
    report = SegmentationReport(answers(notes=["Read this."]))
    report.write(tmp_path)
    page = (tmp_path / "report.html").read_text()
    headings = ["Each label", "Picture by picture", "Worst pictures", "Most often confused", "Sizes"]
    assert re.findall("<h2>(.*?)</h2>", page) == [*headings, "What the figures mean"]
    assert page.count("<figure><img") == 18
    assert "Read this." in page
    assert page.count("<i style=") == len(LABELS)
    assert "<script" not in page


def test_what_a_person_wants_first(answers):
    report = SegmentationReport(answers())
    assert [name for name, *_ in report.headline()] == [
        "mean IoU", "mean Dice", "Dice, by picture", "Hausdorff 95", "accuracy",
    ]  # fmt: skip
    most = report.figures["confused"][0]
    said = f"{most['label']}, called {most['predicted']}", f"{most['count']:,} ({most['share']:.1%} of its pixels)"
    assert report.findings()[0] == said


def test_little_memory_is_kept_of_each_picture(answers):
    kept = answers().results[0]
    assert len(kept.packed) < 200
    assert (kept.map() == np.where(maps()[0] == IGNORED, kept.map(), np.roll(maps()[0], 1, axis=1)))[1:].all()


def test_data_with_other_labels_are_refused():
    card = Card(name="net", task="segmentation", summary="", licence="", labels=("sky", "road"))
    with pytest.raises(InputError, match="streets has the labels sky, road, pole; net was taught sky, road"):
        SegmentationReport.check(card, dataset(maps()), ())


def test_data_without_masks_are_refused():
    data = dataset(maps())
    classes = Dataset(name="few", labels=LABELS, pictures=data.pictures, truth=np.zeros(6, int), parts=data.parts)
    card = Card(name="net", task="segmentation", summary="", licence="", labels=LABELS)
    with pytest.raises(InputError, match="few does not say what its pixels show; net needs pictures with masks"):
        SegmentationReport.check(card, classes, ())


def test_an_unknown_column_is_refused():
    card = Card(name="net", task="segmentation", summary="", licence="", labels=LABELS)
    with pytest.raises(UnknownNameError, match="'weather'"):
        SegmentationReport.check(card, dataset(maps()), ["weather"])


def test_it_is_the_report_of_segmentation():
    assert REPORTS.get("segmentation") is SegmentationReport
