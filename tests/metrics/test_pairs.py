from __future__ import annotations

import itertools

import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.metrics import pairs as module
from opsin.metrics.pairs import NEVER, all_pairs, count_pairs


def people(seed=0, count=70):
    random = np.random.default_rng(seed)
    return random.normal(size=(count, 8)), random.integers(0, 9, count).astype(str)


def by_hand(embeddings, names):
    """Genuine and impostor similarities, pair by pair, sorted."""
    sides = {True: [], False: []}
    for (one, first), (other, second) in itertools.combinations(zip(embeddings, names, strict=True), 2):
        cosine = one @ other / np.sqrt((one @ one) * (other @ other))
        sides[bool(first == second)].append(cosine)
    return sorted(sides[True]), sorted(sides[False])


@pytest.mark.parametrize("rows", [1, 7, 70, 500])
def test_every_pair_is_there_once_however_large_the_blocks_are(rows, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", rows)
    genuine, impostors = by_hand(*people())
    found = all_pairs(*people())
    assert np.sort(found.genuine) == pytest.approx(genuine, abs=1e-6)
    assert np.sort(found.impostors) == pytest.approx(impostors, abs=1e-6)


@pytest.mark.parametrize("rows", [7, 500])
def test_counting_gives_what_keeping_them_would(rows, monkeypatch):
    monkeypatch.setattr(module, "_ROWS", rows)
    found, thresholds = all_pairs(*people()), [0.3, -0.2, 0.9, 0.0]
    counted = count_pairs(*people(), thresholds)
    assert counted.tar == pytest.approx([np.mean(found.genuine >= each) for each in thresholds])
    assert counted.far == pytest.approx([np.mean(found.impostors >= each) for each in thresholds])
    assert (counted.num_genuine, counted.num_impostors) == (len(found.genuine), len(found.impostors))


def test_a_pair_that_is_just_so_alike_reaches_the_threshold():
    assert count_pairs([[1, 0], [0, 1]], [0, 1], [0.0, 1e-9]).impostors.tolist() == [1, 0]


def test_the_same_face_twice_is_no_more_alike_than_one():
    embeddings = np.random.default_rng(0).normal(size=(100, 128)).repeat(2, axis=0)
    genuine = all_pairs(embeddings, np.arange(200) // 2).genuine
    assert genuine == pytest.approx(np.ones(100))
    assert genuine.max() <= 1


def test_a_face_that_was_not_found_is_like_nobody_not_even_another_such():
    found = all_pairs([[0, 0], [0, 0], [1, 0]], [1, 1, 1])
    assert found.genuine.tolist() == [NEVER] * 3


def test_the_callers_embeddings_stay_as_they_were():
    embeddings = np.full((2, 3), 5, np.float32)
    all_pairs(embeddings, [1, 2])
    assert (embeddings == 5).all()


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_make_no_pairs_and_no_rates(count):
    counted = count_pairs(np.ones((count, 4)), np.zeros(count), [0.5])
    assert (counted.num_genuine, counted.num_impostors) == (0, 0)
    assert np.isnan([*counted.tar, *counted.far]).all()
    assert len(all_pairs(np.ones((count, 4)), np.zeros(count)).genuine) == 0


@pytest.mark.parametrize(("shape", "names"), [((3, 2), [1, 2]), ((3,), [1, 2, 3])])
def test_other_shapes_are_refused(shape, names):
    with pytest.raises(InputError, match=r"embeddings must be \(n, d\) and people \(n,\); got \(3"):
        all_pairs(np.ones(shape), names)


def test_an_embedding_that_is_no_number_is_refused():
    with pytest.raises(InputError, match="embeddings must be finite"):
        all_pairs([[np.nan, 1]], [1])
