"""A detector's report as a whole: its figures, its files, and what its page says."""

import csv
import json
import re

import numpy as np
import pytest

from opsin.core.errors import InputError, UnknownNameError
from opsin.data.dataset import Arrays, Dataset
from opsin.data.things import Things, as_truth
from opsin.media.item import Item
from opsin.metrics.average_precision import average_precision
from opsin.reports import REPORTS, Answers, Outside
from opsin.reports._detection_judged import judged_boxes, numbered
from opsin.reports._detection_page import FROM_ONE, WORST, detection_page, spread
from opsin.reports.detection import DetectionReport, image_numbers
from opsin.tasks.detection import Detections
from opsin.weights.card import Card

LABELS = ("red", "white", "platelet")
CELLS = np.array([[20 * column, 20 * row, 20 * column + 12, 20 * row + 12] for row in range(4) for column in range(5)])
FILES = ["confusion_matrix.png", "counts.png", "f1.png", "metrics.json", "precision_recall.png"]
FILES += ["predictions.csv", "predictions.json", "report.html"]


def detections(boxes, labels, scores):
    order = np.argsort(-np.asarray(scores, float), kind="stable")
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)[order]
    return Detections(
        height=80,
        width=100,
        boxes=boxes,
        labels=tuple(np.asarray(labels, object)[order]),
        scores=np.asarray(scores, np.float32)[order],
    )


def dataset(truth, labels=LABELS, **more):
    n = len(truth)
    pixels = np.random.default_rng(0).integers(0, 255, (n, 80, 100, 3), np.uint8)
    return Dataset(
        name="cells",
        labels=labels,
        pictures=Arrays(pixels, np.arange(n)),
        truth=as_truth(truth),
        parts=np.full(n, "test"),
        **more,
    )


def some(n=12):
    """Cells of n pictures, and what a detector finds of them: most, some with another label, some where nothing is."""
    random, truth, found = np.random.default_rng(1), [], []
    for _ in range(n):
        there = random.random(20) < 0.4
        labels = random.integers(0, 3, there.sum())
        truth.append(Things(CELLS[there], labels))
        seen = random.random(there.sum()) < 0.8
        called = np.where(random.random(seen.sum()) < 0.85, labels[seen], random.integers(0, 3, seen.sum()))
        ghosts = CELLS[~there][:2]
        boxes = np.concatenate([CELLS[there][seen] + random.integers(-2, 3, (seen.sum(), 4)), ghosts])
        names = [LABELS[number] for number in [*called, *random.integers(0, 3, len(ghosts))]]
        # The ghosts are less sure, as those of a detector are.
        scores = random.random(len(boxes)) * np.where(np.arange(len(boxes)) < seen.sum(), 1, 0.3)
        found.append(detections(boxes, names, scores))
    return truth, found


@pytest.fixture
def answers():
    """Makes a detector's answers; what is given takes the place of what is made up."""

    def make(truth=None, found=None, *, labels=LABELS, known=LABELS, outside=(), notes=(), columns=None):
        made = some()
        truth, found = made if truth is None else (truth, found)
        strangers = [Item(f"other/{n}.png", lambda size: None) for n in range(len(outside))]
        return Answers(
            card=Card(name="net", task="detection", summary="", licence="MIT", labels=known),
            data=dataset(truth, labels, columns=columns or {}),
            results=found,
            sizes=np.full((len(truth), 2), 80),
            outside=Outside(strangers, results=outside) if outside else None,
            notes=notes,
        )

    return make


@pytest.fixture
def page():
    """The page on some answers; its plots are left blank, as drawing them takes a second."""

    def make(given, slices=()):
        report = DetectionReport(given, slices)
        plots = dict.fromkeys(report.files, b"")
        return detection_page(judged_boxes(given), report.figures, report.headline(), plots)

    return make


def headings(page):
    return re.findall("<h2>(.*?)</h2>", page)


ONE = [Things(CELLS[:2], [0, 1])]


