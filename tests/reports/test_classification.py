"""The report as a whole: its files, and what its page says."""

import csv
import json
import re

import numpy as np
import pytest

from opsin.core.errors import InputError, UnknownNameError
from opsin.reports import REPORTS
from opsin.reports._classification_page import classification_page
from opsin.reports._judged import judged
from opsin.reports._scored import scored, surest_mistakes
from opsin.reports.classification import ClassificationReport

FILES = ["confusion_matrix.png", "metrics.json", "precision_recall.png", "predictions.csv"]
FILES += ["reliability.png", "report.html", "roc.png"]


@pytest.fixture
def report():
    return REPORTS.get("classification")


@pytest.fixture
def written(report, tmp_path):
    """Writes the report on some answers; the folder."""

    def write(answers, slices=()):
        report(answers, slices).write(tmp_path)
        return tmp_path

    return write


@pytest.fixture
def page(report):
    """The page on some answers; its plots are left blank, as drawing them takes a second."""

    def make(answers, slices=()):
        plots = dict.fromkeys(report.files, b"")
        return classification_page(judged(answers, slices), report(answers, slices).headline(), plots)

    return make


def headings(page):
    return re.findall("<h2>(.*?)</h2>", page)


def test_it_writes_these_files_and_no_others(report, written, answers):
    names = sorted(path.name for path in written(answers()).iterdir())
    assert names == FILES
    assert {*names, "outside.png"} == set(report.files)


def test_with_pictures_of_other_things_there_is_a_plot_and_a_part_about_them(written, answers):
    folder = written(answers(outside=5))
    assert (folder / "outside.png").exists()
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "Pictures of other things" in headings(text)
    assert "other/3.png" in text


def test_the_figures_are_written_as_they_are(report, written, answers):
    given = answers()
    read = json.loads((written(given) / "metrics.json").read_text(encoding="utf-8"))
    assert read == json.loads(json.dumps(report(given).figures))


def test_every_picture_has_a_line(written, answers):
    given = answers()
    folder = written(given)
    with (folder / "predictions.csv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["label"] for line in lines] == [given.data.labels[number] for number in given.data.truth]
    share = np.mean([line["label"] == line["predicted"] for line in lines])
    assert share == pytest.approx(json.loads((folder / "metrics.json").read_text())["accuracy"])


def test_the_page_has_its_parts_in_this_order(page, answers):
    assert headings(page(answers(columns={"day": np.full(40, "mon")}), ["day"])) == [
        *("Most often confused", "Worst mistakes", "Least sure", "Each label", "Slices", "Calibration"),
        *("ROC and precision-recall curves", "What the figures mean"),
    ]


def test_without_a_mistake_the_page_says_so(page, answers):
    found = headings(page(answers(truth=[0, 1, 2, 3], logits=9 * np.eye(4))))
    assert "Nothing was confused" in found
    assert "Worst mistakes" not in found


def test_the_surest_mistake_is_shown_with_both_labels(page, answers):
    given = answers()
    told = scored(given)
    worst = surest_mistakes(told)[0]
    said = f"called {told.labels[told.predicted[worst]]} ({told.best[worst]:.2f})"
    after = page(given).split("Worst mistakes")[1].split("<figcaption>")[1].split("</figcaption>")[0]
    assert said in after
    assert f"is {told.labels[told.truth[worst]]} ({told.of_truth[worst]:.2f})" in after


def test_an_answer_below_the_threshold_is_shown_as_unknown(page, answers):
    assert "→ unknown" in page(answers(reject_below=0.6))


def test_notes_are_told_first(page, answers):
    text = page(answers(notes=["3 pictures <b> could not be read."]))
    assert text.index("3 pictures &lt;b&gt; could not be read.") < text.index("Most often confused")


def test_the_table_of_very_many_labels_is_folded(page, answers):
    labels = tuple(f"label {number}" for number in range(40))
    assert "<details><summary>All 40 labels" in page(answers(labels=labels))


def test_the_worst_label_comes_first_and_labels_without_pictures_last(page, answers):
    text = page(answers(truth=[0, 0, 1, 2], logits=9 * np.eye(4)[[0, 1, 1, 2]]))
    rows = re.findall("<tr><td>(.*?)</td>", text.split("Each label")[1].split("Calibration")[0])
    assert rows == ["ant", "bee", "cat", "dog"]


@pytest.mark.parametrize("name", ['<img src=x onerror="1">.png', "猫 &.png", "\udcff.png"])
def test_any_name_of_a_picture_can_be_written(written, answers, monkeypatch, name):
    given = answers(n=6)
    monkeypatch.setattr(type(given.data.pictures), "name", lambda self, index: name)
    monkeypatch.setattr(ClassificationReport, "_drawn", lambda self: dict.fromkeys(FILES, b""))
    folder = written(given)
    assert "<img src=x" not in (folder / "report.html").read_text(encoding="utf-8")
    assert len((folder / "predictions.csv").read_text(encoding="utf-8").splitlines()) == 7


def test_a_thousand_labels_make_a_page_that_a_browser_opens(page, answers):
    labels = tuple(f"label {number}" for number in range(1000))
    assert len(page(answers(300, labels=labels))) < 1_000_000


def test_the_headline_says_accuracy_with_its_interval_first(report, answers):
    name, value, meaning = report(answers()).headline()[0]
    assert (name, value) == ("accuracy", "92.5%")
    assert re.fullmatch(r"right; 95 % interval 8\d\.\d% to \d+\.\d%", meaning)


def test_a_headline_without_a_threshold_says_that_none_is_set(report, answers):
    assert ("unknown", "0.0%", "no threshold is set") in report(answers()).headline()


def test_the_findings_are_the_pairs_most_often_confused(report, answers):
    found = report(answers(truth=[0, 0, 0], logits=np.eye(4)[[1, 1, 0]])).findings()
    assert found == [("ant called bee", "2 (67%)")]


def test_unknown_labels_and_columns_are_found_before_the_model_is_asked(report, answers):
    given, other = answers(), answers(labels=("cow",), logits=np.zeros((40, 1)))
    with pytest.raises(InputError, match="pictures of 'cow', which net was not taught"):
        report.check(given.card, other.data, ())
    with pytest.raises(UnknownNameError, match="no column of insects called 'day'"):
        report.check(given.card, given.data, ["day"])
    report.check(given.card, given.data, ["size"])
