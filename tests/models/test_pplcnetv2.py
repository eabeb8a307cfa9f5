import tracemalloc

import numpy as np
import openvino
import pytest

from opsin.models import open_model
from opsin.runtime.network import Place
from opsin.tasks.classification import ClassificationOptions
from opsin.tasks.embedding import EmbeddingOptions
from opsin.weights.pull import files

ALL = ClassificationOptions(limit=1000)


@pytest.fixture
def tiny():
    return open_model("pplcnetv2_tiny_classification.random", Place())


@pytest.fixture
def classifier(trained):
    return trained("pplcnetv2_base.imagenet")


@pytest.fixture
def embedder(trained):
    return trained("pplcnetv2_features.imagenet")


@pytest.mark.parametrize(("shade", "label"), [((200, 9, 9), "red"), ((9, 200, 9), "green"), ((9, 9, 200), "blue")])
def test_the_tiny_model_tells_the_colour(tiny, shade, label):
    answer = tiny.run([np.full((40, 60, 3), shade, np.uint8)], ClassificationOptions())[0]
    assert answer.labels[0] == label
    assert answer.scores.sum() == pytest.approx(1)


def test_the_tiny_embedder_tells_shares_of_colours():
    model = open_model("pplcnetv2_tiny_embedding.random", Place())
    answer = model.run([np.full((40, 60, 3), (99, 0, 0), np.uint8)], EmbeddingOptions())[0]
    assert answer.vector == pytest.approx(np.array([100, 1, 1]) / np.sqrt(10_002), abs=1e-5)


def test_the_network_sees_the_middle_of_the_image(tiny):
    image = np.zeros((100, 300, 3), np.uint8)
    image[:, 100:200] = 255
    batch, _ = tiny.prepare([image])
    assert batch["x"].shape == (1, 32, 32, 3)
    assert batch["x"].dtype == np.uint8
    assert (batch["x"] == 255).all()


@pytest.mark.parametrize("size", [(37, 37), (100, 300), (300, 100), (1000, 999), (20, 50), (8, 9)])
def test_the_placement_says_where_a_point_of_the_image_is_seen(tiny, size):
    image, side = np.zeros((*size, 3), np.uint8), max(2, min(size) // 8)
    top, left = (size[0] - side) // 2, (size[1] - side) // 2
    image[top : top + side, left : left + side] = 255
    batch, placements = tiny.prepare([image])
    wanted = placements[0].to_input([[left + side / 2, top + side / 2]])[0]
    assert middle(batch["x"][0]) == pytest.approx(wanted, abs=0.3)


def middle(lit):
    weights = lit[..., 0].astype(float)
    rows, columns = np.mgrid[: lit.shape[0], : lit.shape[1]] + 0.5
    return (columns * weights).sum() / weights.sum(), (rows * weights).sum() / weights.sum()


@pytest.mark.parametrize(("short", "scale"), [(400, 37 / 400), (37, 1), (34, 1), (32, 1), (16, 2)])
def test_the_short_side_becomes_an_eighth_more_than_the_input_but_no_small_picture_is_blown_up_for_it(
    tiny, short, scale
):
    _, (placement,) = tiny.prepare([np.zeros((short, 2 * short, 3), np.uint8)])
    assert placement.scale[1] == pytest.approx(scale)


def test_placements_count_the_images(tiny):
    _, placements = tiny.prepare([np.zeros((9, 9, 3), np.uint8)] * 3)
    assert [each.index for each in placements] == [0, 1, 2]


def test_images_are_read_no_smaller_than_their_short_side_is_scaled_to(tiny):
    assert tiny.reading_size(ClassificationOptions()) == (37, 37)


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1)])
def test_an_image_much_longer_than_wide_takes_no_memory(tiny, size):
    image = np.zeros((*size, 3), np.uint8)
    tracemalloc.start()
    tiny.prepare([image])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.weights
