import pytest

from opsin.core.errors import MissingWeightsError, RefusedError, UnknownNameError, UsageError
from opsin.core.registry import Registry
from opsin.models import MODELS, Pipeline, SingleNetwork, _registry, card_of, cards_needed, open_model, register
from opsin.runtime.network import Place
from opsin.store.asset import Asset
from opsin.weights.card import Card

TINY = "pplcnetv2_tiny_classification.random"


def card(name, **more):
    return Card(**{"name": name, "task": "classification", "summary": "", "licence": "MIT", **more})


@pytest.fixture
def of_our_own(monkeypatch):
    """An empty registry in the place of the real one."""
    monkeypatch.setattr(_registry, "MODELS", Registry("model"))
    _registry._open_named.cache_clear()
    yield
    _registry._open_named.cache_clear()


def family(*cards):
    class Made(Pipeline):
        def run(self, images, options):
            return []

    Made.cards = cards
    return register(Made)


def test_every_model_goes_by_the_name_on_its_card():
    assert all(card_of(name).name == name for name in MODELS.names())


def test_an_unknown_model_is_refused_and_the_nearest_offered():
    with pytest.raises(UnknownNameError, match=r"^There is no model called 'picodet_smal\.coco'\. Did you mean 'pic"):
        card_of("picodet_smal.coco")
    with pytest.raises(UnknownNameError, match="Did you mean 'look'"):
        open_model("lok", Place())


@pytest.mark.usefixtures("of_our_own")
def test_to_register_a_family_is_to_know_all_its_models():
    made = family(card("one"), card("two"))
    assert _registry.MODELS.names() == ("one", "two")
    assert _registry.MODELS.get("two") is made


@pytest.mark.usefixtures("of_our_own")
def test_two_families_cannot_have_models_of_one_name():
    family(card("one"))
    with pytest.raises(UsageError, match=r"^There are two models called 'one'; the second one needs another name\.$"):
        family(card("one"))


def test_a_model_with_parts_needs_their_cards_too():
    names = [each.name for each in cards_needed("look")]
    assert names == ["look", "pplcnetv2_base.imagenet", "picodet_small.coco"]


@pytest.mark.usefixtures("of_our_own")
def test_parts_of_parts_are_needed_too():
    family(card("whole", parts={"a": "part"}), card("part", parts={"b": "grain"}), card("grain"))
    assert [each.name for each in cards_needed("whole")] == ["whole", "part", "grain"]


@pytest.mark.usefixtures("of_our_own")
def test_parts_are_opened_by_their_names_in_the_registry():
    family(card("whole", parts={"a": "part", "b": "other"}), card("part"), card("other"))
    assert {role: part.card.name for role, part in open_model("whole", Place()).parts.items()} == {
        "a": "part",
        "b": "other",
    }


@pytest.mark.usefixtures("of_our_own")
def test_all_files_are_fetched_together_because_one_package_may_hold_several(monkeypatch):
    asked = []
    monkeypatch.setattr(_registry, "pull", lambda cards: asked.append([each.name for each in cards]))
    family(card("whole", parts={"a": "part", "b": "other"}), card("part"), card("other"))
    open_model("whole", Place())
    assert asked[0] == ["whole", "part", "other"]


def test_a_model_is_opened_once_for_a_place():
    assert open_model(TINY, Place()) is open_model(TINY, Place())
    assert open_model(TINY, Place()) is not open_model(TINY, Place(streams=2))


def test_parts_run_where_the_whole_does():
    place = Place(streams=3)
    assert open_model("look_tiny", place).parts["classification"] is open_model(TINY, place)


@pytest.mark.usefixtures("of_our_own")
def test_a_licence_that_is_not_accepted_is_refused_also_when_it_is_a_parts(monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", "permissive")
    family(card("whole", parts={"a": "part"}), card("part", licence="CC-BY-NC-4.0"))
    with pytest.raises(RefusedError, match=r"^part: the licence of its weights is CC-BY-NC-4\.0"):
        open_model("whole", Place())


@pytest.mark.usefixtures("of_our_own")
def test_weights_that_cannot_be_had_are_named(monkeypatch, tmp_path):
    monkeypatch.setenv("OPSIN_HOME", str(tmp_path))
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    family(card("whole", parts={"a": "part"}), card("part", files={"network": Asset("spot.onnx", "0" * 64, 3)}))
    with pytest.raises(MissingWeightsError, match=r"^part: spot\.onnx is not in the cache, and OPSIN_OFFLINE forbids"):
        open_model("whole", Place())


def test_a_tiny_model_and_its_trained_one_are_of_one_family():
    assert MODELS.get(TINY) is MODELS.get("pplcnetv2_base.imagenet")
    assert issubclass(MODELS.get(TINY), SingleNetwork)
