import numpy as np
import pytest

from opsin.core.errors import UnknownNameError, UsageError
from opsin.nn.backend import keras
from opsin.nn.feature_maps import steps
from opsin.nn.gradcam import gradcam, last_maps, slope


def left_network():
    """Label 1 is as bright as the left half is; label 0 is always 1."""
    layers, image = keras().layers, keras().Input((8, 8, 1))
    maps = layers.Conv2D(1, 1, kernel_initializer="ones", use_bias=False, name="maps")(image)
    flat, weights = layers.Flatten()(maps), np.zeros((8, 8, 2), np.float32)
    weights[:, :4, 1] = 1
    network = keras().Model(image, layers.Dense(2, name="logits")(flat))
    network.get_layer("logits").set_weights([weights.reshape(64, 2), np.array([1, 0], np.float32)])
    return network


def test_maps_that_are_averaged_give_the_closed_form_of_class_activation_maps(flat_network, pixels):
    found, _ = steps(flat_network, pixels[None])
    weights = flat_network.get_layer("logits").get_weights()[0]  # (5, 3)
    for label in range(3):
        expected = np.maximum(found[3].values @ weights[:, label] / 16, 0)
        assert gradcam(flat_network, pixels, label) == pytest.approx(expected, abs=1e-6)


def test_a_network_inside_a_network_looks_where_the_flat_one_does(flat_network, nested_network, pixels):
    assert gradcam(flat_network, pixels, 1).max() > 0
    assert gradcam(nested_network, pixels, 1) == pytest.approx(gradcam(flat_network, pixels, 1), abs=1e-6)


def test_layers_further_down_are_the_same_too(flat_network, nested_network, pixels):
    inside, flat = gradcam(nested_network, pixels, 1, "backbone/conv1"), gradcam(flat_network, pixels, 1, "conv1")
    assert inside.shape == (8, 8)
    assert inside == pytest.approx(flat, abs=1e-6)


def test_slopes_are_those_found_by_trying(flat_network, pixels):
    found, answer = steps(flat_network, pixels[None])
    known, maps = [step.output for step in found[:1]], found[1].values  # of conv1: a pooling lies between
    tried = np.zeros(4, np.float32)
    for channel in range(4):
        more = maps.copy()
        more[..., channel] += 2e-3
        raised = steps(flat_network, pixels[None], [*known, keras().ops.convert_to_tensor(more[None])])[1]
        tried[channel] = (raised[0, 1] - answer[0, 1]) / 2e-3
    heat = np.maximum(maps @ tried / 64, 0)
    assert gradcam(flat_network, pixels, 1, "conv1") == pytest.approx(heat, abs=0.03 * float(heat.max()))


def test_a_network_that_sees_the_left_half_only_lights_up_there():
    picture = np.zeros((8, 8, 1), np.uint8)
    picture[:, :4] = 100
    heat = gradcam(left_network(), picture, 1)
    assert heat[:, :4].min() > 0
    assert heat[:, 4:].max() == 0


def test_what_does_not_depend_on_the_maps_is_dark():
    assert gradcam(left_network(), np.full((8, 8, 1), 9, np.uint8), 0).max() == 0


def test_what_speaks_against_the_label_is_dark(flat_network, pixels):
    assert gradcam(flat_network, pixels, 0).min() >= 0


def test_a_mirrored_picture_has_a_mirrored_map(flat_network, pixels):
    for name in ("conv1", "conv2"):
        kernel, bias = flat_network.get_layer(name).get_weights()
        flat_network.get_layer(name).set_weights([kernel + kernel[:, ::-1], bias])
    heat = gradcam(flat_network, pixels, 1)
    assert heat.max() > 0
    assert gradcam(flat_network, pixels[:, ::-1], 1) == pytest.approx(heat[:, ::-1], abs=1e-6)


def test_the_network_itself_stays_as_it_is(nested_network, pixels):
    before = [weight.copy() for weight in nested_network.get_weights()]
    gradcam(nested_network, pixels, 1)
    assert all((one == other).all() for one, other in zip(before, nested_network.get_weights(), strict=True))
    assert nested_network.get_layer("backbone").output.shape == (None, 4, 4, 5)


def test_maps_of_a_single_place_are_passed_over(pixels):
    layers, image = keras().layers, keras().Input((8, 8, 1))
    x = layers.Conv2D(2, 3, name="wide")(image)
    x = layers.Conv2D(3, 6, name="single")(x)
    found, _ = steps(keras().Model(image, layers.Flatten()(x)), pixels[None])
    assert found[last_maps(found)].name == "wide"


def test_a_picture_is_no_feature_map():
    layers, image = keras().layers, keras().Input((8, 8, 1))
    network = keras().Model(image, layers.Dense(2)(layers.Flatten()(layers.Rescaling(1 / 255)(image))))
    with pytest.raises(UsageError, match=r"no feature maps for Grad-CAM\. Ask for --method occlusion or layers"):
        gradcam(network, np.zeros((8, 8, 1), np.uint8), 0)


def test_a_layer_without_maps_is_refused_and_those_with_maps_are_named(flat_network, pixels):
    with pytest.raises(UsageError, match=r"mean answers 5 numbers and no maps\. Layers with maps: rescale, conv1, "):
        gradcam(flat_network, pixels, 0, "mean")


def test_a_layer_that_is_not_there_is_refused(flat_network, pixels):
    with pytest.raises(UnknownNameError, match="no layer called 'conv9'"):
        gradcam(flat_network, pixels, 0, "conv9")


def test_a_backend_without_derivatives_is_refused(monkeypatch):
    monkeypatch.setattr(keras().backend, "backend", lambda: "numpy")
    with pytest.raises(UsageError, match="needs the Keras backend tensorflow, jax, torch; KERAS_BACKEND is numpy"):
        slope(lambda at: at, 0)


def test_the_slope_of_a_square_is_twice_its_side():
    at = keras().ops.convert_to_tensor([3.0, -1.0])
    assert slope(lambda x: (x * x)[0], at).tolist() == [6, 0]
