"""`opsin export` and `opsin models import`, and what they write, as a person would use them."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from opsin.media.files import save_image
from opsin.nn.backend import keras


@pytest.fixture
def run(taught, paint, monkeypatch):
    """A run whose own data are the painted pictures."""
    asked = {"asked": {"data": "paint", "split": [0.8, 0.1, 0.1]}, "options": {"seed": 0}}
    (taught / "run.json").write_text(json.dumps(asked))
    monkeypatch.setattr("opsin.engine.run_data.load", lambda *said, **more: paint)
    return taught


@pytest.fixture
def photo():
    save_image(Path("green.png"), np.full((20, 30, 3), (9, 200, 9), np.uint8))
    return "green.png"


@pytest.fixture
def export(opsin):
    """The command."""
    return lambda *words: opsin("export", *words)


def test_it_says_what_it_wrote_and_how_it_was_proven(export, run):
    ended = export(run, "--to", "onnx")
    first, *rest = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert first == f"Wrote {run}/export/onnx/network.onnx (0.0 MB). Compared on 90 pictures:"
    assert [line.split()[:2] for line in rest] == [["onnxruntime", "100.00%"], ["openvino", "100.00%"]]


def test_a_program_gets_json(export, run):
    facts = json.loads(export(run, "--to", "openvino", "--pictures", "12", "--json").out)
    assert facts["network"] == str(run / "export" / "openvino" / "network.xml")
    assert facts["engines"]["openvino"]["pictures"] == 12


def test_quiet_says_nothing(export, run):
    assert export(run, "--to", "openvino", "-q").out == ""


def test_an_unknown_format_is_wrong_usage(export, run):
    ended = export(run, "--to", "onx")
    assert ended.code == 2
    assert ended.err.startswith("opsin: There is no format called 'onx'. Did you mean 'onnx'? Known: litert,")


def test_a_file_that_answers_otherwise_ends_with_3(export, run, monkeypatch):
    monkeypatch.setattr("opsin.engine.parity.MIN_AGREEMENT", 1.1)
    ended = export(run, "--to", "openvino")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err.startswith("opsin: The openvino file was not kept: openvino: only 100.00% of the answers ")
    assert ended.err.count("\n") == 1


def test_the_exported_model_classifies_a_picture(export, opsin, run, photo):
    export(run, "--to", "onnx")
    for path in (run, run / "export" / "onnx"):
        ended = opsin("classify", "--model", path, photo, "--json")
        assert (ended.code, json.loads(ended.out)["labels"][0]) == (0, "green")


def test_an_album_is_drawn_by_a_taught_model(opsin, run, photo):
    assert opsin("classify", "--model", run, photo, "--save", "drawn", "-q").code == 0
    assert opsin("classify", "--model", run, photo, "--save", "drawn2", "-q").err == ""


def test_its_card_can_be_shown(opsin, run):
    facts = json.loads(opsin("models", "show", run, "--json").out)
    assert (facts["name"], facts["trained_on"], facts["labels"], facts["here"]) == ("colours", "paint", 3, "yes")


class TestImport:
    @pytest.fixture
    def old(self):
        layers = keras().layers
        flat = [keras().Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            keras().Sequential(flat).save("old.h5")
        return "old.h5"

    @pytest.mark.parametrize("labels", ["red,green,blue", "labels.txt"])
    def test_an_old_file_becomes_a_folder_that_answers(self, opsin, old, photo, labels):
        Path("labels.txt").write_text("red\ngreen\n\nblue\n", encoding="utf-8")
        ended = opsin("models", "import", old, "--into", "new", "--labels", labels)
        assert ended.out == ("Imported from old.h5: 3 labels. Try it: opsin classify --model new PICTURE\n")
        answer = json.loads(opsin("classify", "--model", "new", photo, "--json").out)
        assert set(answer["labels"]) == {"red", "green", "blue"}

    def test_a_missing_file_is_one_clear_line(self, opsin):
        ended = opsin("models", "import", "gone.h5", "--into", "new", "--labels", "a,b")
        assert (ended.code, ended.out, ended.err) == (1, "", "opsin: There is no gone.h5.\n")
