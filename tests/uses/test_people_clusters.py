import numpy as np
import pytest

from opsin.uses import _people_clusters
from opsin.uses._people_clusters import grouped, join, linked

NONE = np.zeros((0, 2), np.intp)


def crowd(people=12, faces=5, noise=0.6, seed=0):
    """(n, 16) of length 1: so many people with so many faces, each a little beside the person's own direction."""
    random = np.random.default_rng(seed)
    middle = random.normal(size=(people, 1, 16))
    vectors = (middle + noise * random.normal(size=(people, faces, 16))).reshape(-1, 16)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def joined(embeddings, least, apart=NONE, closed=()):
    """The clusters of faces that begin alone, as sets."""
    count = len(embeddings)
    groups = grouped(embeddings, np.arange(count), np.asarray(apart, np.intp), np.isin(np.arange(count), closed))
    return sets(join(groups, least))


def sets(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in set(labels.tolist())}


def by_the_book(embeddings, least, apart=()):
    """Average linkage from the table of all pairs, one join after the other."""
    table = (embeddings @ embeddings.T).astype(float)
    for one, other in apart:
        table[one, other] = table[other, one] = -np.inf
    clusters = [[index] for index in range(len(embeddings))]
    while len(clusters) > 1:
        alike, one, other = max(
            (table[np.ix_(a, b)].mean(), i, j) for i, a in enumerate(clusters) for j, b in enumerate(clusters) if i < j
        )
        if alike < least:
            break
        clusters[one] += clusters.pop(other)
    return {frozenset(cluster) for cluster in clusters}


@pytest.mark.parametrize("least", [0.2, 0.5, 0.8])
def test_it_is_average_linkage_as_the_book_has_it(least):
    embeddings = crowd()
    assert joined(embeddings, least) == by_the_book(embeddings, least)


def test_it_is_average_linkage_where_some_may_not_be_joined():
    embeddings = crowd()
    apart = np.random.default_rng(1).integers(0, len(embeddings), (40, 2))
    apart = apart[apart[:, 0] != apart[:, 1]]
    assert joined(embeddings, 0.4, apart) == by_the_book(embeddings, 0.4, apart.tolist())


def test_few_rows_at_a_time_give_the_same(monkeypatch):
    embeddings, apart = crowd(), [[0, 1], [2, 30], [59, 58]]
    whole = joined(embeddings, 0.4, apart)
    monkeypatch.setattr(_people_clusters, "ROWS", 7)
    assert joined(embeddings, 0.4, apart) == whole


def test_the_order_of_the_faces_does_not_matter():
    embeddings, order = crowd(), np.random.default_rng(2).permutation(60)
    mixed = {frozenset(order[list(cluster)].tolist()) for cluster in joined(embeddings[order], 0.4)}
    assert mixed == joined(embeddings, 0.4)


def test_equal_faces_are_one_however_many():
    assert joined(np.tile(crowd()[:1], (33, 1)), 0.9) == {frozenset(range(33))}


def test_who_is_apart_stays_apart_even_through_others():
    same = np.tile(crowd()[:1], (9, 1))
    clusters = joined(same, -1.0, [[0, 1], [0, 2], [1, 2]])
    assert len(clusters) == 3
    assert all(len(cluster & {0, 1, 2}) == 1 for cluster in clusters)


def test_two_closed_groups_are_never_joined_but_gain_others():
    for closed in ({0, 1}, {4, 5}):  # before the open ones, and after them
        clusters = joined(np.tile(crowd()[:1], (6, 1)), 0.5, closed=list(closed))
        assert len(clusters) == 2
        assert all(len(cluster & closed) == 1 for cluster in clusters)


def test_likeness_that_differs_in_its_last_digit_does_not_stop_it(monkeypatch):
    near = _people_clusters._nearest

    def wavering(groups, rows, live):
        alike = near(groups, rows, live)[1]
        return np.roll(live, -1)[np.searchsorted(live, rows)], alike  # nobody is named by whom they name

    monkeypatch.setattr(_people_clusters, "_nearest", wavering)
    assert joined(np.tile(crowd()[:1], (5, 1)), 0.5) == {frozenset(range(5))}


def test_nothing_is_joined_to_nothing():
    assert joined(np.zeros((0, 16), np.float32), 0.5) == set()


def test_the_groups_given_are_left_alone():
    groups = grouped(crowd(), np.arange(60), NONE, np.zeros(60, bool))
    before = groups.means.copy()
    join(groups, 0.3)
    assert (groups.means == before).all()
    assert groups.sizes.tolist() == [1] * 60


def test_a_group_that_begins_large_counts_as_all_its_faces():
    embeddings = crowd(people=1, faces=4)
    groups = grouped(embeddings, np.array([0, 0, 0, 1]), NONE, np.zeros(2, bool))
    average = float((embeddings[:3] @ embeddings[3]).mean())
    assert [len(sets(join(groups, average + shift))) for shift in (-1e-4, 1e-4)] == [1, 2]


def test_what_is_linked_has_the_first_as_its_name():
    assert linked(6, [[5, 4], [4, 2], [0, 1]]).tolist() == [0, 0, 2, 3, 2, 2]
