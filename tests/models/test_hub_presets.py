import importlib.util
import json
from types import SimpleNamespace

import pytest

import opsin
from opsin.core.errors import MissingExtraError, MissingWeightsError, UsageError, WeightsError
from opsin.models import card_of
from opsin.models._hub_presets import HUB, opened_preset, preset_of


def kind(*presets):
    return SimpleNamespace(presets=dict.fromkeys(presets))


@pytest.fixture
def lists(hub_of):
    hub_of(
        ObjectDetector=kind("dfine_nano_coco"),
        PaliGemmaCausalLM=kind("pali_gemma_3b_mix_224"),
        Gemma3CausalLM=kind("gemma3_instruct_4b"),
    )


@pytest.fixture
def preset(tmp_path):
    """Writes the files of a preset's folder; answers its model's name."""

    def write(**files):
        for name, content in files.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        return f"hub:{tmp_path}"

    return write


@pytest.mark.parametrize(
    ("name", "task"),
    [
        ("dfine_nano_coco", "detection"),
        ("pali_gemma_3b_mix_224", "captioning"),
        ("gemma3_instruct_4b", "captioning"),
    ],
)
def test_a_preset_leads_to_the_task_that_it_answers(lists, name, task):
    assert card_of(f"hub:{name}").task == task


def test_an_older_kerashub_without_some_classes_will_do(hub_of):
    hub_of(ObjectDetector=kind("dfine_nano_coco"))
    assert card_of("hub:dfine_nano_coco").task == "detection"


def test_a_misspelt_preset_is_told_the_nearest(lists):
    with pytest.raises(UsageError, match=r"no preset 'pali_gema_3b_mix_224' .* Did you mean 'pali_gemma_3b_mix_224'"):
        card_of("hub:pali_gema_3b_mix_224")


def test_a_preset_for_something_else_is_refused(lists):
    with pytest.raises(UsageError, match=r"KerasHub has no preset 'bert_base_en' that can be opened here\. Presets: h"):
        card_of("hub:bert_base_en")


def test_a_preset_of_another_task_is_refused_before_it_is_fetched(lists):
    with pytest.raises(UsageError, match="hub:dfine_nano_coco answers detection, not captioning"):
        opsin.caption("nowhere.jpg", model="hub:dfine_nano_coco")


@pytest.mark.parametrize(("model", "task"), [("DFineObjectDetector", "detection"), ("PaliGemmaCausalLM", "captioning")])
def test_a_folder_leads_there_by_its_class_without_kerashub(preset, model, task):
    assert card_of(preset(config={}, task={"class_name": model})).task == task


def test_a_folder_of_a_network_alone_leads_where_its_network_can(preset):
    network = {"class_name": "PaliGemmaBackbone"}
    assert card_of(preset(config=network, metadata={"tasks": ["CausalLM"]})).task == "captioning"


def test_a_folder_of_another_class_names_those_that_can_be_opened(preset):
    known = ", ".join(HUB.names())
    with pytest.raises(WeightsError, match=f"is BertTextClassifier; those of these classes .* opened: {known}"):
        card_of(preset(config={}, task={"class_name": "BertTextClassifier"}))


def test_a_folder_that_does_not_say_its_class_is_refused(preset):
    with pytest.raises(WeightsError, match=r"config\.json does not say its class_name, as KerasHub's presets do"):
        card_of(preset(config=["a", "list"]))


def test_a_folder_with_a_damaged_file_is_refused(preset, tmp_path):
    name = preset(config={})
    (tmp_path / "task.json").write_text("{")
    with pytest.raises(WeightsError, match=r"task\.json cannot be read"):
        card_of(name)


def test_a_folder_is_opened_from_where_it_is(preset, tmp_path, monkeypatch):
    preset(config={})
    monkeypatch.chdir(tmp_path.parent)
    assert preset_of(f"hub:{tmp_path.name}") == str(tmp_path.resolve())
    assert preset_of("hub:kaggle://a/b/keras/c") == "kaggle://a/b/keras/c"


def test_an_address_that_cannot_be_asked_is_said_in_one_line(lists):
    with pytest.raises(MissingWeightsError, match=r"KerasHub's preset hf://somebody/something cannot be had: .*\. P"):
        card_of("hub:hf://somebody/something")


def test_options_reach_kerashub(hub_of):
    hub_of(CausalLM=SimpleNamespace(from_preset=lambda name, **options: (name, options)))
    assert opened_preset("CausalLM", "hub:any", dtype="bfloat16") == ("any", {"dtype": "bfloat16"})


def test_without_a_preset_it_says_what_is_missing():
    with pytest.raises(UsageError, match="hub: wants the name of a preset, as hub:dfine_nano_coco"):
        opsin.detect("nowhere.jpg", model="hub:")


@pytest.mark.skipif(importlib.util.find_spec("keras_hub") is not None, reason="KerasHub is installed here")
@pytest.mark.parametrize("ask", [opsin.detect, opsin.caption])
def test_without_kerashub_it_says_how_to_install_it(ask):
    with pytest.raises(MissingExtraError, match=r'KerasHub presets need .*: pip install "opsin\[hub\]"'):
        ask("nowhere.jpg", model="hub:pali_gemma_3b_mix_224")