class TestFigures:
    def test_they_are_cocos(self, answers):
        given = answers()
        figures = DetectionReport(given).figures
        coco = average_precision(list(given.data.truth), numbered(given.results, LABELS))
        assert (figures["ap"], figures["ap50"], figures["ap75"]) == (coco.ap, coco.ap50, coco.ap75)
        assert figures["ar"] == {"1": coco.ar_1, "10": coco.ar_10, "100": coco.ar_100}
        assert figures["sizes"]["small"]["ap"] == coco.ap_small
        assert {label: each["ap"] for label, each in figures["labels"].items()} == pytest.approx(
            {LABELS[number]: figure for number, figure in coco.per_label.items()}
        )

    def test_the_intervals_hold_them(self, answers):
        figures = DetectionReport(answers()).figures
        assert all(low < figures[name] < high for name, (low, high) in figures["intervals"].items())

    def test_mistakes_of_all_kinds_add_up_to_those_at_the_best_score(self, answers):
        figures = DetectionReport(answers()).figures
        assert sum(figures["false_alarms"].values()) == figures["best"]["false_alarms"] > 0
        assert sum(figures["misses"].values()) == figures["best"]["misses"] > 0

    def test_labels_add_up_to_the_whole(self, answers):
        figures = DetectionReport(answers()).figures
        sums = {name: sum(each[name] for each in figures["labels"].values()) for name in ("things", "right", "found")}
        assert sums["things"] == figures["things"]
        assert sums["right"] == figures["best"]["right"]
        assert sums["found"] - sums["right"] == figures["best"]["false_alarms"]

    def test_counting_says_by_how_much_the_count_is_off(self, answers):
        found = [detections(CELLS[:3], ["red", "red", "white"], [0.9] * 3)]
        counting = DetectionReport(answers(ONE, found)).figures["counting"]
        assert counting == {"mean_error": 1, "bias": 1, "right": 0}

    def test_labels_are_matched_by_name_whatever_their_order(self, answers):
        found = [detections(CELLS[:2], ["red", "white"], [0.9, 0.8])]
        figures = DetectionReport(answers(ONE, found, known=("platelet", "white", "red"))).figures
        assert figures["ap"] == 1

    def test_boxes_of_labels_that_the_data_lacks_are_left_out_and_said_to_be(self, answers):
        found = [detections(CELLS[:3], ["red", "white", "car"], [0.9, 0.8, 0.95])]
        figures = DetectionReport(answers(ONE, found, known=(*LABELS, "car"))).figures
        assert figures["best"]["false_alarms"] == 0
        assert figures["notes"] == ["1 boxes have labels that the data does not know; nothing can be said of them."]

    def test_a_false_alarm_of_a_label_without_truth_counts(self, answers):
        found = [detections(CELLS[:3], ["red", "white", "platelet"], [0.9, 0.9, 0.9])]
        figures = DetectionReport(answers(ONE, found)).figures
        assert (figures["labels"]["platelet"]["ap"], figures["labels"]["platelet"]["precision"]) == (None, 0)
        assert (figures["ap"], figures["best"]["false_alarms"]) == (1, 1)

    def test_slices_are_judged_alone(self, answers):
        truth, found = some(8)
        days = np.array(["mon", "tue"] * 4)
        figures = DetectionReport(answers(truth, found, columns={"day": days}), ["day"]).figures["slices"]["day"]
        half = average_precision(truth[::2], numbered(found[::2], LABELS))
        assert (figures["mon"]["pictures"], figures["mon"]["ap"]) == (4, pytest.approx(half.ap))

    def test_pictures_of_other_things_say_how_often_something_was_found(self, answers):
        nothing, some_thing = detections([], [], []), detections(CELLS[:2], ["red"] * 2, [1, 0.01])
        figures = DetectionReport(answers(outside=[nothing, some_thing])).figures["outside"]
        assert figures == {"pictures": 2, "with_boxes": 0.5, "boxes": 0.5}

    def test_where_nothing_is_there_to_be_found_they_are_unknown(self, answers):
        figures = DetectionReport(answers([Things(CELLS[:0], [])], [detections([], [], [])])).figures
        assert [figures[name] for name in ("ap", "ap50", "things")] == [None, None, 0]
        assert (figures["best"]["precision"], figures["intervals"]) == (None, {})

    def test_each_has_a_meaning(self, answers):
        given = answers(outside=[detections([], [], [])])
        assert set(DetectionReport(given).figures) == set(DetectionReport.meanings)


class TestFiles:
    @pytest.fixture
    def written(self, answers, tmp_path):
        DetectionReport(answers()).write(tmp_path)
        return tmp_path

    def test_these_are_written_and_no_others(self, written):
        assert sorted(path.name for path in written.iterdir()) == FILES == sorted(DetectionReport.files)

    def test_the_figures_are_written_as_they_are(self, written, answers):
        read = json.loads((written / "metrics.json").read_text())
        assert read == json.loads(json.dumps(DetectionReport(answers()).figures))

    def test_the_table_has_a_line_for_each_box(self, written, answers):
        with (written / "predictions.csv").open(newline="") as file:
            lines = list(csv.DictReader(file))
        given = answers().results
        assert [line["label"] for line in lines] == [label for each in given for label in each.labels]
        assert list(lines[0]) == ["image", "label", "score", "x0", "y0", "x1", "y1"]

    def test_coco_can_read_its_file(self, written, answers):
        rows = json.loads((written / "predictions.json").read_text())
        first = answers().results[0]
        assert {"image_id", "category_id", "bbox", "score"} < set(rows[0])
        x0, y0, width, height = rows[0]["bbox"]
        assert [x0, y0, x0 + width, y0 + height] == pytest.approx(first.boxes[0].tolist(), abs=0.01)


