import contextlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from opsin.core.boxes import as_boxes, coco_from_xyxy, iou, mirror
from opsin.core.errors import InputError, OptionError
from opsin.draw.boxes import draw_boxes
from opsin.draw.palette import colour_of_number
from opsin.tasks.detection import DetectionOptions, Detections, best_boxes, score

LABELS = ("cat", "dog")
SIZE = (100, 200)
LEFT, NEAR_LEFT, RIGHT = [0, 0, 10, 10], [0, 0, 10, 9], [50, 50, 70, 80]


def found(boxes, scores, labels=LABELS, size=SIZE, **options):
    return best_boxes(as_boxes(boxes), np.array(scores, np.float32), labels, size, DetectionOptions(**options))


def detections(boxes=(LEFT, RIGHT), labels=("cat", "dog"), scores=(0.75, 0.5), size=SIZE, **other):
    return Detections(height=size[0], width=size[1], labels=labels, scores=scores, boxes=boxes, **other)


@st.composite
def proposals(draw, most=12):
    """(n, 4) boxes around the image and (2, n) scores that are all different."""
    number = draw(st.integers(0, most))
    corners = draw(st.lists(st.tuples(st.integers(-20, 190), st.integers(-20, 90)), min_size=number, max_size=number))
    sides = draw(st.lists(st.tuples(st.integers(1, 80), st.integers(1, 80)), min_size=number, max_size=number))
    boxes = as_boxes([(x, y, x + w, y + h) for (x, y), (w, h) in zip(corners, sides, strict=True)])
    scores = np.random.default_rng(draw(st.integers(0, 99))).permutation(2 * number) / max(2 * number, 1)
    return boxes, scores.reshape(2, number).astype(np.float32)


