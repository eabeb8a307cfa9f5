import dataclasses
import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from opsin.core.registry import Registry
from opsin.models import MODELS, Pipeline, _registry, card_of, register
from opsin.store.asset import Asset, Carrier
from opsin.store.fetch import path_of
from opsin.weights.card import Card

SPOT = Asset("spot.onnx", hashlib.sha256(b"spot").hexdigest(), 4, Carrier("spots==1.0", "spots/spot.onnx", 1000))


@pytest.fixture
def spots(monkeypatch):
    """One model alone, `spots_small.dots`, with one file of four bytes."""
    registry = Registry("model")
    for place in (_registry, __import__("opsin.cli._models", fromlist=["_models"])):
        monkeypatch.setattr(place, "MODELS", registry)
    about = {"licence": "MIT", "trained_on": "dots", "data_terms": "CC0-1.0", "source": "https://127.0.0.1/spots"}
    card = Card(name="spots_small.dots", task="detection", summary="Finds spots.", files={"network": SPOT}, **about)
    register(type("Spots", (Pipeline,), {"cards": (card,), "run": None}))
    return card


@pytest.fixture
def cached(spots):
    """Its file, in the cache."""
    path_of(SPOT).parent.mkdir(parents=True)
    path_of(SPOT).write_bytes(b"spot")
    return path_of(SPOT)


def test_the_list_has_every_model_but_those_for_tests(opsin):
    names = [json.loads(line)["name"] for line in opsin("models", "list", "--json").out.splitlines()]
    assert {"look", "picodet_small.coco", "pplcnetv2_base.imagenet", "pplcnetv2_features.imagenet"} <= set(names)
    assert names == sorted(names)
    assert not [name for name in names if "tiny" in name]


def test_the_list_is_a_table_for_a_person(opsin):
    said = opsin("models", "list").out.splitlines()
    (row,) = [line for line in said if line.startswith("picodet_small.coco")]
    assert said[0].split() == ["name", "task", "licence", "size", "here", "what"]
    assert row.split()[1:6] == ["detection", "Apache-2.0", "7.8", "MB", "no"]


def test_the_list_says_what_is_here(opsin, cached):
    assert json.loads(opsin("models", "list", "--json").out)["here"] == "yes"


def test_a_model_made_of_others_is_as_large_as_they_are(opsin):
    facts = json.loads(opsin("models", "show", "look", "--json").out)
    parts = [card_of(name).size_bytes for name in facts["parts"].values()]
    assert facts["size_bytes"] == sum(parts)


def test_a_card_is_shown_whole(opsin):
    facts = json.loads(opsin("models", "show", "picodet_small.coco", "--json").out)
    card = card_of("picodet_small.coco")
    assert facts.items() >= {"licence": card.licence, "trained_on": card.trained_on, "labels": 80}.items()
    assert facts["files"]["network"] == json.loads(json.dumps(dataclasses.asdict(card.files["network"])))


@pytest.mark.parametrize("name", MODELS.names())
def test_a_card_is_shown_to_a_person(opsin, name):
    ended = opsin("models", "show", name)
    assert ended.code == 0
    for word in (name, card_of(name).licence, *(asset.sha256[:16] for asset in card_of(name).files.values())):
        assert word in ended.out


def test_a_card_says_which_files_come_with_opsin(opsin):
    told = opsin("models", "show", "captions.flickr8k").out
    assert told.count("comes with Opsin") == sum(
        bool(each.shipped) for each in card_of("captions.flickr8k").files.values()
    )


def test_an_unknown_model_is_wrong_usage_and_the_nearest_is_offered(opsin):
    ended = opsin("models", "show", "picodet_smal.coco")
    assert (ended.code, ended.out) == (2, "")
    assert "Did you mean 'picodet_small.coco'?" in ended.err


