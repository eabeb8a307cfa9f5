"""Which objects a stranger's file may name: plain layers and numbers, nothing that runs code or reads other files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from opsin.core.errors import RefusedError

# fmt: off
# Written out, not asked of Keras: a layer that a later version of it brings is looked at before it is let in. Left out
# on purpose: Lambda, TFSMLayer, TorchModuleWrapper, JaxLayer, FlaxLayer (they run code that the file brings);
# StringLookup, IntegerLookup, TextVectorization (they read the files that they name).
LAYERS = frozenset((
    "Activation", "ActivityRegularization", "AdaptiveAveragePooling2D", "AdaptiveMaxPooling2D", "Add",
    "AdditiveAttention", "AlphaDropout", "Attention", "AugMix", "AutoContrast", "Average", "AveragePooling1D",
    "AveragePooling2D", "AveragePooling3D", "BatchNormalization", "Bidirectional", "CategoryEncoding", "CenterCrop",
    "Concatenate", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose",
    "ConvLSTM1D", "ConvLSTM2D", "Cropping1D", "Cropping2D", "Cropping3D", "CutMix", "Dense", "DepthwiseConv1D",
    "DepthwiseConv2D", "Dot", "Dropout", "ELU", "EinsumDense", "Embedding", "Equalization", "Flatten", "GRU",
    "GaussianDropout", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "GlobalAveragePooling3D",
    "GlobalMaxPooling1D", "GlobalMaxPooling2D", "GlobalMaxPooling3D", "GroupNormalization", "GroupQueryAttention",
    "Identity", "InputLayer", "LSTM", "LayerNormalization", "LeakyReLU", "Masking", "MaxPooling1D", "MaxPooling2D",
    "MaxPooling3D", "Maximum", "Minimum", "MixUp", "MultiHeadAttention", "Multiply", "Normalization", "PReLU",
    "Permute", "Pipeline", "RMSNormalization", "RandAugment", "RandomBrightness", "RandomColorDegeneration",
    "RandomColorJitter", "RandomContrast", "RandomCrop", "RandomElasticTransform", "RandomErasing", "RandomFlip",
    "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective", "RandomPosterization",
    "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear", "RandomTranslation", "RandomZoom", "ReLU",
    "RepeatVector", "Rescaling", "Reshape", "Resizing", "SeparableConv1D", "SeparableConv2D", "SimpleRNN", "Softmax",
    "Solarization", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "SpectralNormalization", "Subtract",
    "TimeDistributed", "UnitNormalization", "UpSampling1D", "UpSampling2D", "UpSampling3D", "ZeroPadding1D",
    "ZeroPadding2D", "ZeroPadding3D",
))
ACTIVATIONS = frozenset((
    "celu", "elu", "exponential", "gelu", "glu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh",
    "leaky_relu", "linear", "log_sigmoid", "log_softmax", "mish", "relu", "relu6", "selu", "sigmoid", "silu", "softmax",
    "soft_shrink", "softplus", "softsign", "sparse_plus", "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink",
    "threshold",
))
# fmt: on

_MODULES = {
    "keras.layers": LAYERS,
    "keras": frozenset(("Sequential", "Functional", "DTypePolicy", "DTypePolicyMap")),
    "keras.dtype_policies": frozenset(("DTypePolicy", "DTypePolicyMap")),
    "keras.src.models.functional": frozenset(("Functional",)),
    "keras.src.models.sequential": frozenset(("Sequential",)),
    # Layers of its own that Keras's networks have.
    "keras.src.applications.convnext": frozenset(("LayerScale",)),
    "keras.src.applications.inception_resnet_v2": frozenset(("CustomScaleLayer",)),
    "keras.src.ops.core": frozenset(("Cast", "Shape", "StopGradient")),
}
# All that these hold is arithmetic: none takes a function or the name of a file.
_WHOLE_MODULES = frozenset((
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
    "keras.src.ops.numpy",
    "keras.src.ops.nn",
    "keras.src.ops.math",
    "keras.src.ops.image",
))  # fmt: skip
_VALUES = frozenset(("__keras_tensor__", "__tensor__", "__numpy__", "__slice__", "__ellipsis__"))
OWN = "opsin>"
"""What the registered names of Opsin's own layers begin with."""


def check_config(config: Any, where: str) -> None:
    """Refuse a network's configuration that names anything but plain layers and numbers, however deep inside.

    Args:
        config: as in `config.json` of a `.keras` file.
        where: the file, for the message.

    Raises:
        RefusedError: naming the first such thing.
    """
    for named in _objects(config):
        if not _is_admitted(named):
            raise RefusedError(
                f"{where} was not loaded: it holds {_spoken(named)}, which may run code or read other files. "
                "Build the network of plain Keras layers."
            )


def without_compile_config(config: Any) -> Any:
    """The same configuration without losses, optimizers and metrics: answering needs none, and they name functions."""
    if isinstance(config, dict):
        return {key: without_compile_config(value) for key, value in config.items() if key != "compile_config"}
    return [without_compile_config(each) for each in config] if isinstance(config, list) else config


def _objects(config: Any) -> Iterator[dict[str, Any]]:
    """Every object that a configuration names, outermost first."""
    if isinstance(config, dict):
        if "class_name" in config or "registered_name" in config or "spec_name" in config:
            yield config
        config = list(config.values())
    if isinstance(config, list):
        for each in config:
            yield from _objects(each)


def _is_admitted(named: dict[str, Any]) -> bool:
    name, module, registered = (named.get(key) for key in ("class_name", "module", "registered_name"))
    if not isinstance(name, str) or not isinstance(registered, str | None) or "spec_name" in named:
        return False
    if registered is not None and registered.startswith(OWN):
        return registered == OWN + name and str(module).startswith("opsin.")
    if name == "function":
        return module in ("builtins", "keras.activations") and named.get("config") in ACTIVATIONS
    if name in _VALUES:
        return registered is None
    # Keras looks for what is registered first: another name there could lead to another class.
    return registered in (None, name) and (module in _WHOLE_MODULES or name in _MODULES.get(str(module), ()))


def _spoken(named: dict[str, Any]) -> str:
    """What it is and what it is called there, in one line."""
    config = named.get("config")
    own = config.get("name") if isinstance(config, dict) else config
    kind = f"{named.get('module') or 'a custom'} {named.get('class_name')!r}"
    return f"{kind} (named {own!r})"[:200] if isinstance(own, str) else kind[:200]
