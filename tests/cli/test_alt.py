"""`opsin alt`: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import numpy as np
import pytest

from opsin.cli import _alt
from opsin.media.files import save_image
from opsin.uses.alt import AltText

TEXTS = (
    AltText("a.jpg", "index.html", "A dog.", score=0.5),
    AltText("b.jpg", "index.html", "Possibly a cat.", sure=False, score=0.1),
    AltText("c.jpg", "index.html", existing="", left="has a text already"),
    AltText("http://x/d.jpg", "index.html", left="lies elsewhere"),
)
FAILED = AltText("e.jpg", "index.html", error="e.jpg is damaged.")


@pytest.fixture
def run(opsin, monkeypatch):
    """Runs the command without a model; what it asked for is in `run.asked`."""

    def call(*words, told=TEXTS):
        def alts(source, **options):
            call.asked = {"source": source, **options}
            yield from told

        monkeypatch.setattr(_alt, "alts", alts)
        monkeypatch.setattr(_alt, "pull", lambda cards, report: call.pulled.extend(card.name for card in cards))
        call.pulled = []
        return opsin("alt", *words)

    return call


def test_every_flag_is_handed_on(run):
    flags = "--overwrite --sure-only --dry-run --csv a.csv --min-score 0.4 --model captioner_tiny"
    run("site", *flags.split())
    run.asked.pop("progress")
    assert run.asked == {
        "source": Path("site"), "overwrite": True, "sure_only": True, "dry_run": True, "csv": Path("a.csv"),
        "from_csv": None, "min_score": 0.4, "model": "captioner_tiny",
    }  # fmt: skip


def test_the_weights_are_pulled_first(run):
    run("site", "--model", "captioner_tiny")
    assert "captioner_tiny" in run.pulled


def test_a_reviewed_table_needs_no_weights(run):
    run("site", "--from-csv", "r.csv")
    assert (run.asked["from_csv"], run.pulled) == (Path("r.csv"), [])


def test_each_text_has_a_line_and_the_end_says_where_to_look(run):
    ended = run("site", "--model", "captioner_tiny")
    assert ended.out == "index.html: a.jpg: A dog.\nindex.html: b.jpg: Possibly a cat.\n"
    assert ended.err.splitlines() == [
        "index.html: http://x/d.jpg lies elsewhere",
        "2 texts. 1 of 2 is not sure: look at it. 1 had one already. 1 got none.",
    ]
    assert ended.code == 0


def test_json_has_a_line_for_each(run):
    ended = run("site", "--json", "--quiet", "--model", "captioner_tiny")
    assert [json.loads(line) for line in ended.out.splitlines()] == [text.to_dict() for text in TEXTS]
    assert ended.err == ""


def test_what_failed_is_told_and_ends_with_1(run):
    ended = run("site", "--quiet", "--model", "captioner_tiny", told=(FAILED,))
    assert (ended.code, ended.out, ended.err) == (1, "", "opsin: index.html: e.jpg is damaged.\n")


def test_a_site_gets_its_texts(opsin):
    save_image(Path("site/a.png"), np.full((40, 60, 3), 250, np.uint8))
    Path("site/index.html").write_text("<img src=a.png>")
    assert opsin("alt", "site", "--model", "captioner_tiny", "--min-score", 0).code == 0
    assert Path("site/index.html").read_text() == '<img alt="A bright picture." src=a.png>'


def test_a_folder_that_is_not_there_is_one_line(opsin):
    ended = opsin("alt", "gone", "--model", "captioner_tiny")
    assert (ended.code, ended.err) == (1, "opsin: There is no file or folder gone. Check its name.\n")
