"""The card of a model in a folder."""

import dataclasses
import json

import pytest

from opsin.core.errors import UsageError, WeightsError
from opsin.store.asset import Asset
from opsin.weights.card import Card
from opsin.weights.folder import CARD as CARD_FILE
from opsin.weights.folder import card_json, folder_of, network_file, read_card, write_card

CARD = Card(
    name="shoes",
    task="classification",
    summary="Tells shoes apart.",
    labels=("boot", "Schnürschuh"),
    input_size=(28, 32),
    licence="MIT",
    trained_on="my photos",
    published={"top-1": 0.5},
    measured={"accuracy": 0.75},
    channels=1,
    fit="letterbox",
    temperature=1.5,
    reject_below=0.25,
)


@pytest.fixture
def folder(tmp_path):
    write_card(tmp_path, CARD)
    return tmp_path


def changed(folder, **values):
    """The folder, these fields of its card changed; those that are `...` taken out."""
    card = json.loads((folder / "card.json").read_text(encoding="utf-8")) | values
    kept = {name: value for name, value in card.items() if value is not ...}
    (folder / "card.json").write_text(json.dumps(kept), encoding="utf-8")
    return folder


def test_a_card_comes_back_as_it_was(folder):
    assert read_card(folder) == CARD


def test_a_card_of_little_comes_back_too(tmp_path):
    bare = Card(name="a", task="classification", summary="", licence="")
    write_card(tmp_path / "new" / "folder", bare)
    assert read_card(tmp_path / "new" / "folder") == bare


def test_every_field_is_written_but_those_that_would_fetch_something(folder):
    written = json.loads((folder / "card.json").read_text(encoding="utf-8")).keys()
    assert {each.name for each in dataclasses.fields(Card)} - written == {"files", "parts", "acceptance", "is_tiny"}


@pytest.mark.parametrize("more", [{"files": {"network": Asset("a", "0" * 64, 1)}}, {"parts": {"a": "look"}}])
def test_a_card_that_names_other_files_or_models_does_not_go_into_a_folder(more):
    with pytest.raises(UsageError, match=rf"must leave out {next(iter(more))}; shoes has them"):
        card_json(dataclasses.replace(CARD, **more))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"labels": ...}, r"card\.json lacks labels: it is not the card of this version"),
        ({"files": {}}, r"card\.json has the unknown files"),
        ({"labels": "boot"}, r"labels must be a list of different texts; got 'boot'"),
        ({"labels": ["boot", "boot"]}, r"labels must be a list of different texts"),
        ({"labels": ["boot", 3]}, r"labels must be a list of different texts"),
        ({"input_size": [28]}, r"input_size must be \[height, width\] in pixels, or null; got \[28\]"),
        ({"input_size": [28, 0]}, r"input_size must be"),
        ({"input_size": [28, 10**9]}, r"input_size must be"),
        ({"name": None}, r"name must be text; got None"),
        ({"channels": 17}, r"channels must be 1 to 16; got 17"),
        ({"channels": True}, r"channels must be 1 to 16; got True"),
        ({"white": 0}, r"white must be a number above 0, or null; got 0"),
        ({"fit": "stretch"}, r"fit must be one of squeeze, crop, letterbox, ink, tiles, or empty; got 'stretch'"),
        ({"temperature": 0}, r"temperature must be a number above 0; got 0"),
        ({"temperature": float("nan")}, r"temperature must be a number above 0; got nan"),
        ({"reject_below": 1.5}, r"reject_below must be a number from 0 to 1; got 1\.5"),
        ({"measured": {"accuracy": "good"}}, r"measured must be figures by name"),
    ],
)
def test_a_card_that_is_not_as_it_should_be_is_one_clear_line(folder, values, said):
    with pytest.raises(WeightsError, match=said):
        read_card(changed(folder, **values))


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000])
def test_what_is_no_json_is_said_to_be_none(folder, content):
    (folder / "card.json").write_text(content)
    with pytest.raises(WeightsError, match=r"card\.json is no JSON that can be read"):
        read_card(folder)


def test_a_card_is_one_object(folder):
    (folder / "card.json").write_text("[1]")
    with pytest.raises(WeightsError, match=r"must hold one JSON object; got \[1\]"):
        read_card(folder)


def test_a_card_of_megabytes_is_not_read(folder):
    (folder / "card.json").write_bytes(b" " * 10_000_001)
    with pytest.raises(WeightsError, match=r"has 10,000,001 bytes; a card has 10,000,000 at most"):
        read_card(folder)


def test_a_missing_card_is_said_to_be_missing(tmp_path):
    with pytest.raises(WeightsError, match=r"There is no .*card\.json\. A model's folder holds card\.json and its net"):
        read_card(tmp_path)


def test_the_folder_of_a_model_is_found_by_itself_its_card_and_its_network(folder):
    (folder / "network.onnx").touch()
    (folder / "saved_model").mkdir()
    for path in (folder, folder / "card.json", folder / "network.onnx", folder / "saved_model"):
        assert folder_of(str(path)) == folder


def test_a_models_folder_may_have_the_name_of_a_network(tmp_path):
    folder = tmp_path / "saved_model"
    write_card(folder, CARD)
    (folder / "saved_model").mkdir()
    for path in (folder, folder / "saved_model"):
        assert folder_of(str(path)) == folder
        assert network_file(str(path)) == folder / "saved_model"


@pytest.mark.parametrize("path", ["", "gone", "curves.png", "network.keras", "deep"])
def test_other_paths_name_no_model(folder, path, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / "curves.png").touch()
    (folder / "deep").mkdir()
    assert folder_of(path) is None


def test_of_several_networks_the_fastest_is_taken_unless_one_is_named(folder):
    for name in ("network.keras", "network.onnx"):
        (folder / name).touch()
    assert network_file(str(folder)).name == "network.onnx"
    assert network_file(str(folder / "network.keras")).name == "network.keras"


def test_a_folder_without_a_network_is_said_to_have_none(folder):
    with pytest.raises(WeightsError, match=r"holds a card but no network: none of network\.xml, network\.onnx"):
        network_file(str(folder))


def test_a_card_of_an_earlier_version_means_what_it_meant_then(folder):
    values = json.loads((folder / CARD_FILE).read_text())
    del values["offset"]
    (folder / CARD_FILE).write_text(json.dumps(values))
    assert read_card(folder).offset == 0
