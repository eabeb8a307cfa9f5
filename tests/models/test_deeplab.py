from pathlib import Path

import numpy as np
import pytest

from opsin.media.sources import read_image
from opsin.models import open_model
from opsin.models.deeplab import LABELS, PADDING
from opsin.runtime.network import Place
from opsin.tasks.segmentation import SegmentationOptions

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture
def tiny():
    return open_model("deeplab_tiny.random", Place())


@pytest.fixture
def deeplab(trained):
    return trained("deeplab_v3.voc")


@pytest.fixture
def halves():
    """Red on the left, blue on the right, grey below."""
    image = np.full((120, 160, 3), 90, np.uint8)
    image[:80, :80], image[:80, 80:] = (220, 0, 0), (0, 0, 220)
    return image


def test_there_are_the_twenty_labels_of_voc_and_background():
    assert len(set(LABELS)) == 21
    assert (LABELS[0], LABELS[15], LABELS[20]) == ("background", "person", "tv")


def test_the_tiny_model_finds_which_part_has_which_colour(tiny, halves):
    answer = tiny.run([halves], SegmentationOptions())[0]
    assert (answer.map[:76, :76] == 1).all()
    assert (answer.map[:76, 84:] == 3).all()
    assert (answer.map[86:] == 0).all()


@pytest.mark.parametrize(("size", "shown"), [((40, 80), (16, 32)), ((64, 64), (32, 32)), ((5, 400), (1, 32))])
def test_an_image_keeps_its_shape_and_the_rest_is_grey(tiny, size, shown):
    batch, (placement,) = tiny.prepare([np.full((*size, 3), 200, np.uint8)])
    seen = np.full((32, 32, 3), PADDING)
    seen[: shown[0], : shown[1]] = 200
    assert (batch["sub_7"][0] == seen).all()
    assert placement.size == size


@pytest.mark.parametrize("size", [(36, 48), (400, 300), (7, 90)])
def test_a_mirrored_image_has_a_mirrored_map(tiny, size):
    rows, columns = (np.linspace(0, 4, length, endpoint=False).astype(int) for length in size)
    image = np.random.default_rng(0).integers(0, 256, (4, 4, 3), np.uint8)[rows][:, columns]
    straight, turned = (
        tiny.run([each], SegmentationOptions())[0].map for each in (image, np.ascontiguousarray(image[:, ::-1]))
    )
    assert (straight == turned[:, ::-1]).mean() > 0.97


def test_every_pixel_of_a_picture_is_read(tiny):
    assert tiny.reading_size(SegmentationOptions()) is None


def test_scores_are_decoded_to_the_size_of_the_original(tiny):
    _, placements = tiny.prepare([np.zeros((64, 96, 3), np.uint8)])
    scores = np.zeros((1, 4, 4, 4), np.float32)
    scores[0, :, 2:, 2] = 1
    answer = tiny.decode({"scores": scores}, placements, SegmentationOptions())[0]
    assert (answer.map.shape, answer.labels) == ((64, 96), ("background", "red", "green", "blue"))
    assert sorted(answer.areas) == ["background", "green"]


@pytest.mark.weights
def test_a_grey_wall_is_background(deeplab):
    answer = deeplab.run([np.full((200, 300, 3), 128, np.uint8)], SegmentationOptions())[0]
    assert answer.areas == {"background": 100}


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "labels"),
    [("train2017/000000000790.jpg", {"dining table", "person"}), ("train2017/000000358083.jpg", {"cat"})],
)
def test_things_in_photographs_are_found(deeplab, name, labels):
    path = SHARED / "coco_dev" / name
    if not path.exists():
        pytest.skip("../shared/data/coco_dev is not here")
    answer = deeplab.run([read_image(path)], SegmentationOptions())[0]
    assert set(answer.areas) - {"background"} == labels


@pytest.mark.weights
def test_the_labels_of_the_file_are_those_of_the_card(deeplab):
    import zipfile

    from opsin.weights.pull import files

    with zipfile.ZipFile(files(deeplab.card)["network"]) as packed:
        assert tuple(packed.read("labels.txt").decode().split("\n")[:21]) == LABELS
