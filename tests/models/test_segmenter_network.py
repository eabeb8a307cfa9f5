"""The last layers of a segmenter, on feature maps of any backbone."""

import numpy as np
import pytest

from opsin.core.errors import UsageError
from opsin.models import ARCHITECTURES, Blueprint, assemble
from opsin.models._segmenter_network import HEADS
from opsin.nn.backend import keras

SIZE = (64, 96)


def maps(strides=(1, 2, 4, 8, 16, 32)):
    return {
        stride: keras().Input((SIZE[0] // stride, SIZE[1] // stride, 3 if stride == 1 else 8)) for stride in strides
    }


@pytest.mark.parametrize(("head", "stride"), [("unet", 1), ("deeplab", 4)])
def test_there_is_a_logit_for_each_label_at_each_place(head, stride):
    assert HEADS[head](maps(), 5).shape == (None, SIZE[0] // stride, SIZE[1] // stride, 5)


@pytest.mark.parametrize("head", HEADS)
def test_a_map_that_is_missing_is_named(head):
    with pytest.raises(
        UsageError, match=r"A segmenter looks at feature maps of strides .*32; this network has 1, 4, 8"
    ):
        HEADS[head](maps((1, 4, 8)), 2)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("name", ["efficientnet_lite0", "mobilenet_v2"])
def test_it_sits_on_a_backbone_and_answers_each_picture_as_alone(head, name):
    network = assemble(
        ARCHITECTURES.get(name), Blueprint(size=SIZE), lambda found: HEADS[head](found, 3), sees_maps=True
    )
    images = np.random.default_rng(0).uniform(0, 255, (2, *SIZE, 3)).astype(np.float32)
    together = np.asarray(network(images, training=False))
    alone = np.concatenate([np.asarray(network(images[i : i + 1], training=False)) for i in range(2)])
    assert together == pytest.approx(alone, abs=1e-4)


@pytest.mark.parametrize("head", HEADS)
def test_its_layers_have_names_of_their_own(head):
    found = maps()
    network = keras().Model(list(found.values()), HEADS[head](found, 2))
    names = [layer.name for layer in network.layers]
    assert len(set(names)) == len(names)
