import numpy as np
import pytest

from opsin.models._grid import FILES, SHAPE, SIDE, Grid, squeezed
from opsin.runtime.network import Place
from opsin.store.fetch import fetch


@pytest.fixture(scope="module")
def grid():
    files = fetch(FILES.values())
    return Grid({role: files[asset] for role, asset in FILES.items()}, Place())


@pytest.fixture(scope="module")
def noise():
    return np.random.default_rng(0).integers(0, 256, (2, 120, 160, 3), np.uint8)


@pytest.mark.parametrize("size", [(10, 300), (SIDE, SIDE), (1000, 20)])
def test_a_picture_of_any_shape_is_squeezed_to_the_square(size):
    assert squeezed(np.zeros((*size, 3), np.uint8)).shape == (SIDE, SIDE, 3)


@pytest.mark.weights
class TestGrid:
    def test_it_sees_each_place_of_each_picture(self, grid, noise):
        assert grid(noise).shape == (2, *SHAPE)

    def test_a_picture_alone_is_seen_as_it_is_among_others(self, grid, noise):
        np.testing.assert_allclose(grid(noise)[1:], grid(noise[1:]), atol=1e-3)

    def test_the_labels_scores_are_shares(self, grid, noise):
        scores = grid(noise)[..., -160:]
        assert scores.min() >= 0
        assert scores.max() <= 1

    def test_what_is_on_the_left_is_seen_on_the_left(self, grid):
        plain = np.full((SIDE, SIDE, 3), 128, np.uint8)
        marked = plain.copy()
        marked[:, :96] = np.random.default_rng(1).integers(0, 256, (SIDE, 96, 3))
        apart = np.abs(grid([marked]) - grid([plain]))[0].sum(axis=(0, 2))  # (9,) by column
        assert apart[:3].sum() > 2 * apart[6:].sum()
