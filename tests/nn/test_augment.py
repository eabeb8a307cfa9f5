"""Every preset keeps the same promises."""

import numpy as np
import pytest

from opsin.core.errors import UnknownNameError
from opsin.nn.augment import PRESETS, augment
from opsin.nn.backend import keras

SIZE = (9, 8)
CHANGING = [preset for preset in PRESETS if preset != "none"]


def pictures(channels=3, count=16):
    return np.random.default_rng(0).integers(0, 256, (count, *SIZE, channels)).astype(np.float32)


def taught(preset, seed=0, **asked):
    """What the network sees of the pictures while it learns."""
    return np.asarray(augment(preset, SIZE, seed, **asked)(pictures(), training=True))


def network(preset, channels=3):
    image = keras().Input((*SIZE, channels), name="image")
    flat = keras().layers.Flatten()(augment(preset, SIZE)(image))
    return keras().Model(image, keras().layers.Dense(2, name="logits")(flat))


def test_none_is_no_layer():
    assert augment("none", SIZE) is None


def test_another_preset_is_refused_and_the_presets_are_named():
    with pytest.raises(UnknownNameError, match=r"called 'strnog'\. Did you mean 'strong'\? Known: light, none"):
        augment("strnog", SIZE)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("preset", CHANGING)
class TestEveryPreset:
    def test_keeps_shape_type_and_range(self, preset, channels):
        changed = np.asarray(augment(preset, SIZE)(pictures(channels), training=True))
        assert (changed.shape, changed.dtype) == (pictures(channels).shape, np.float32)
        assert 0 <= changed.min() < changed.max() <= 255

    def test_changes_nearly_every_picture_in_training(self, preset, channels):
        changed = np.asarray(augment(preset, SIZE)(pictures(channels), training=True))
        assert (changed != pictures(channels)).any(axis=(1, 2, 3)).mean() > 0.8

    def test_changes_alike_pictures_in_different_ways(self, preset, channels):
        alike = np.repeat(pictures(channels, 1), 16, axis=0)
        changed = np.asarray(augment(preset, SIZE)(alike, training=True))
        assert len({each.tobytes() for each in changed}) > 8

    def test_leaves_every_pixel_alone_when_answering(self, preset, channels):
        layer = augment(preset, SIZE)
        assert np.array_equal(layer(pictures(channels), training=False), pictures(channels))
        assert np.array_equal(layer(pictures(channels)), pictures(channels))

    def test_takes_batches_of_any_number(self, preset, channels):
        model = network(preset, channels)
        assert model(pictures(channels, 1), training=True).shape == (1, 2)
        assert model(pictures(channels, 3), training=True).shape == (3, 2)


@pytest.mark.parametrize("preset", CHANGING)
class TestSeeds:
    def test_the_same_seed_makes_the_same_pictures(self, preset):
        assert np.array_equal(taught(preset, 3), taught(preset, 3))

    def test_another_seed_makes_other_pictures(self, preset):
        assert not np.array_equal(taught(preset, 3), taught(preset, 4))

    def test_the_next_batch_is_changed_in_other_ways(self, preset):
        layer = augment(preset, SIZE)
        first, second = (np.asarray(layer(pictures(), training=True)) for _ in range(2))
        assert not np.array_equal(first, second)

    def test_with_its_variables_put_back_it_goes_on_as_if_uninterrupted(self, preset):
        layer, other = augment(preset, SIZE), augment(preset, SIZE)
        layer(pictures(), training=True)
        for mine, its in zip(other.variables, layer.variables, strict=True):
            mine.assign(its)
        assert np.array_equal(other(pictures(), training=True), layer(pictures(), training=True))


# Keras reads TensorFlow's variables in a way that NumPy 2 has asked to change.
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
@pytest.mark.parametrize("preset", CHANGING)
class TestInsideANetwork:
    def test_it_is_saved_and_loaded_with_it(self, preset, tmp_path):
        model = network(preset)
        model.save(tmp_path / "network.keras")
        again = keras().saving.load_model(tmp_path / "network.keras", safe_mode=True)
        settings = [[each.get_config() for each in net.get_layer("augment").layers] for net in (again, model)]
        assert settings[0] == settings[1]
        assert np.array_equal(again(pictures()), model(pictures()))

    def test_it_leaves_nothing_random_in_what_is_exported(self, preset):
        tensorflow = pytest.importorskip("tensorflow")
        model = network(preset)
        answering = tensorflow.function(lambda image: model(image, training=False))
        graph = answering.get_concrete_function(tensorflow.TensorSpec((None, *SIZE, 3))).graph
        assert not [each.type for each in graph.get_operations() if "andom" in each.type or "Project" in each.type]

    def test_it_learns_through_it(self, preset):
        keras().utils.set_random_seed(0)  # `fit` shuffles; asked to be deterministic, TensorFlow wants a seed for that
        model = network(preset)
        model.compile("sgd", "mse")
        assert model.fit(pictures() / 255, np.zeros((16, 2)), verbose=0, batch_size=8).history["loss"][0] >= 0


def mirrors(layer, count=200):
    """Share of pictures, dark left and light right, that come out light left."""
    slope = np.tile(np.linspace(0, 255, SIZE[1], dtype=np.float32)[None, None, :, None], (count, SIZE[0], 1, 3))
    changed = np.asarray(layer(slope, training=True))
    return (changed[:, :, :4].mean(axis=(1, 2, 3)) > changed[:, :, 4:].mean(axis=(1, 2, 3))).mean()


@pytest.mark.parametrize("preset", CHANGING)
class TestNature:
    def test_half_of_the_pictures_are_mirrored(self, preset):
        assert mirrors(augment(preset, SIZE)) == pytest.approx(0.5, abs=0.15)

    @pytest.mark.parametrize("asked", [{"flips": False}, {"ink": True}], ids=str)
    def test_writing_is_never_mirrored(self, preset, asked):
        assert mirrors(augment(preset, SIZE, **asked)) < 0.02

    def test_black_paper_stays_black_under_characters(self, preset):
        changed = np.asarray(augment(preset, SIZE, ink=True)(np.zeros((50, *SIZE, 1)), training=True))
        assert (changed == 0).mean() > 0.8  # but for what "strong" covers


def test_light_moves_even_the_smallest_picture():
    layer = augment("light", (3, 3), flips=False)
    assert np.ptp(np.asarray(layer(np.arange(9.0).reshape(1, 3, 3, 1).repeat(9, 0), training=True)), axis=0).max() > 0


def test_pictures_that_show_the_same_either_way_up_are_turned_upside_down_too():
    alike = np.repeat(pictures(count=1), 40, axis=0)
    layer = augment("light", SIZE, flips=False, turns=True)
    turned = np.asarray(layer.get_layer("upside_down")(alike, training=True))
    is_turned = [np.array_equal(each, alike[0, ::-1]) for each in turned]
    assert 5 < sum(is_turned) < 35
    assert all(same or np.array_equal(each, alike[0]) for same, each in zip(is_turned, turned, strict=True))


@pytest.mark.parametrize(("preset", "kept"), [("standard", ["colour"]), ("strong", ["colour"])])
def test_where_places_count_only_colours_change(preset, kept):
    assert [layer.name for layer in augment(preset, SIZE, turns=True, moves=False).layers] == kept


def test_a_preset_that_only_moves_pictures_is_no_layer_where_places_count():
    assert augment("light", SIZE, moves=False) is None