class TestTrained:
    def test_a_cat_is_a_cat_and_coffee_is_espresso(self, classifier, photographs):
        images = [photographs["chelsea.png"], photographs["coffee.png"]]
        cat, coffee = classifier.run(images, ClassificationOptions())
        assert "cat" in cat.labels[0]
        assert coffee.labels[0] == "espresso"

    def test_there_are_a_thousand_labels(self, classifier):
        assert len(classifier.labels) == 1000
        assert (classifier.labels[0], classifier.labels[999]) == ("tench", "toilet tissue")

    def test_no_two_labels_are_alike(self, classifier):
        assert len(set(classifier.labels)) == 1000

    def test_of_two_with_one_first_name_the_second_keeps_all_its_names(self, classifier):
        assert {"maillot", "maillot, tank suit"} <= set(classifier.labels)

    def test_the_scores_of_all_labels_add_up_to_one(self, classifier, photographs):
        answer = classifier.run([photographs["chelsea.png"]], ALL)[0]
        assert answer.scores.sum() == pytest.approx(1, abs=1e-4)

    def test_the_scores_are_those_of_the_file_run_plainly(self, classifier, photographs):
        image = photographs["coffee.png"]
        batch, _ = classifier.prepare([image])
        # As its authors write it: NCHW, in 0..1, by the mean and deviation of ImageNet.
        pixels = (batch["x"] / 255 - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
        scores = plainly(classifier.card, pixels.transpose(0, 3, 1, 2).astype(np.float32))
        answer = classifier.run([image], ALL)[0]
        assert answer.labels[:5] == tuple(classifier.labels[at] for at in np.argsort(-scores[0])[:5])
        assert answer.scores == pytest.approx(np.sort(scores[0])[::-1], abs=1e-4)

    def test_the_scores_follow_from_the_features_by_the_files_own_last_layer(self, classifier, embedder, photographs):
        images = [photographs["chelsea.png"], photographs["rocket.jpg"]]
        features = embedder.network(embedder.prepare(images)[0])["features"].reshape(2, 1280)
        weights, bias, kept = last_layer(classifier.card)
        levels = np.exp(features * kept @ weights + bias)
        scores = classifier.network(classifier.prepare(images)[0])["scores"]
        assert scores == pytest.approx(levels / levels.sum(axis=1, keepdims=True), abs=1e-4)

    def test_an_embedding_is_the_features_at_length_one(self, embedder, photographs):
        image = photographs["chelsea.png"]
        features = embedder.network(embedder.prepare([image])[0])["features"].ravel()
        vector = embedder.run([image], EmbeddingOptions())[0].vector
        assert vector.shape == (1280,)
        assert vector * np.linalg.norm(features) == pytest.approx(features, abs=1e-4)

    def test_a_picture_is_more_like_its_mirror_image_than_like_another(self, embedder, photographs):
        cat, coffee = photographs["chelsea.png"], photographs["coffee.png"]
        answers = embedder.run([cat, np.ascontiguousarray(cat[:, ::-1]), coffee], EmbeddingOptions())
        one, mirrored, other = (each.vector for each in answers)
        assert one @ mirrored > 0.8 > one @ other

    def test_a_mirrored_picture_has_the_same_label(self, classifier, photographs):
        coffee = photographs["coffee.png"]
        answers = classifier.run([coffee, np.ascontiguousarray(coffee[:, ::-1])], ClassificationOptions(limit=1))
        assert answers[0].labels == answers[1].labels
        assert answers[0].scores == pytest.approx(answers[1].scores, abs=0.1)


def read(card):
    found = files(card)
    return openvino.Core().read_model(found["network"], found["weights"])


def plainly(card, pixels):
    model = openvino.Core().compile_model(read(card), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return model({"x": pixels})[model.output(0)]


def last_layer(card):
    """Its weights (1280, 1000) and bias (1000,), and what its dropout, here of no other effect, multiplies by."""
    nodes = {node.get_friendly_name(): node for node in read(card).get_ordered_ops()}
    kept = nodes["dropout_1.tmp_1"].input_value(1).get_node()
    return [np.array(node.get_data()) for node in (nodes["linear_0.w_0"], nodes["linear_0.b_0"], kept)]
