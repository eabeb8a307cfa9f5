"""A captioner's report as a whole: its figures, its files, and what its page says."""

import csv
import json
import re

import numpy as np
import pytest

from opsin.core.errors import InputError, UnknownNameError
from opsin.data.captions import Captions
from opsin.data.dataset import Arrays, Dataset
from opsin.data.things import as_truth
from opsin.reports import REPORTS, Answers
from opsin.reports.captioning import CaptioningReport
from opsin.tasks.captioning import Caption, score
from opsin.weights.card import Card

THINGS = ("dog", "cat", "bird", "horse", "boy", "girl", "boat", "car", "ball", "tree", "bike", "kite")
DOES = ("runs over wet grass", "sleeps on the warm sand", "is seen from far above", "stands beside a red house")


def said(index, shift=0):
    """Sentences of which those of one picture are alike."""
    return f"A {THINGS[(index + shift) % len(THINGS)]} {DOES[index % len(DOES)]}"


def dataset(count=12, references=3, columns=None):
    pixels = np.random.default_rng(1).integers(0, 255, (count, 8, 8, 3), np.uint8)
    texts = [[said(index), f"{said(index)} today", f"One {said(index)}"][:references] for index in range(count)]
    return Dataset(
        name="pets",
        labels=(),
        pictures=Arrays(pixels, np.arange(count)),
        truth=as_truth([Captions(tuple(each)) for each in texts]),
        parts=np.full(count, "test"),
        columns=columns or {},
    )


def caption(text, score, *, least=0.5):
    given = {"captions": (text,), "scores": [score]} if text else {"captions": (), "scores": []}
    return Caption(height=8, width=8, text=text or "A photo", sure=score >= least, **given)


