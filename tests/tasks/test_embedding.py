import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import cosine_similarity

from opsin.core.errors import InputError
from opsin.draw.strip import draw_strip
from opsin.tasks.embedding import Embedding, score, unit

numbers = st.floats(-100, 100, width=32).filter(lambda number: number == 0 or abs(number) > 0.001)
vectors = arrays(np.float32, st.tuples(st.integers(1, 4), st.integers(1, 9)), elements=numbers)


def embedded(vector, **other):
    return Embedding(height=40, width=60, vector=vector, **other)


@given(vectors)
def test_a_unit_has_length_one_unless_it_is_nothing(each):
    lengths = np.linalg.norm(unit(each), axis=1)
    assert lengths == pytest.approx((np.abs(each).max(axis=1) > 0).astype(float), abs=1e-6)


@given(vectors)
def test_a_unit_points_where_the_vector_did(each):
    assert unit(each) * np.linalg.norm(each, axis=1, keepdims=True) == pytest.approx(each, rel=1e-5)


@given(vectors)
def test_a_unit_is_always_a_vector_that_an_embedding_takes(each):
    assert embedded(unit(each)[0]).vector.shape == each.shape[1:]


def test_unit_leaves_its_vectors_alone():
    each = np.array([[3, 4]], np.float32)
    unit(each)
    assert each.tolist() == [[3, 4]]


def test_a_vector_longer_than_one_is_refused():
    with pytest.raises(InputError, match=r"^Embedding\.vector must lie in -1\.0\.\.1\.0; got 0\.0\.\.3\.0\.$"):
        embedded([0, 3])


def test_a_vector_of_vectors_is_refused():
    with pytest.raises(InputError, match=r"^Embedding\.vector must have the shape \(d,\); got \(1, 2\)\.$"):
        embedded([[0, 1]])


def test_the_summary_is_the_length_and_the_beginning():
    assert embedded([0.6, -0.8]).summary == "2 numbers: 0.600 -0.800 …"
    assert embedded(np.zeros(50)).summary == "50 numbers: " + "0.000 " * 6 + "…"


def test_one_row_with_a_column_for_each_number():
    assert embedded([0.6, -0.8]).rows() == [{"v0": 0.6, "v1": -0.8}]


def test_json_has_the_vector_with_six_decimals():
    answer = embedded([0.12345678, 0.5], model="m").to_dict()
    assert list(answer) == ["height", "width", "task", "model", "vector"]
    assert answer["vector"] == [0.123457, 0.5]


def test_it_comes_back_from_its_dict():
    assert Embedding.from_dict(embedded([0.6, -0.8]).to_dict()).vector == pytest.approx([0.6, -0.8])


def test_it_is_drawn_as_a_strip():
    image = np.full((40, 60, 3), 90, np.uint8)
    assert (embedded([0.6, -0.8]).draw(image) == draw_strip(image, np.array([0.6, -0.8], np.float32))).all()


def test_at_another_size_the_vector_stays():
    other = embedded([0.6, -0.8], model="m").resized((4, 6))
    assert (other.size, other.model) == ((4, 6), "m")
    assert other.vector == pytest.approx([0.6, -0.8])


@pytest.mark.parametrize(("other", "cosine"), [([1, 0], 1), ([0, 1], 0), ([-1, 0], -1), ([0.6, 0.8], 0.6)])
def test_the_score_of_two_vectors_is_the_cosine_between_them(other, cosine):
    assert score([embedded([1, 0])], [embedded(other)])["cosine"] == pytest.approx(cosine)


def test_the_score_is_the_mean_cosine_that_scikit_learn_gives():
    ours, theirs = np.random.default_rng(0).normal(size=(2, 20, 8)).astype(np.float32)
    figures = score(list(map(embedded, unit(ours))), list(map(embedded, unit(theirs))))
    assert figures["cosine"] == pytest.approx(cosine_similarity(ours, theirs).diagonal().mean(), abs=1e-6)


def test_of_no_images_there_is_a_score_all_the_same():
    assert score([], [])["cosine"] == 0.0
