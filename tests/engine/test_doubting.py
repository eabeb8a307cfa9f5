import builtins

import numpy as np
import pytest

from opsin.core.errors import MissingExtraError
from opsin.engine import doubting
from opsin.engine.doubting import held_out_scores


@pytest.fixture
def clouds():
    """Sixty vectors of length 1 around three directions, and which direction each belongs to."""
    rng = np.random.default_rng(0)
    truth = np.arange(60) % 3
    vectors = np.eye(8)[truth] + rng.normal(0, 0.1, (60, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16), truth


def test_scores_are_shares_and_right_where_classes_lie_apart(clouds):
    scores = held_out_scores(*clouds, labels=3)
    assert scores.sum(axis=1) == pytest.approx(1)
    assert (scores.argmax(axis=1) == clouds[1]).all()


def test_nothing_is_judged_by_what_learned_from_it():
    # Labels drawn at random can be learned by heart, and in no other way.
    rng = np.random.default_rng(1)
    vectors, truth = rng.normal(0, 1, (60, 200)), rng.integers(0, 2, 60)
    scores = held_out_scores(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), truth, 2)
    assert (scores.argmax(axis=1) == truth).mean() < 0.75


def test_a_class_without_pictures_gets_nothing(clouds):
    scores = held_out_scores(*clouds, labels=5)
    assert scores.shape == (60, 5)
    assert (scores[:, 3:] == 0).all()


def test_what_cannot_be_read_is_not_judged_and_teaches_nothing(clouds):
    vectors, truth = clouds
    vectors[:4] = 0
    scores = held_out_scores(vectors, truth, 3)
    assert np.isnan(scores[:4]).all()
    assert np.isfinite(scores[4:]).all()


def test_one_class_alone_cannot_be_judged(clouds):
    assert np.isnan(held_out_scores(clouds[0], np.zeros(60, np.int64), 1)).all()


def test_of_very_many_pictures_some_are_learned_from(clouds, monkeypatch):
    monkeypatch.setattr(doubting, "ENOUGH", 20)
    learned = []
    made = doubting._learner()
    monkeypatch.setattr(doubting, "_learner", lambda: made)
    fit = made.fit
    monkeypatch.setattr(made, "fit", lambda x, y: learned.append(len(x)) or fit(x, y))
    scores = held_out_scores(*clouds, labels=3)
    assert learned == [20] * 5
    assert (scores.argmax(axis=1) == clouds[1]).mean() > 0.95


def test_without_scikit_learn_it_says_what_to_install(clouds, monkeypatch):
    real = builtins.__import__

    def missing(name, *more):
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r'pip install "opsin\[train\]"'):
        held_out_scores(*clouds, labels=3)
