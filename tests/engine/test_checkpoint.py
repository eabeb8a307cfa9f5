"""The state of a training in one file."""

import numpy as np
import pytest

from opsin.core.errors import RunError
from opsin.engine.checkpoint import Checkpoint, assign, remembered, restore


class Patience:
    """Remembers as Keras's EarlyStopping does."""

    def __init__(self):
        self.wait, self.best, self.best_weights = 2, np.float32(0.5), [np.ones(3), np.zeros((2, 2))]
        self.monitor_op, self.model, self.nothing = np.less, object(), None


@pytest.fixture
def state() -> Checkpoint:
    random = np.random.default_rng(0)
    return Checkpoint(
        epoch=3,
        history=({"epoch": 1, "loss": 0.1 + 0.2}, {"epoch": 2, "loss": 1 / 3, "val_loss": 0.5}),
        weights=tuple(random.normal(size=shape).astype(np.float32) for shape in [(2, 3), (3,), ()]),
        optimizer=(np.array(7), random.normal(size=4)),
        best=(np.ones((2, 3), np.float32),),
        best_value=0.5,
        callbacks=(remembered(Patience()), {}),
    )


def test_what_is_saved_comes_back_to_the_last_bit(state, tmp_path):
    state.save(tmp_path / "checkpoint.npz")
    back = Checkpoint.load(tmp_path / "checkpoint.npz")
    assert (back.epoch, back.history, back.best_value) == (3, state.history, 0.5)
    for before, after in zip(
        state.weights + state.optimizer + state.best, back.weights + back.optimizer + back.best, strict=True
    ):
        assert before.dtype == after.dtype
        assert np.array_equal(before, after)


def test_a_callback_gets_back_what_it_remembered(state, tmp_path):
    state.save(tmp_path / "checkpoint.npz")
    callback = Patience()
    callback.wait, callback.best, callback.best_weights = 0, None, None
    restore(callback, Checkpoint.load(tmp_path / "checkpoint.npz").callbacks[0])
    assert (callback.wait, callback.best, callback.nothing) == (2, 0.5, None)
    assert [each.shape for each in callback.best_weights] == [(3,), (2, 2)]


def test_functions_and_models_are_not_remembered():
    assert {"monitor_op", "model"} & set(remembered(Patience())) == set()


def test_the_file_holds_no_pickle(state, tmp_path):
    state.save(tmp_path / "checkpoint.npz")
    with np.load(tmp_path / "checkpoint.npz", allow_pickle=False) as file:
        assert all(file[name].dtype != object for name in file.files)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_one_clear_line(content, tmp_path):
    (tmp_path / "checkpoint.npz").write_bytes(content)
    with pytest.raises(RunError, match=r"checkpoint\.npz cannot be read .* Begin the run anew\."):
        Checkpoint.load(tmp_path / "checkpoint.npz")


def test_the_state_of_another_network_is_refused(tmp_path):
    class Variable:
        shape = (2, 3)

    with pytest.raises(RunError, match="holds the state of another network: 1 arrays for 2 variables"):
        assign([Variable(), Variable()], [np.zeros((2, 3))], tmp_path / "checkpoint.npz")
