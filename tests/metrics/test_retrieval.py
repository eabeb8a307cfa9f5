from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors

from opsin.core.errors import InputError, OptionError
from opsin.metrics import retrieval
from opsin.metrics.retrieval import precision_at_k


def random_embeddings(seed, number=60):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, number)
    return random.normal(size=(number, 8)) + 2 * np.eye(8)[labels], labels


def by_scikit_learn(embeddings, labels, k):
    neighbours = NearestNeighbors(n_neighbors=k, metric="cosine").fit(embeddings)
    nearest = neighbours.kneighbors(return_distance=False)  # of the points themselves: each leaves itself out
    return (labels[nearest] == labels[:, None]).mean()


@given(st.integers(0, 2**32), st.integers(1, 59))
@settings(max_examples=30, deadline=None)
def test_precision_at_k_is_that_of_scikit_learns_neighbours(seed, k):
    embeddings, labels = random_embeddings(seed)
    assert precision_at_k(embeddings, labels, k) == pytest.approx(by_scikit_learn(embeddings, labels, k))


def test_many_images_give_the_same_block_by_block(monkeypatch):
    embeddings, labels = random_embeddings(3)
    whole = precision_at_k(embeddings, labels, 5)
    monkeypatch.setattr(retrieval, "_ROWS", 7)
    assert precision_at_k(embeddings, labels, 5) == pytest.approx(whole)


def test_the_length_of_an_embedding_does_not_matter():
    embeddings, labels = random_embeddings(4)
    scaled = embeddings * np.linspace(0.1, 9, len(labels))[:, None]
    assert precision_at_k(scaled, labels, 5) == precision_at_k(embeddings, labels, 5)


def test_an_embedding_of_zeros_is_near_to_nothing():
    assert precision_at_k([[0, 0], [1, 0], [1, 0.1]], ["a", "b", "b"], k=1) == pytest.approx(2 / 3)


def test_an_image_is_not_its_own_neighbour():
    assert precision_at_k(np.eye(3), ["a", "b", "c"], k=2) == 0


@pytest.mark.parametrize("k", [0, 3])
def test_there_must_be_that_many_others(k):
    with pytest.raises(OptionError, match=rf"k must be from 1 to the number of other images, 2; got {k}\."):
        precision_at_k(np.eye(3), ["a", "b", "c"], k)


def test_each_embedding_must_have_a_label():
    with pytest.raises(InputError, match=r"must be \(n, d\) and labels \(n,\); got \(3, 3\) and \(2,\)\."):
        precision_at_k(np.eye(3), ["a", "b"], 1)