@pytest.mark.parametrize("words", [[], ["look", "--all"]])
def test_pull_wants_names_or_all(opsin, words):
    ended = opsin("models", "pull", *words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "opsin: Name models, or give --all. The names: opsin models list\n"


@pytest.mark.parametrize("words", [["spots_small.dots"], ["--all"]])
def test_pulled_already_everything_is_here(opsin, cached, words):
    ended = opsin("models", "pull", *words)
    assert (ended.code, ended.out) == (0, "Everything is here.\n")


def test_offline_pull_says_what_is_missing(opsin, spots):
    ended = opsin("models", "pull", "--all")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("opsin: spots_small.dots: spot.onnx is not in the cache, and OPSIN_OFFLINE forbids")


def test_pull_of_a_whole_fetches_its_parts(opsin, monkeypatch):
    asked = []
    monkeypatch.setattr("opsin.cli._models.pull_cards", lambda cards, report: asked.extend(cards))
    opsin("models", "pull", "look", "picodet_small.coco")
    assert [card.name for card in asked] == ["pplcnetv2_base.imagenet", "picodet_small.coco"]


def test_verify_says_that_all_is_well(opsin, cached):
    ended = opsin("models", "verify")
    assert (ended.code, ended.out.split()) == (0, ["spots_small.dots", "network", "ok"])


def test_verify_says_what_is_missing(opsin, spots):
    assert opsin("models", "verify").out.split()[-1] == "missing"


def test_verify_deletes_what_is_damaged_and_says_so(opsin, cached):
    cached.write_bytes(b"sp0t")
    ended = opsin("models", "verify")
    assert (ended.code, ended.out.split()[-1]) == (1, "damaged")
    assert ended.err == "opsin: Damaged files were deleted. Fetch them again with: opsin models pull --all\n"
    assert not cached.exists()


def test_a_bundle_sets_up_another_machine(opsin, cached, monkeypatch, tmp_path):
    ended = opsin("models", "bundle", "spots.zip")
    assert ended.out == f"Wrote spots.zip ({Path('spots.zip').stat().st_size / 1e6:.1f} MB). " + (
        "On the other machine: opsin models unbundle spots.zip\n"
    )
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path / "other"))
    assert opsin("models", "unbundle", "spots.zip").code == 0
    assert path_of(SPOT).read_bytes() == b"spot"
    assert path_of(SPOT) != cached


def test_a_bundle_of_an_unknown_model_is_not_written(opsin, spots):
    assert opsin("models", "bundle", "spots.zip", "spot").code == 2
    assert not Path("spots.zip").exists()


def test_what_is_no_bundle_is_refused(opsin):
    with zipfile.ZipFile("other.zip", "w") as archive:
        archive.writestr("note.txt", "nothing")
    ended = opsin("models", "unbundle", "other.zip")
    assert ended.code in (1, 2)
    assert ended.err.startswith("opsin: ")
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("name", ["list", "show", "pull", "verify", "bundle", "unbundle"])
def test_each_command_explains_itself(opsin, name):
    ended = opsin("models", name, "--help")
    assert ended.code == 0
    assert name in opsin("models", "--help").out


def test_an_unknown_command_is_wrong_usage_and_the_nearest_is_offered(opsin):
    ended = opsin("models", "verfy")
    assert ended.code == 2
    assert "Did you mean 'verify'?" in ended.err


def test_the_networks_that_can_be_taught_are_listed(opsin):
    lines = opsin("models", "networks").out.splitlines()
    assert lines[0].split() == ["name", "input", "begins", "with", "licence", "what"]
    assert {"tutorial", "vgg16", "resnet50", "efficientnet_lite0"} <= {line.split()[0] for line in lines[1:]}


def test_each_network_is_a_line_of_json(opsin):
    networks = [json.loads(line) for line in opsin("models", "networks", "--json").out.splitlines()]
    assert next(each for each in networks if each["name"] == "efficientnet_lite0")["input_size"] == [224, 224]