class TestBestBoxes:
    def test_a_box_has_the_label_of_the_row_that_it_scores_in(self):
        answer = found([LEFT, RIGHT], [[0.9, 0.1], [0.2, 0.75]])
        assert answer["labels"] == ("cat", "dog")
        assert answer["scores"] == pytest.approx([0.9, 0.75])
        assert answer["boxes"].tolist() == [LEFT, RIGHT]

    def test_the_surest_comes_first(self):
        assert found([LEFT, RIGHT], [[0.5, 0.9], [0, 0]])["boxes"].tolist() == [RIGHT, LEFT]

    def test_of_two_boxes_on_one_thing_the_better_stays(self):
        answer = found([NEAR_LEFT, LEFT], [[0.8, 0.9], [0, 0]])
        assert answer["boxes"].tolist() == [LEFT]

    def test_two_labels_may_lie_on_one_place(self):
        assert found([LEFT, NEAR_LEFT], [[0.9, 0], [0, 0.8]])["labels"] == ("cat", "dog")

    def test_one_box_may_have_two_labels(self):
        assert found([LEFT], [[0.5], [0.75]])["labels"] == ("dog", "cat")

    @pytest.mark.parametrize(("most", "number"), [(0.89, 1), (0.91, 2), (1.0, 2)])
    def test_what_overlaps_as_much_as_is_allowed_stays(self, most, number):
        assert len(found([LEFT, NEAR_LEFT], [[0.9, 0.8], [0, 0]], max_overlap=most)["labels"]) == number

    def test_a_thing_with_exactly_the_least_score_stays(self):
        assert len(found([LEFT, RIGHT], [[0.4, 0.39], [0, 0]])["labels"]) == 1

    def test_no_more_things_are_given_than_asked_for(self):
        assert found([LEFT, RIGHT], [[0.5, 0.9], [0, 0]], limit=1)["boxes"].tolist() == [RIGHT]

    def test_boxes_are_cut_at_the_borders(self):
        assert found([[-5, -6, 500, 600]], [[0.9], [0]])["boxes"].tolist() == [[0, 0, 200, 100]]

    def test_overlap_is_judged_before_the_borders_cut(self):
        # Inside the image the two are one; as proposed they share less than a fifth.
        boxes = [[-100, 0, 10, 10], [-10, 0, 10, 10]]
        assert len(found(boxes, [[0.9, 0.8], [0, 0]])["labels"]) == 2

    def test_a_score_a_hair_above_one_is_one(self):
        assert found([LEFT], [[1.0000001], [0]])["scores"].tolist() == [1.0]

    def test_nothing_proposed_is_nothing_found(self):
        answer = found([], np.zeros((2, 0)))
        assert (answer["labels"], answer["scores"].shape, answer["boxes"].shape) == ((), (0,), (0, 4))

    def test_only_the_thousand_surest_are_compared(self):
        boxes = [[2 * (at % 100), 2 * (at // 100), 2 * (at % 100) + 1, 2 * (at // 100) + 1] for at in range(1500)]
        scores = np.linspace(0.9, 0.5, 1500)[None]
        answer = found(boxes, scores, ("cat",), limit=2000)
        assert len(answer["labels"]) == 1000
        assert answer["scores"].min() == pytest.approx(scores[0, 999])

    @given(proposals(), st.sampled_from([0.0, 0.3, 0.6, 1.0]), st.integers(1, 9))
    def test_no_two_boxes_of_a_label_overlap_too_much(self, proposed, most, limit):
        boxes, scores = proposed
        # Moved to where no border cuts them: what is cut may overlap more.
        answer = found(boxes + 20, scores, size=(1000, 1000), max_overlap=most, limit=limit, min_score=0.0)
        same = np.array(answer["labels"])[:, None] == np.array(answer["labels"])
        others = same & ~np.eye(len(same), dtype=bool)
        assert len(same) <= limit
        assert (np.diff(answer["scores"]) <= 0).all()
        assert (iou(answer["boxes"], answer["boxes"])[others] <= most + 1e-6).all()

    @given(proposals())
    def test_boxes_mirrored_give_answers_mirrored(self, proposed):
        boxes, scores = proposed
        straight = found(boxes, scores, min_score=0.0)
        turned = found(mirror(boxes, SIZE), scores, min_score=0.0)
        assert turned["labels"] == straight["labels"]
        assert turned["boxes"] == pytest.approx(mirror(straight["boxes"], SIZE))

    @given(proposals(), st.permutations(range(12)))
    def test_the_order_of_proposals_does_not_matter(self, proposed, order):
        boxes, scores = proposed
        order = [at for at in order if at < len(boxes)]
        one, other = found(boxes, scores), found(boxes[order], scores[:, order])
        assert (one["labels"], one["boxes"].tolist()) == (other["labels"], other["boxes"].tolist())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"limit": 0}, r"^limit must be at least 1; got 0\.$"),
        ({"min_score": 2}, r"^min_score must be at most 1\.0; got 2\.$"),
        ({"max_overlap": -1}, r"^max_overlap must be at least 0\.0; got -1\.$"),
        ({"max_overlap": 1.5}, r"^max_overlap must be at most 1\.0; got 1\.5\.$"),
    ],
)
def test_options_out_of_range_are_refused(options, said):
    with pytest.raises(OptionError, match=said):
        DetectionOptions(**options)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scores": (0.5, 0.75)}, r"Detections\.scores must come best first; they rise\."),
        ({"scores": (1.5, 0.5)}, r"Detections\.scores must lie in 0\.0\.\.1\.0; got 0\.5\.\.1\.5\."),
        ({"labels": ("cat",)}, r"Detections\.scores must have the shape \(1,\); got \(2,\)\."),
        ({"boxes": [LEFT]}, r"Detections\.boxes must have the shape \(2, 4\); got \(1, 4\)\."),
        ({"boxes": [LEFT, [0, 0, np.inf, 1]]}, r"Detections\.boxes must be finite; got NaN or infinity\."),
    ],
)
def test_an_answer_that_cannot_be_is_refused(given, said):
    with pytest.raises(InputError, match=f"^{said}$"):
        detections(**given)


def test_the_summary_counts_each_label_the_most_frequent_first():
    answer = detections([LEFT, RIGHT, LEFT], ("cat", "dog", "dog"), (0.9, 0.8, 0.7))
    assert answer.summary == "2 × dog, 1 × cat"


def test_nothing_found_is_nothing_to_say():
    empty = detections((), (), ())
    assert (empty.summary, empty.rows(), empty.boxes.shape) == ("", [], (0, 4))


def test_a_row_for_each_thing():
    assert Detections.columns() == ("label", "score", "x0", "y0", "x1", "y1", "track")
    assert detections().rows()[1] == {"label": "dog", "score": 0.5, "x0": 50, "y0": 50, "x1": 70, "y1": 80}


def test_json_has_boxes_with_two_decimals():
    answer = detections([[0, 0, 1.23456, 2]], ("cat",), (0.5,), model="m").to_dict()
    assert list(answer) == ["height", "width", "task", "model", "labels", "scores", "boxes"]
    assert answer["boxes"] == [[0.0, 0.0, 1.23, 2.0]]


@pytest.mark.parametrize("answer", [detections(model="m"), detections((), (), ())], ids=["some", "none"])
def test_it_comes_back_from_its_dict(answer):
    assert Detections.from_dict(answer.to_dict()).to_dict() == answer.to_dict()


def test_it_is_drawn_as_boxes_with_labels_and_scores():
    image = np.full((*SIZE, 3), 90, np.uint8)
    answer = detections()
    assert (answer.draw(image) == draw_boxes(image, answer.boxes, answer.labels, answer.scores)).all()


