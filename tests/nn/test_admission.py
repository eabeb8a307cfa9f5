"""Which objects a stranger's file may name."""

import pytest

from opsin.core.errors import RefusedError
from opsin.nn.admission import ACTIVATIONS, LAYERS, check_config, without_compile_config
from opsin.nn.backend import keras


def layer(kind="Dense", module="keras.layers", registered=None, **config):
    return {"class_name": kind, "module": module, "registered_name": registered, "config": {"name": "mine", **config}}


def function(name, module="builtins", registered=None):
    return {"class_name": "function", "module": module, "config": name, "registered_name": registered or name}


@pytest.mark.parametrize(
    "config",
    [
        layer(),
        layer(activation=function("relu")),
        layer("Functional", "keras.src.models.functional", "Functional", layers=[layer(), layer("Conv2D")]),
        layer("GlorotUniform", "keras.initializers"),
        layer("Add", "keras.src.ops.numpy", "Add"),
        layer("RandomShift", "opsin.nn.layers", "opsin>RandomShift"),
        {"class_name": "__keras_tensor__", "config": {"shape": [None, 3]}},
        {"plain": [1, 2.5, "text", None, True]},
    ],
)
def test_plain_layers_and_numbers_are_admitted(config):
    check_config(config, "net.keras")


HOSTILE = {
    "a lambda layer": layer("Lambda", function={"class_name": "__lambda__", "config": {"value": "4wEA"}}),
    "a saved model's layer": layer("TFSMLayer", filepath="/tmp/evil"),
    "a torch module": layer("TorchModuleWrapper", module="…"),
    "a jax function": layer("JaxLayer"),
    "a vocabulary's file": layer("StringLookup", vocabulary="/etc/passwd"),
    "another text layer": layer("TextVectorization", vocabulary="/etc/passwd"),
    "another package": layer("Popen", "subprocess"),
    "a module of Keras's insides": layer("Lambda", "keras.src.layers.core.lambda_layer"),
    "a function that fetches": function("get_file", "keras.utils"),
    "a function that switches safety off": function("enable_unsafe_deserialization", "keras.config"),
    "a function of the system": function("system", "os"),
    "a builtin that is no activation": function("eval"),
    "a lambda": {"class_name": "__lambda__", "config": {"value": "4wEA"}},
    "a type's description": {"class_name": "__typespec__", "spec_name": "X", "module": "a", "config": []},
    "another class by its registered name": layer("Dense", registered="evil>Dense"),
    "our package's name on another class": layer("Dense", registered="opsin>Evil"),
    "our package's name from elsewhere": layer("Evil", "evil", "opsin>Evil"),
    "an operation that takes a function": layer("Map", "keras.src.ops.core", "Map"),
    "a name that is no text": layer(["Dense"]),
    "a registered name alone": {"registered_name": "evil>Evil", "config": {}},
}


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("depth", [0, 3])
def test_anything_else_is_refused_however_deep(what, depth):
    config = HOSTILE[what]
    for _ in range(depth):
        config = layer("Sequential", "keras", layers=[layer(), {"any": [config]}])
    with pytest.raises(RefusedError, match=r"^net\.keras was not loaded: it holds .*plain Keras layers\.$"):
        check_config(config, "net.keras")


def test_the_refusal_names_the_layer_and_what_it_is():
    with pytest.raises(RefusedError, match=r"holds keras\.layers 'Lambda' \(named 'mine'\), which may run code"):
        check_config(layer("Lambda"), "net.keras")


def test_a_hostile_name_makes_no_second_line():
    with pytest.raises(RefusedError) as caught:
        check_config(layer("Evil\n\nopsin: all is well", name="a\nb"), "net.keras")
    assert "\n" not in str(caught.value)


def test_losses_and_optimizers_are_left_out_however_deep():
    inner = layer("Functional", "keras") | {"compile_config": {"loss": function("system", "os")}}
    config = layer("Functional", "keras", layers=[inner]) | {"compile_config": {}}
    check_config(without_compile_config(config), "net.keras")
    with pytest.raises(RefusedError):
        check_config(config, "net.keras")


def test_every_layer_admitted_is_one_of_keras():
    assert {name for name in LAYERS if not hasattr(keras().layers, name)} == set()


def test_every_layer_of_keras_is_admitted_or_left_out_on_purpose():
    classes = {name: each for name, each in vars(keras().layers).items() if isinstance(each, type)}
    own_names = {name for name, each in classes.items() if each.__name__ == name}  # no second names, as AvgPool2D
    assert own_names - LAYERS == {
        *("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),  # run code
        *("StringLookup", "IntegerLookup", "TextVectorization", "Hashing", "HashedCrossing", "Discretization"),  # text
        *("Layer", "InputSpec", "Wrapper", "RNN", "StackedRNNCells"),  # take classes of the user's own
        *("GRUCell", "LSTMCell", "SimpleRNNCell", "ConvLSTM3D", "ReversibleEmbedding", "MaxNumBoundingBoxes"),
        *("AdaptiveAveragePooling1D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D", "AdaptiveMaxPooling3D"),
        *("MelSpectrogram", "STFTSpectrogram", "ContrastLimitedAdaptiveHistogramEqualization"),
    }


def test_every_activation_admitted_is_one_of_keras():
    assert {name for name in ACTIVATIONS if not hasattr(keras().activations, name)} == set()
