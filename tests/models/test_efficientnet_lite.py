import json
from pathlib import Path

import numpy as np
import pytest

from opsin.media.sources import read_image
from opsin.models import ARCHITECTURES, MODELS
from opsin.models import _efficientnet_lite as table
from opsin.models._architecture import Blueprint, assemble
from opsin.models._efficientnet_lite import EPSILON, VARIANTS, blocks, graph, read_weights
from opsin.models.efficientnet_lite import fill, half_squeezed, keras_backbone
from opsin.nn.backend import keras
from opsin.runtime.network import Graph, Place
from opsin.runtime.openvino import OpenVinoNetwork
from opsin.store.fetch import have, path_of
from opsin.tasks.classification import ClassificationOptions

SHARED = Path(__file__).parents[3] / "shared" / "data"
LITE2 = VARIANTS["efficientnet_lite2"]
SIDE = 36  # halved it is even, then odd: padding goes to one side, then to both
TINY = LITE2._replace(width=0.25, depth=0.3, side=SIDE)


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def prepared(pixels):
    return (pixels.astype(np.float32) - 127) / 128


def run(variant, tensors, pixels):
    side = pixels.shape[1]
    feeding = Graph("image", {"logits": "logits", "scores": "scores"}, mean=(127.0,) * 3, std=(128.0,) * 3)
    return OpenVinoNetwork(graph(variant, tensors, side), feeding, Place())({"image": pixels})


class TestBlocks:
    @pytest.mark.parametrize(
        ("name", "depth"), [("efficientnet_lite0", 16), ("efficientnet_lite1", 21), ("efficientnet_lite2", 21)]
    )
    def test_there_are_as_many_as_published(self, name, depth):
        assert len(list(blocks(VARIANTS[name]))) == depth

    def test_wider_ones_are_rounded_to_eights(self):
        assert [each.filters for each in blocks(LITE2) if each.stride == 2] == [24, 48, 88, 208]

    def test_what_comes_in_is_added_where_shapes_allow(self):
        first = list(blocks(VARIANTS["efficientnet_lite0"]))[:4]
        assert [each.adds_input for each in first] == [False, False, True, False]

    def test_each_takes_what_the_one_before_it_gives(self):
        found = list(blocks(LITE2))
        assert [each.inputs for each in found[1:]] == [each.filters for each in found[:-1]]

    # Parameters of https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite, in millions.
    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("name", "millions"), [("efficientnet_lite0", 4.7), ("efficientnet_lite1", 5.4), ("efficientnet_lite2", 6.1)]
    )
    def test_there_are_as_many_weights_as_published(self, name, millions):
        last_layer = 1280 * 1000 + 1000
        learned = sum(each.size for each in map(np.asarray, keras_backbone(VARIANTS[name], (32, 32)).trainable_weights))
        assert (learned + last_layer) / 1e6 == pytest.approx(millions, abs=0.1)


@pytest.fixture(scope="module")
def tensors():
    """Random weights of a narrow network, by PyTorch's names and axes."""
    random = np.random.default_rng(1)
    found = {}
    for layer in keras_backbone(TINY, (SIDE, SIDE)).layers:
        if layer.name.endswith(("conv", "conv_stem", "conv_head")):
            height, width, inputs, outputs = layer.kernel.shape
            shape = (inputs, 1, height, width) if "depthwise" in layer.name else (outputs, inputs, height, width)
            found[f"{layer.name}_weight"] = random.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape)
        elif layer.weights:
            for part, middle in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
                found[f"{layer.name}_{part}"] = middle + random.uniform(-0.3, 0.3, layer.gamma.shape)
    found |= {"fc_weight": random.normal(0, 0.05, (5, 1280)), "fc_bias": random.normal(0, 1, 5)}
    return {name: each.astype(np.float32) for name, each in found.items()}


class TestBothWritings:
    def test_give_the_same_numbers(self, tensors):
        backbone, pixels = keras_backbone(TINY, (SIDE, SIDE)), noise(4, SIDE, SIDE, 3)
        fill(backbone, tensors)
        features = np.asarray(backbone(prepared(pixels), training=False)).mean(axis=(1, 2))
        logits = features @ tensors["fc_weight"].T + tensors["fc_bias"]
        assert np.ptp(logits, axis=0).min() > 0.01, "the pictures must give varied answers"
        assert run(TINY, tensors, pixels)["logits"] == pytest.approx(logits, abs=1e-4)

    def test_scores_are_the_softmax_of_the_logits(self, tensors):
        raw = run(TINY, tensors, noise(2, SIDE, SIDE, 3))
        shares = np.exp(raw["logits"])
        assert raw["scores"] == pytest.approx(shares / shares.sum(axis=1, keepdims=True), abs=1e-6)

    def test_batch_normalisation_is_the_published_one(self):
        norms = [each for each in keras_backbone(TINY, (SIDE, SIDE)).layers if hasattr(each, "epsilon")]
        assert {each.epsilon for each in norms} == {EPSILON} == {1e-3}