def test_names_that_are_numbers_number_the_pictures():
    assert image_numbers(["a/0012.jpg", "b/7.png"]) == [12, 7]
    assert image_numbers(["a/7.jpg", "b/7.png"]) == [1, 2]


class TestPage:
    def test_its_parts_come_in_this_order(self, page, answers):
        assert headings(page(answers(columns={"day": np.full(12, "mon")}), ["day"])) == [
            *("Each label", "Which score to ask for", "What goes wrong", "Worst false alarms", "Worst misses"),
            *("Most often confused", "Counting", "Sizes", "Slices", "What the figures mean"),
        ]

    def test_without_a_mistake_none_is_shown(self, page, answers):
        found = headings(page(answers(ONE, [detections(CELLS[:2], ["red", "white"], [0.9, 0.8])])))
        assert "Worst false alarms" not in found
        assert "No label was taken for another" in found

    def test_the_surest_false_alarm_comes_first_with_its_kind(self, page, answers):
        given = answers()
        worst = judged_boxes(given).mistakes.false_alarms[0]
        after = page(given).split("Worst false alarms")[1].split("<figcaption>")[1].split("</figcaption>")[0]
        assert f"called {LABELS[worst.label]} ({worst.score:.2f})" in after
        assert worst.kind in after

    def test_a_miss_says_which_thing_and_with_which_score_it_would_have_been_found(self, page, answers):
        found = [detections(CELLS[[0, 1, 3]], ["red", "white", "white"], [0.9, 0.005, 0.5])]
        assert "missed white" in (text := page(answers(ONE, found)))
        assert "score too low (0.01)" in text or "score too low (0.00)" in text

    def test_pictures_without_things_make_a_page_too(self, page, answers):
        text = page(answers([Things(CELLS[:0], [])] * 2, [detections([], [], [])] * 2))
        assert "2 pictures of cells (test) with 0 things" in text

    def test_names_are_escaped(self, page, answers, monkeypatch):
        monkeypatch.setattr(Arrays, "name", lambda self, index: "<img src=x>")
        assert "<img src=x>" not in page(answers())

    def test_one_picture_does_not_fill_the_gallery(self, answers):
        alarms = judged_boxes(answers()).mistakes.false_alarms
        shown = spread(alarms * 5)
        assert len(shown) <= WORST
        assert max(sum(each.image == other.image for other in shown) for each in shown) == FROM_ONE


class TestWords:
    def test_the_headline_says_average_precision_with_its_interval_first(self, answers):
        name, value, meaning = DetectionReport(answers()).headline()[0]
        assert (name, len(value)) == ("AP", 5)
        assert re.fullmatch(r"COCO's, overlaps 0\.5 to 0\.95; 95 % interval 0\.\d{3} to 0\.\d{3}", meaning)

    def test_what_is_unknown_is_a_dash(self, answers):
        report = DetectionReport(answers([Things(CELLS[:0], [])], [detections([], [], [])]))
        assert [value for _, value, _ in report.headline()][:5] == ["—"] * 5

    def test_the_findings_are_the_mistakes_made_most_often(self, answers):
        truth = [Things(CELLS[:5], [0, 0, 0, 1, 1])]
        found = [detections(CELLS[[3, 4, 9]], ["white", "white", "red"], [0.9, 0.8, 0.85])]
        assert DetectionReport(answers(truth, found)).findings() == [
            ("red, missed: not found", "3"),
            ("red, false alarm: background", "1"),
        ]

    def test_it_asks_for_results_as_coco_counts_them(self):
        options = REPORTS.get("detection").options
        assert (options.min_score, options.limit) == (0.001, 100)


class TestWhatCannotBeJudged:
    def test_things_that_were_not_taught(self, answers):
        given = answers(known=("red",))
        with pytest.raises(
            InputError, match=r"cells has things called 'white', which net was not taught\. It knows: red"
        ):
            DetectionReport.check(given.card, given.data, ())

    def test_labels_that_no_picture_shows_need_not_be_known(self, answers):
        given = answers(ONE, [detections([], [], [])], known=("red", "white"))
        DetectionReport.check(given.card, given.data, ())

    def test_pictures_without_boxes(self, answers):
        plain = Dataset(
            name="photos",
            labels=("red",),
            pictures=Arrays(np.zeros((1, 4, 4, 3), np.uint8), np.zeros(1, int)),
            truth=np.zeros(1, np.int64),
            parts=np.array(["test"]),
        )
        with pytest.raises(InputError, match=r"photos does not say where things are; net needs pictures with boxes\."):
            DetectionReport.check(answers().card, plain, ())

    def test_columns_that_there_are_not(self, answers):
        given = answers()
        with pytest.raises(UnknownNameError, match="no column of cells called 'day'"):
            DetectionReport.check(given.card, given.data, ["day"])

    def test_answers_must_be_as_many_as_pictures(self, answers):
        with pytest.raises(InputError, match=r"There must be an answer for each picture; got 0 for 1\."):
            judged_boxes(answers(ONE, []))
