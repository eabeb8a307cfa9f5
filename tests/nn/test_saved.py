"""Networks as `.keras` files, good ones and hostile ones."""

import io
import json
import pickle
import re
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from opsin.core.errors import RefusedError, UsageError, WeightsError
from opsin.nn import saved as module
from opsin.nn.backend import keras
from opsin.nn.saved import check_savable, load_network, save_network

PIXELS = np.random.default_rng(0).uniform(0, 255, (5, 8, 8, 1)).astype(np.float32)


@pytest.fixture
def saved(flat_network, tmp_path):
    save_network(flat_network, tmp_path / "network.keras")
    return tmp_path / "network.keras"


@pytest.fixture
def rewritten(saved):
    """The file again, its members changed: `config` a function of what it says, others as they are given."""

    def rewrite(config=lambda config: config, leave_out=(), **more):
        with zipfile.ZipFile(saved) as archive:
            members = {name: archive.read(name) for name in archive.namelist() if name not in leave_out}
        members["config.json"] = json.dumps(config(json.loads(members["config.json"]))).encode()
        members |= {name.replace("__", "."): content for name, content in more.items()}
        with zipfile.ZipFile(saved, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        return saved

    return rewrite


def test_a_network_comes_back_with_its_answers(flat_network, saved):
    assert load_network(saved).predict_on_batch(PIXELS) == pytest.approx(flat_network.predict_on_batch(PIXELS))


def test_a_nested_network_comes_back_with_its_answers(nested_network, tmp_path):
    save_network(nested_network, tmp_path / "network.keras")
    back = load_network(tmp_path / "network.keras")
    assert back.predict_on_batch(PIXELS) == pytest.approx(nested_network.predict_on_batch(PIXELS))
    assert [layer.name for layer in back.layers] == [layer.name for layer in nested_network.layers]


def test_our_own_layers_come_back(tmp_path):
    from opsin.nn.augment import augment

    image = keras().Input((8, 8, 1), name="image")
    changed = augment("strong", (8, 8), seed=3)(image)
    model = keras().Model(image, keras().layers.Dense(2, name="logits")(keras().layers.Flatten()(changed)))
    save_network(model, tmp_path / "network.keras")
    back = load_network(tmp_path / "network.keras")
    assert back.predict_on_batch(PIXELS) == pytest.approx(model.predict_on_batch(PIXELS))


def test_a_sequential_network_is_saved_too(tmp_path):
    model = keras().Sequential([keras().Input((3,)), keras().layers.Dense(2)])
    save_network(model, tmp_path / "network.keras")
    given = np.ones((1, 3), np.float32)
    assert load_network(tmp_path / "network.keras")(given).shape == (1, 2)


def test_the_state_of_training_is_not_kept(flat_network, tmp_path):
    save_network(flat_network, tmp_path / "before.keras")
    flat_network.compile("adam", "mse")
    flat_network.fit(PIXELS, np.zeros((5, 3)), verbose=0)
    save_network(flat_network, tmp_path / "after.keras")
    before, after = ((tmp_path / name).stat().st_size for name in ("before.keras", "after.keras"))
    assert after == pytest.approx(before, rel=0.02)
    assert not load_network(tmp_path / "after.keras").compiled


def test_nothing_else_is_left_beside_the_file(saved):
    assert [path.name for path in saved.parent.iterdir()] == ["network.keras"]


def test_when_saving_fails_the_earlier_file_is_still_there(flat_network, saved, monkeypatch):
    before = saved.read_bytes()
    monkeypatch.setattr("os.fsync", lambda number: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save_network(flat_network, saved)
    assert saved.read_bytes() == before
    assert [path.name for path in saved.parent.iterdir()] == ["network.keras"]


def with_lambda():
    layers = keras().layers
    return keras().Sequential([keras().Input((3,)), layers.Lambda(lambda x: x + 1, name="evil"), layers.Dense(2)])


def test_a_network_that_could_not_be_opened_again_is_refused_before_it_is_taught():
    with pytest.raises(UsageError, match=r"could be saved, but not be opened again\. .*'Lambda' \(named 'evil'\)"):
        check_savable(with_lambda())


def test_a_lambda_in_a_file_is_not_run(tmp_path):
    with_lambda().save(tmp_path / "network.keras")
    with pytest.raises(RefusedError, match=r"holds keras\.layers 'Lambda' \(named 'evil'\), which may run code"):
        load_network(tmp_path / "network.keras")


def test_a_layer_of_the_users_own_is_refused(tmp_path):
    class Mine(keras().layers.Layer):
        def call(self, x):
            return x

    keras().Sequential([keras().Input((3,)), Mine(name="odd")]).save(tmp_path / "network.keras")
    with pytest.raises(RefusedError, match=r"'Mine' \(named 'odd'\)"):
        load_network(tmp_path / "network.keras")


def test_a_function_of_the_system_among_the_arguments_is_not_called(rewritten, tmp_path):
    def config(config):
        evil = {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}
        config["config"]["layers"][1]["config"]["scale"] = evil
        return config

    with pytest.raises(RefusedError, match=r"holds os 'function' \(named 'system'\)"):
        load_network(rewritten(config))


def test_losses_that_name_functions_are_passed_over(rewritten):
    evil = {"loss": {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"}}
    assert not load_network(rewritten(lambda config: config | {"compile_config": evil})).compiled


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "assets/vocabulary.txt", "evil__pkl", "model.weights.npz"])
def test_a_member_that_a_network_does_not_need_is_refused(rewritten, name):
    with pytest.raises(RefusedError, match=r"a network's file holds no '"):
        load_network(rewritten(**{name: b"evil"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(saved):
    with zipfile.ZipFile(saved, "a") as archive:
        archive.writestr("config.json", b"{}")
    with pytest.raises(RefusedError, match=r"holds no 'config\.json'"):
        load_network(saved)


def test_a_configuration_that_unpacks_to_gigabytes_is_not_unpacked(saved):
    with zipfile.ZipFile(saved) as archive:
        weights = archive.read("model.weights.h5")
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.weights.h5", weights)
        archive.writestr("config.json", b" " * 60_000_000)
    with pytest.raises(RefusedError, match=r"config\.json unpacks to 60,000,000 bytes"):
        load_network(saved)


def test_weights_that_unpack_to_gigabytes_are_not_unpacked(saved):
    with zipfile.ZipFile(saved) as archive:
        config = archive.read("config.json")
    with zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config)
        archive.writestr("model.weights.h5", bytes(10_000_000))
    with pytest.raises(RefusedError, match=r"model\.weights\.h5 unpacks to 10,000,000 bytes"):
        load_network(saved)


def test_weights_that_lead_to_another_file_are_refused(rewritten, tmp_path):
    hostile = io.BytesIO()
    with h5py.File(hostile, "w") as file:
        file["layers"] = h5py.ExternalLink("/etc/passwd", "/")
    with pytest.raises(RefusedError, match=r"'/layers' in it is a ExternalLink"):
        load_network(rewritten(model__weights__h5=hostile.getvalue()))


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_file_without_its_parts_is_said_to_lack_them(rewritten, saved, name):
    rewritten()
    with zipfile.ZipFile(saved) as archive:
        members = {each: archive.read(each) for each in archive.namelist() if each != name}
    with zipfile.ZipFile(saved, "w") as archive:
        for each, content in members.items():
            archive.writestr(each, content)
    with pytest.raises(WeightsError, match=rf"lacks {name}: it is no \.keras file, or damaged"):
        load_network(saved)


def test_weights_of_another_network_are_said_to_be(rewritten):
    def config(config):
        config["config"]["layers"][-1]["config"]["units"] = 7
        return config

    with pytest.raises(WeightsError, match=r"The weights in .* are not those of its network"):
        load_network(rewritten(config))


def test_layers_that_make_no_network_are_said_to_make_none(rewritten):
    with pytest.raises(WeightsError, match="make no network"):
        load_network(rewritten(lambda config: config | {"config": {"layers": 3}}))


def test_an_object_that_is_no_network_is_refused(rewritten):
    dense = {"class_name": "Dense", "module": "keras.layers", "registered_name": None, "config": {"units": 3}}
    with pytest.raises(WeightsError, match="holds no network with one output"):
        load_network(rewritten(lambda config: dense))


@pytest.mark.parametrize("cut", [10, 200, -30])
def test_a_damaged_file_is_one_clear_line(saved, cut):
    saved.write_bytes(saved.read_bytes()[:cut])
    with pytest.raises(WeightsError, match=r"is damaged, or no \.keras file"):
        load_network(saved)


def test_a_pickle_is_refused(tmp_path):
    path = tmp_path / "network.keras"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(RefusedError, match="It may be a pickle, which runs code when it is read"):
        load_network(path)


def test_an_old_file_is_refused_with_what_to_do(tmp_path):
    with pytest.raises(RefusedError, match=r"old format.* opsin models import .*digits\.h5 --into DIR --labels"):
        load_network(tmp_path / "digits.h5")


def test_an_old_file_under_a_new_name_is_refused_with_what_to_do(tmp_path):
    with h5py.File(tmp_path / "digits.keras", "w") as file:
        file["a"] = 1
    with pytest.raises(RefusedError, match="is an HDF5 file under another name"):
        load_network(tmp_path / "digits.keras")


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(WeightsError, match=r"There is no .*network\.keras"):
        load_network(tmp_path / "network.keras")


def test_all_layers_are_known_to_who_loads_a_network():
    files = {path.stem: path.read_text() for path in Path(module.__file__).parent.glob("*.py")}
    layer = re.compile(r"register_keras_serializable.*\nclass \w+\(\S*Layer\)")
    found = {f"opsin.nn.{name}" for name, text in files.items() if layer.search(text)}
    assert len(found) >= 4
    assert found <= set(module._MODULES)