def told(count=12):
    """Right for the first half, whose scores are high; then of other things; one of those is sure all the same."""
    found = [caption(said(index), 0.9 - index / 100) for index in range(count // 2)]
    wrong = [caption(said(index, shift=1) + "; no!", 0.3 - index / 100) for index in range(count // 2, count)]
    return [*found, caption("Two wrong wrong words", 0.95), *wrong[1:]]


@pytest.fixture
def answers():
    """Makes a captioner's answers."""

    def make(found=None, notes=(), **data):
        given = dataset(**data)
        return Answers(
            card=Card(name="writer", task="captioning", summary="", licence="MIT", labels=("a",), reject_below=0.5),
            data=given,
            results=told(len(given)) if found is None else found,
            sizes=np.full((len(given), 2), 8),
            notes=notes,
        )

    return make


def test_the_figures_are_those_of_the_task(answers):
    given = answers()
    truth = [Caption(height=8, width=8, text="", captions=each.texts, scores=[1] * 3) for each in given.data.truth]
    figures = CaptioningReport(given).figures
    found = score(given.results, truth)
    assert {name: figures[name] for name in found} == pytest.approx(found)
    assert all(low <= figures[name] <= high for name, (low, high) in figures["intervals"].items())


def test_each_picture_has_its_cider_and_they_make_the_mean(answers):
    figures = CaptioningReport(answers()).figures
    assert figures["cider_d"] == pytest.approx(np.mean(figures["each"]), abs=1e-6)
    assert min(figures["each"][:6]) > 3 > figures["each"][6]


def test_the_first_caption_is_judged_and_not_what_is_said_in_its_place(answers):
    hedged = [caption(said(index), 0.1) for index in range(12)]
    assert CaptioningReport(answers(hedged)).figures["bleu_1"] == pytest.approx(1)


def test_people_are_judged_beside_their_other_captions(answers):
    people = CaptioningReport(answers()).figures["people"]
    assert people["pictures"] == 12
    assert people["cider_d"] > 5
    assert CaptioningReport(answers(references=1)).figures["people"] is None


def test_captions_that_several_pictures_get_are_told(answers):
    found = [caption("A dog", 0.9)] * 11 + [caption("A cat", 0.9)]
    figures = CaptioningReport(answers(found)).figures
    assert figures["commonest"] == [{"caption": "A dog", "pictures": 11}]
    assert figures["variety"]["distinct"] == pytest.approx(2 / 12)


def test_what_is_said_is_told_apart_from_what_is_not(answers):
    sure = CaptioningReport(answers()).figures["sure"]
    assert (sure["share"], sure["said"]["pictures"], sure["others"]["pictures"]) == (pytest.approx(7 / 12), 7, 5)
    assert sure["said"]["agrees"] == pytest.approx(6 / 7)
    assert sure["said"]["cider_d"] > sure["others"]["cider_d"]


def test_where_all_is_said_nothing_is_told_of_the_others(answers):
    found = [caption(said(index), 0.9) for index in range(12)]
    assert CaptioningReport(answers(found)).figures["sure"]["others"] == {
        "pictures": 0, "cider_d": None, "agrees": None,
    }  # fmt: skip


def test_calibration_is_how_far_scores_and_agreement_lie_apart(answers):
    found = [caption(said(index), 0.9) for index in range(9)] + [caption("Nothing", 0.9)] * 3
    figures = CaptioningReport(answers(found)).figures
    assert figures["ece"] == pytest.approx(0.9 - 9 / 12)
    (bin_,) = figures["reliability"]
    assert (bin_["pictures"], bin_["agrees"]) == (12, pytest.approx(0.75))
    assert bin_["from"] < 0.9 < bin_["to"]


def test_the_surest_half_is_beside_the_other(answers):
    figures = CaptioningReport(answers()).figures
    order = np.argsort([-each.score for each in told()], kind="stable")
    best, rest = np.array(figures["each"])[order[:6]].mean(), np.array(figures["each"])[order[6:]].mean()
    assert figures["halves"]["ratio"] == pytest.approx(best / rest, rel=1e-4)
    assert figures["kept"]["50%"] == pytest.approx(best, rel=1e-4)
    assert figures["kept"]["100%"] == pytest.approx(figures["cider_d"])


def test_a_single_picture_has_a_report(answers, tmp_path):
    report = CaptioningReport(answers(count=1, found=[caption(said(0), 0.9)]))
    report.write(tmp_path)
    assert report.figures["halves"] is None
    assert [name for name, *_ in report.headline()][-1] == "calibration error"


def test_a_model_without_a_caption_is_wrong_and_not_sure(answers):
    figures = CaptioningReport(answers([caption("", 0.0)] * 12)).figures
    assert (figures["cider_d"], figures["sure"]["share"], figures["ece"]) == (0, 0, 0)


def test_pictures_are_told_apart_by_a_column(answers):
    column = {"place": np.array(["in", "out"] * 6)}
    slices = CaptioningReport(answers(columns=column), ["place"]).figures["slices"]["place"]
    assert {name: each["pictures"] for name, each in slices.items()} == {"in": 6, "out": 6}


def test_all_figures_have_a_meaning_and_are_plain_values(answers):
    figures = CaptioningReport(answers()).figures
    assert set(figures) == set(CaptioningReport.meanings)
    json.dumps(figures, allow_nan=False)


def test_the_files_are_those_that_are_promised(answers, tmp_path):
    CaptioningReport(answers()).write(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(CaptioningReport.files)
    rows = list(csv.DictReader((tmp_path / "predictions.csv").read_text().splitlines()))
    assert len(rows) == 12
    assert rows[0] | {"cider_d": ""} == {
        "image": "0", "caption": said(0), "score": "0.900000", "sure": "yes", "cider_d": "", "people": said(0),
    }  # fmt: skip


def test_the_page_shows_good_middling_and_wrong_captions(answers, tmp_path):
    CaptioningReport(answers(notes=["Read this."])).write(tmp_path)
    page = (tmp_path / "report.html").read_text()
    headings = ["Best", "Middling", "Worst", "Surest mistakes", "Least sure", "Can its score be believed?"]
    last = ["Agreement with people", "Do captions vary?", "What the figures mean"]
    assert re.findall("<h2>(.*?)</h2>", page) == [*headings, *last]
    assert page.count("<figure><img") == 4 + 4 + 4 + 1 + 8
    assert "Read this." in page


def test_what_people_and_models_write_is_text_and_no_markup(answers, tmp_path):
    found = [caption("<script>alert(1)</script> & so", 0.9)] * 12
    CaptioningReport(answers(found)).write(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; so" in page


def test_what_a_person_wants_first(answers):
    report = CaptioningReport(answers())
    assert [name for name, *_ in report.headline()] == [
        "CIDEr-D", "BLEU-4", "ROUGE-L", "distinct", "said", "calibration error", "surest half",
    ]  # fmt: skip
    assert report.findings() == [("6: Two wrong wrong words", f"0.95; {said(6)}")]


def test_without_a_sure_mistake_there_is_nothing_to_look_at(answers, tmp_path):
    report = CaptioningReport(answers([caption(said(index), 0.9) for index in range(12)]))
    report.write(tmp_path)
    assert report.findings() == []
    assert "No sure mistakes" in (tmp_path / "report.html").read_text()


def test_words_of_the_data_may_be_others_than_the_models():
    card = Card(name="writer", task="captioning", summary="", licence="", labels=("a", "dog"))
    CaptioningReport.check(card, dataset(), ())


def test_data_without_captions_are_refused():
    data = dataset()
    classes = Dataset(name="few", labels=("a",), pictures=data.pictures, truth=np.zeros(12, int), parts=data.parts)
    card = Card(name="writer", task="captioning", summary="", licence="")
    with pytest.raises(InputError, match="few does not say in sentences what its pictures show; writer needs"):
        CaptioningReport.check(card, classes, ())


def test_an_unknown_column_is_refused():
    card = Card(name="writer", task="captioning", summary="", licence="")
    with pytest.raises(UnknownNameError, match="'place'"):
        CaptioningReport.check(card, dataset(), ["place"])


def test_an_answer_too_few_is_refused(answers):
    with pytest.raises(InputError, match="an answer for each picture; got 11 for 12"):
        CaptioningReport(answers(told()[1:]))


def test_it_is_the_report_of_captioning():
    assert REPORTS.get("captioning") is CaptioningReport
