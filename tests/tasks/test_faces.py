import numpy as np
import pytest

from opsin.core.errors import InputError
from opsin.tasks.faces import Faces, FacesOptions, score

BOXES, POINTS = [[10, 10, 50, 60], [60, 20, 90, 55]], np.arange(20).reshape(2, 5, 2)


def faces(**other):
    given = {"scores": (0.9, 0.8), "boxes": BOXES, "points": POINTS} | other
    return Faces(height=80, width=100, **given)


def nobody():
    return faces(scores=(), boxes=(), points=())


class TestResult:
    @pytest.mark.parametrize(
        ("result", "said"),
        [
            (nobody(), ""),
            (faces(scores=(0.9,), boxes=BOXES[:1], points=POINTS[:1]), "1 face"),
            (faces(), "2 faces"),
            (faces(names=("Ada", "unknown"), similarities=(0.6, 0.2)), "Ada, unknown"),
        ],
    )
    def test_it_says_who_is_there_or_how_many(self, result, said):
        assert result.summary == said

    def test_its_json_holds_boxes_scores_and_points(self):
        told = faces().to_dict()
        assert set(told) == {"height", "width", "task", "model", "scores", "boxes", "points"}
        assert np.shape(told["points"]) == (2, 5, 2)

    def test_names_and_embeddings_are_there_when_asked_for(self):
        told = faces(names=("Ada", "Bob"), similarities=(0.6, 0.5), embeddings=np.eye(2, 3)).to_dict()
        assert (told["names"], told["embeddings"]) == (["Ada", "Bob"], [[1, 0, 0], [0, 1, 0]])

    def test_a_name_too_few_is_refused(self):
        with pytest.raises(InputError, match=r"must have the shape"):
            faces(names=("Ada",))

    def test_points_grow_and_shrink_with_the_picture(self):
        twice = faces().resized((160, 200))
        assert (twice.points == 2 * POINTS).all()
        assert (twice.boxes == 2 * np.array(BOXES)).all()

    @pytest.mark.parametrize("which", [[1], np.array([False, True])])
    def test_some_of_the_faces_keep_what_is_theirs(self, which):
        kept = faces(names=("Ada", "Bob"), similarities=(0.6, 0.5), embeddings=np.eye(2, 3)).take(which)
        assert (kept.names, kept.boxes.tolist(), kept.embeddings.tolist()) == (("Bob",), BOXES[1:], [[0, 1, 0]])
        assert kept.points.tolist() == POINTS[1:].tolist()

    def test_it_draws_boxes_and_points(self):
        blank = np.zeros((80, 100, 3), np.uint8)
        drawn = faces(points=np.full((2, 5, 2), 30)).draw(blank)
        assert drawn[30, 30].min() > 150
        assert not blank.any()


class TestScore:
    def test_a_perfect_answer_is_one(self):
        assert score([faces(), nobody()], [faces(), nobody()]) == {"AP50": 1.0}

    def test_half_of_the_faces_found_is_a_half(self):
        assert score([faces().take([0])], [faces()]) == {"AP50": 0.5}

    def test_answers_need_their_truth(self):
        with pytest.raises(InputError, match="Each answer needs its truth"):
            score([faces()], [])


def test_the_defaults_can_be_asked():
    assert FacesOptions().small is False
