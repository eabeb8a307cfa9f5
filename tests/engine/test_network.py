import numpy as np
import pytest

from opsin.engine.network import optimizer
from opsin.engine.settings import OPTIMIZERS, TrainOptions
from opsin.nn.backend import keras


def after_a_step(name, gradient, **options):
    """What a weight of 1 becomes."""
    weight = keras().Variable(np.ones((2, 2), np.float32))
    optimizer(TrainOptions(optimizer=name, **options), 0.1).apply([gradient * np.ones((2, 2), np.float32)], [weight])
    return np.asarray(weight)


@pytest.mark.parametrize("name", OPTIMIZERS)
class TestEveryOptimizer:
    def test_goes_down_the_gradient(self, name):
        assert (after_a_step(name, 1.0) < 1).all()

    def test_leaves_a_weight_alone_that_changes_nothing(self, name):
        assert after_a_step(name, 0.0) == pytest.approx(np.ones((2, 2)))

    def test_shrinks_it_when_that_is_asked(self, name):
        assert after_a_step(name, 0.0, weight_decay=0.5) == pytest.approx(np.full((2, 2), 0.95), abs=1e-6)


def test_momentum_is_that_of_sgd():
    assert optimizer(TrainOptions(optimizer="sgd", momentum=0.7), 0.1).momentum == 0.7


def test_a_moving_average_is_kept_when_asked():
    assert optimizer(TrainOptions(averaging=0.99), 0.1).ema_momentum == 0.99