def test_names_in_the_files_become_names_of_layers(monkeypatch):
    there = {"_blocks.3._bn1.running_mean": 0, "_conv_stem.weight": 1, "_fc.bias": 2}
    monkeypatch.setattr(table, "read_tensors", lambda path: there)
    assert read_weights(Path()) == {"blocks_3_bn1_running_mean": 0, "conv_stem_weight": 1, "fc_bias": 2}


@pytest.fixture
def classifier():
    family = MODELS.get("efficientnet_lite0.imagenet")
    return family(family.cards[0], lambda batch: {"scores": np.array([[0.2, 0.7, 0.1]])}, ("cat", "dog", "cow"))


class TestClassifier:
    def test_sees_the_middle_of_the_image(self, classifier):
        image = np.zeros((256, 768, 3), np.uint8)
        image[:, 230:538] = 255
        batch, (placement,) = classifier.prepare([image])
        assert (batch["image"].shape, batch["image"].dtype) == ((1, 224, 224, 3), np.uint8)
        assert (batch["image"] == 255).all()
        assert placement.size == (256, 768)

    def test_of_what_is_too_long_half_is_squeezed_and_half_cut_off(self):
        wide, tall = half_squeezed((100, 121), 100), half_squeezed((121, 100), 100)
        assert wide.scale == pytest.approx((1 / 1.1, 1))
        assert wide.shift == pytest.approx((-5, 0))
        assert (tall.scale, tall.shift) == (wide.scale[::-1], wide.shift[::-1])

    def test_a_square_fills_the_input_and_nothing_is_squeezed_further_than_allowed(self):
        assert half_squeezed((50, 50), 100).scale == (2, 2)
        assert half_squeezed((100, 900), 100).scale == pytest.approx((1 / 1.15, 1))

    @pytest.mark.parametrize("size", [(300, 100), (100, 300), (1000, 999), (256, 300), (9, 8)])
    def test_the_placement_says_where_a_point_of_the_image_is_seen(self, classifier, size):
        image = np.tile(np.linspace(0, 255, size[1]).astype(np.uint8)[:, None], (size[0], 1, 3))
        batch, (placement,) = classifier.prepare([image])
        column = placement.to_original([[112.0, 112.0]])[0][0] - 0.5
        shade = batch["image"][0, 112, 111:113, 0].mean()
        assert shade == pytest.approx(255 * column / (size[1] - 1), abs=1)

    @pytest.mark.parametrize("size", [(1, 1), (1, 60_000), (60_000, 1)])
    def test_any_image_fits(self, classifier, size):
        batch, _ = classifier.prepare([np.full((*size, 3), 9, np.uint8)])
        assert (batch["image"] == 9).all()

    def test_answers_with_the_best_labels_first(self, classifier):
        answer = classifier.run([noise(50, 60, 3)], ClassificationOptions(limit=2))[0]
        assert answer.labels == ("dog", "cat")
        assert answer.scores == pytest.approx([0.7, 0.2])


@pytest.fixture
def file():
    """The weights of a variant, by its name."""

    def found(name):
        if not have(VARIANTS[name].file):
            pytest.skip(f"the weights of {name} are not here: opsin models pull {name}.imagenet")
        return path_of(VARIANTS[name].file)

    return found


@pytest.mark.weights
class TestTrained:
    @pytest.mark.parametrize("name", VARIANTS)
    def test_the_port_gives_what_the_graph_gives(self, name, file):
        tensors, side = read_weights(file(name)), VARIANTS[name].side
        model = assemble(
            ARCHITECTURES.get(name),
            Blueprint(size=(side, side), weights="imagenet", dropout=0.0),
            lambda features: features,
        )
        pixels = np.kron(noise(2, 8, 8, 3), np.ones((1, 40, 40, 1), np.uint8))[:, :side, :side]
        features = np.asarray(model(pixels.astype(np.float32), training=False))
        logits = features @ tensors["fc_weight"].T + tensors["fc_bias"]
        assert run(VARIANTS[name], tensors, pixels)["logits"] == pytest.approx(logits, abs=1e-4)
        keras().backend.clear_session()

    @pytest.mark.parametrize("name", VARIANTS)
    def test_a_cat_is_a_cat_and_coffee_is_espresso(self, name, trained, photographs):
        images = [photographs["chelsea.png"], photographs["coffee.png"]]
        cat, coffee = trained(f"{name}.imagenet").run(images, ClassificationOptions())
        assert "cat" in cat.labels[0]
        assert coffee.labels[0] == "espresso"

    @pytest.mark.slow
    def test_the_largest_is_right_as_often_as_its_card_says(self, trained):
        folder = SHARED / "imagenet_dev"
        if not folder.exists():
            pytest.skip("../shared/data/imagenet_dev is not here")
        model = trained("efficientnet_lite2.imagenet")
        order = [each.split("_")[0] for each in json.loads((folder / "classes_in_order.json").read_text())]
        photographs = sorted(folder.glob("*.jpg"))
        answers = (model.run([read_image(each)], ClassificationOptions(limit=1))[0].labels[0] for each in photographs)
        right = [
            answer == model.labels[order.index(each.name.split("_")[0])]
            for answer, each in zip(answers, photographs, strict=True)
        ]
        assert np.mean(right) == pytest.approx(next(iter(model.card.measured.values())), abs=0.005)
