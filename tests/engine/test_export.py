"""A taught network as a file for other engines, run there."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import openvino
import pytest

import opsin
from opsin.core.errors import InputError, OptionError, RefusedError, RunError, UnknownNameError, UsageError
from opsin.data.dataset import Arrays
from opsin.engine import export as exporting
from opsin.engine.export import export
from opsin.models import open_model
from opsin.nn.formats import FORMATS, Format
from opsin.runtime.network import Place

ALL = ("onnx", "openvino", "litert", "litert-int8", "saved_model")


@pytest.fixture
def broken(monkeypatch):
    """A format whose files answer otherwise: the last two labels change places."""

    def write(network, folder, notes, samples):
        logits = network.model.network.get_layer("logits")
        kept = logits.get_weights()
        logits.set_weights([kept[0][:, [0, 2, 1]], kept[1]])
        FORMATS.get("onnx").write(network, folder, notes, samples)
        logits.set_weights(kept)

    form = Format("onnx", "network.onnx", "", write)
    monkeypatch.setattr(exporting, "FORMATS", {"onnx": form})
    return form


@pytest.mark.parametrize("to", ALL)
def test_a_file_of_each_format_gives_the_same_answers_in_its_own_engine_and_in_ours(taught, paint, to):
    done = export(taught, to=to, data=paint)
    assert (done.folder, done.format) == (taught / "export" / to, to)
    assert "openvino" in done.parity
    for parity in done.parity.values():
        assert parity.pictures == 90
        assert parity.variety == 3
        assert parity.quality_after == parity.quality_before == 1
        assert parity.relative < (0.05 if to == "litert-int8" else 1e-4)


def test_what_belongs_to_it_lies_beside_it(taught, paint):
    done = export(taught, to="openvino", data=paint)
    names = {path.name for path in done.folder.iterdir()}
    assert names == {"network.xml", "network.bin", "card.json", "labels.txt", "parity.json"}
    assert (done.folder / "labels.txt").read_text() == "red\ngreen\nblue\n"
    assert done.size_bytes == sum((done.folder / name).stat().st_size for name in ("network.xml", "network.bin"))


def test_parity_json_says_how_it_was_proven(taught, paint):
    done = export(taught, to="onnx", data=paint, pictures=20)
    said = json.loads((done.folder / "parity.json").read_text())
    assert (said["format"], said["is_good"], said["faults"]) == ("onnx", True, [])
    assert said["engines"] == {name: parity.to_dict() for name, parity in done.parity.items()}
    assert set(said["engines"]) == {"onnxruntime", "openvino"}
    assert said["engines"]["openvino"]["pictures"] == 20


def test_the_file_says_what_it_takes(taught, paint):
    import onnx

    model = onnx.load(export(taught, to="onnx", data=paint).network)
    notes = {each.key: each.value for each in model.metadata_props}
    assert notes["labels.txt"] == "red\ngreen\nblue"
    assert json.loads(notes["card.json"])["input_size"] == [8, 8]
    assert notes["about.txt"].startswith("image: float32 (n, 8, 8, 3), RGB in 0..255; fit: squeeze. scores = softmax(")


@pytest.mark.parametrize("to", ["onnx", "saved_model"])
def test_a_folder_with_it_answers_pictures(taught, paint, to):
    done = export(taught, to=to, data=paint)
    green = np.full((30, 20, 3), (9, 200, 9), np.uint8)
    for path in (done.folder, done.network):
        answer = opsin.classify(green, model=str(path))
        assert answer.labels[0] == "green"
        assert answer.scores == pytest.approx(opsin.classify(green, model=str(taught)).scores, abs=1e-5)


def test_put_into_the_run_it_is_what_the_run_answers_with(taught, paint):
    done = export(taught, to="openvino", data=paint, into=taught)
    names = {path.name for path in taught.iterdir()}
    assert names == {"network.keras", "card.json", "network.xml", "network.bin", "parity.json"}
    assert done.network == taught / "network.xml"
    batch, _ = open_model(str(taught), Place()).prepare([paint.pictures[0]])
    logits = [open_model(str(path), Place()).network(batch)["logits"] for path in (taught, taught / "network.keras")]
    assert logits[0] == pytest.approx(logits[1], rel=1e-4)


def test_a_second_export_takes_the_place_of_the_first(taught, paint):
    export(taught, to="onnx", data=paint, pictures=10)
    assert export(taught, to="onnx", data=paint, pictures=30).parity["openvino"].pictures == 30
    assert [path.name for path in (taught / "export").iterdir()] == ["onnx"]


def test_a_folder_with_somebodys_files_is_left_alone(taught, paint):
    (taught / "export" / "onnx").mkdir(parents=True)
    (taught / "export" / "onnx" / "thesis.txt").touch()
    with pytest.raises(UsageError, match=r"holds something else \(thesis\.txt\), which would be lost"):
        export(taught, to="onnx", data=paint)


@pytest.mark.usefixtures("broken")
def test_a_file_that_answers_otherwise_is_not_kept_and_parity_json_says_why(taught, paint):
    with pytest.raises(
        RefusedError, match=r"^The onnx file was not kept: onnxruntime: raw answers differ by .*parity\.json"
    ):
        export(taught, to="onnx", data=paint)
    folder = taught / "export" / "onnx"
    assert [path.name for path in folder.iterdir()] == ["parity.json"]
    said = json.loads((folder / "parity.json").read_text())
    assert (said["is_good"], len(said["faults"])) == (False, 4)


@pytest.mark.usefixtures("broken")
def test_put_into_the_run_a_bad_file_leaves_what_was_there(taught, paint):
    before = {path.name for path in taught.iterdir()}
    with pytest.raises(RefusedError):
        export(taught, to="onnx", data=paint, into=taught)
    assert {path.name for path in taught.iterdir()} == before | {"parity.json"}


def test_pictures_that_all_get_one_answer_prove_nothing(taught, paint):
    reds = np.full((120, 8, 8, 3), (250, 9, 9), np.uint8)
    same = dataclasses.replace(paint, pictures=Arrays(reds, np.arange(120)))
    with pytest.raises(RefusedError, match="all 90 pictures got the same answer, which proves nothing"):
        export(taught, to="openvino", data=same)


def test_nothing_is_written_anywhere_else(taught, paint, tmp_path, monkeypatch, capfd):
    place = tmp_path / "elsewhere"
    for name in ("here", "temporary"):
        (place / name).mkdir(parents=True)
    monkeypatch.chdir(place / "here")
    monkeypatch.setattr("tempfile.tempdir", str(place / "temporary"))
    export(taught, to="onnx", data=paint)
    assert [path for path in place.rglob("*") if path.is_file()] == []
    assert not list(Path(place / "temporary").iterdir())
    assert capfd.readouterr() == ("", "")


def test_when_it_is_interrupted_nothing_is_left(taught, paint, monkeypatch):
    def stop(name, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(taught, to="openvino", data=paint, progress=stop)
    assert list((taught / "export").iterdir()) == []


def test_it_tells_how_far_it_is(taught, paint):
    told = []
    export(taught, to="openvino", data=paint, progress=lambda *said: told.append(said))
    assert told == [
        ("pictures through network", 64, 90),
        ("pictures through network", 90, 90),
        ("pictures through openvino", 64, 90),
        ("pictures through openvino", 90, 90),
    ]


def test_without_data_the_runs_own_are_loaded_again(taught, paint, monkeypatch):
    asked = {"asked": {"data": "paint", "split": [0.7, 0.2, 0.1]}, "options": {"seed": 5}}
    (taught / "run.json").write_text(json.dumps(asked))
    loaded = []
    monkeypatch.setattr("opsin.engine.run_data.load", lambda *said, **more: loaded.append((said, more)) or paint)
    export(taught, to="openvino")
    more = {"task": "classification", "split": (0.7, 0.2, 0.1), "seed": 5, "labels": (), "ignore": ()}
    assert loaded == [(("paint",), more)]


def test_a_folder_that_does_not_say_what_it_was_taught_with_wants_data(taught):
    with pytest.raises(UsageError, match=r"has no run\.json, which would say what it was taught with. Give data"):
        export(taught, to="onnx")


def test_a_run_taught_with_an_object_wants_it_again(taught):
    (taught / "run.json").write_text(json.dumps({"asked": {"data": None, "split": []}, "options": {"seed": 0}}))
    with pytest.raises(UsageError, match=r"was taught with an object as its data\. Give it again"):
        export(taught, to="onnx")


def test_other_mistakes_are_one_clear_line(taught, paint):
    with pytest.raises(UnknownNameError, match=r"There is no format called 'onx'\. Did you mean 'onnx'\?"):
        export(taught, to="onx", data=paint)
    with pytest.raises(OptionError, match=r"pictures must be at least 2; got 1"):
        export(taught, to="onnx", data=paint, pictures=1)
    with pytest.raises(InputError, match="has other labels"):
        export(taught, to="onnx", data=dataclasses.replace(paint, labels=("a", "b", "c")))
    with pytest.raises(RunError, match=r"is no folder of a taught model: there is no card\.json"):
        export(taught.parent, to="onnx")
    (taught / "network.keras").unlink()
    with pytest.raises(UsageError, match=r"has no network\.keras to export from"):
        export(taught, to="onnx", data=paint)


def test_openvino_reads_what_was_written_without_opsin(taught, paint):
    done = export(taught, to="openvino", data=paint)
    network = openvino.Core().compile_model(done.network, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    pixels = np.full((2, 8, 8, 3), (255, 0, 127.5), np.float32)
    assert network({"image": pixels})["logits"] == pytest.approx(np.array([[10, 0, 5]] * 2), abs=1e-4)