def test_boxes_grow_with_the_image_each_way_by_itself():
    assert detections().resized((200, 600)).boxes.tolist() == [[0, 0, 30, 20], [150, 100, 210, 160]]


def test_at_another_size_all_else_stays():
    other = detections(model="m").resized((7, 9))
    assert (other.size, other.labels, other.model, other.scores.tolist()) == ((7, 9), LABELS, "m", [0.75, 0.5])


def test_one_of_two_things_found_in_its_place_is_half_of_them():
    figures = score([detections([LEFT], ("cat",), (0.9,))], [detections([LEFT, RIGHT], ("cat", "cat"), (1, 1))])
    # COCO asks for precision at 101 recalls, of which 0 to 0.5 are 51.
    assert figures == pytest.approx({"AP": 51 / 101, "AP50": 51 / 101, "AP75": 51 / 101})


def test_the_score_wants_truth_for_each_answer():
    with pytest.raises(InputError, match=r"^There must be predictions for each image; got 1 for 0 images\.$"):
        score([detections()], [])


@pytest.mark.parametrize("seed", range(3))
def test_the_score_equals_that_of_pycocotools(seed):
    random = np.random.default_rng(seed)
    truth = [some(random) for _ in range(6)]
    predicted = [shaken(each, random) for each in truth]
    figures = score(predicted, truth)
    assert list(figures.values()) == pytest.approx(coco_figures(predicted, truth), abs=1e-6)
    assert 0 < figures["AP"] < figures["AP50"] < 1


def some(random):
    corners = random.uniform(0, 60, (5, 2))
    boxes = np.concatenate([corners, corners + random.uniform(20, 40, (5, 2))], axis=1)
    return detections(boxes, tuple(random.choice(LABELS, 5)), np.ones(5))


def shaken(truth, random):
    boxes = truth.boxes + random.normal(0, 3, truth.boxes.shape).astype(np.float32)
    labels = [label if random.random() < 0.8 else str(random.choice(LABELS)) for label in truth.labels]
    return detections(boxes, labels, np.sort(random.random(len(boxes)))[::-1])


def coco_figures(predicted, truth):
    with contextlib.redirect_stdout(io.StringIO()):
        known = COCO()
        known.dataset = {
            "images": [{"id": at + 1} for at in range(len(truth))],
            "categories": [{"id": at + 1, "name": label} for at, label in enumerate(LABELS)],
            "annotations": [row | {"id": at + 1} for at, row in enumerate(coco_rows(truth))],
        }
        known.createIndex()
        judge = COCOeval(known, known.loadRes(coco_rows(predicted)), "bbox")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return judge.stats[:3].tolist()


def coco_rows(answers):
    return [
        {
            "image_id": number + 1,
            "category_id": LABELS.index(label) + 1,
            "bbox": box.astype(float).tolist(),
            "area": float(box[2] * box[3]),
            "iscrowd": 0,
            "score": float(sure),
        }
        for number, answer in enumerate(answers)
        for label, sure, box in zip(answer.labels, answer.scores, coco_from_xyxy(answer.boxes), strict=True)
    ]


class TestTracks:
    def test_what_is_followed_is_drawn_with_its_number_and_without_its_score(self):
        image = np.full((*SIZE, 3), 90, np.uint8)
        answer = detections(tracks=[12, 0])
        texts, colours = ["cat 12", "dog"], [colour_of_number(12), colour_of_number(0)]
        assert (answer.draw(image) == draw_boxes(image, answer.boxes, texts, colours=colours)).all()

    def test_a_track_keeps_its_colour_whatever_its_label(self):
        image = np.full((*SIZE, 3), 90, np.uint8)
        box = [[100, 50, 180, 90]]
        cat, dog = (detections(box, (label,), (0.9,), tracks=[3]).draw(image) for label in LABELS)
        assert tuple(cat[89, 140]) == tuple(dog[89, 140]) == colour_of_number(3)

    def test_they_go_to_rows_and_json_and_come_back(self):
        answer = detections(tracks=[4, 2])
        assert [row["track"] for row in answer.rows()] == [4, 2]
        assert Detections.from_dict(answer.to_dict()).tracks.tolist() == [4, 2]

    def test_some_of_the_things_keep_what_is_theirs(self):
        taken = detections(tracks=[4, 2]).take(np.array([False, True]))
        assert (taken.labels, taken.scores.tolist(), taken.tracks.tolist()) == (("dog",), [0.5], [2])
        assert taken.boxes.tolist() == [RIGHT]

    def test_things_that_nobody_followed_stay_without(self):
        assert detections().take([0]).tracks is None
