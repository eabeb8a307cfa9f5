"""A Keras detector in a real `fit`, judged by the callback and by pycocotools."""

import contextlib
import io

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from opsin.core.errors import InputError, OptionError, UsageError
from opsin.engine.coco_metrics import batches, coco_metrics
from opsin.metrics.box_table import PredictedBoxes, TrueBoxes
from opsin.nn.backend import keras

SIDE, SPOTS = 32, 3


def pictures(count, seed=0):
    """Grey pictures (n, 32, 32, 1), each with a bright square; (n, 4) its box, and (n,) its label: 0 when small."""
    random = np.random.default_rng(seed)
    sides = random.integers(8, 24, count)
    corners = random.integers(0, SIDE - sides[:, None], (count, 2))
    boxes = np.concatenate([corners, corners + sides[:, None]], axis=1).astype(np.float32)
    images = np.zeros((count, SIDE, SIDE, 1), np.float32)
    for image, (x0, y0, x1, y1) in zip(images, boxes.astype(int), strict=True):
        image[y0:y1, x0:x1] = 1
    return images, boxes, (sides > 15).astype(int)


def detector():
    """Answers (n, 3, 7): of three boxes the corners in 0..1, a score, and which of two labels."""
    layers = keras().layers
    keras().utils.set_random_seed(0)  # `fit` shuffles, which wants a seed where another test asked for determinism
    model = keras().Sequential(
        [keras().Input((SIDE, SIDE, 1)), layers.Flatten(), layers.Dense(SPOTS * 7), layers.Reshape((SPOTS, 7))]
    )
    model.compile(keras().optimizers.Adam(0.003), "mse")
    return model


def target(boxes, labels):
    row = np.concatenate([boxes / SIDE, np.ones((len(boxes), 1)), np.eye(2)[labels]], axis=1)
    return np.repeat(row[:, None], SPOTS, axis=1)


def decode(raw):
    corners = np.sort(raw[..., :4].reshape(*raw.shape[:2], 2, 2), axis=2).reshape(*raw.shape[:2], 4) * SIDE
    scores = 1 / (1 + np.exp(-raw[..., 4].astype(np.float64)))
    return [PredictedBoxes(*each) for each in zip(corners, raw[..., 5:].argmax(axis=2), scores, strict=True)]


def feed(count=24, size=8, seed=0):
    images, boxes, labels = pictures(count, seed)
    truth = [TrueBoxes(box[None], label[None]) for box, label in zip(boxes, labels, strict=True)]
    return [(images[at : at + size], truth[at : at + size]) for at in range(0, count, size)]


def by_pycocotools(model, batches):
    """AP, AP50 and AP75."""
    truths = [each for _, truth in batches for each in truth]
    found = [each for images, _ in batches for each in decode(model.predict_on_batch(images))]
    truth = COCO()
    truth.dataset = {
        "images": [{"id": n} for n in range(len(truths))],
        "categories": [{"id": 0}, {"id": 1}],
        "annotations": [
            {"id": n + 1, "iscrowd": 0, "area": float(row["bbox"][2] * row["bbox"][3]), **row}
            for n, row in enumerate(rows(truths))
        ],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        scoring = COCOeval(truth, truth.loadRes(list(rows(found))), "bbox")
        scoring.evaluate()
        scoring.accumulate()
        scoring.summarize()
    return scoring.stats[:3].tolist()


def rows(images):
    for number, each in enumerate(images):
        for place, (x0, y0, x1, y1) in enumerate(np.asarray(each.boxes, float).tolist()):
            row = {"image_id": number, "category_id": int(each.labels[place]), "bbox": [x0, y0, x1 - x0, y1 - y0]}
            yield row | ({"score": float(each.scores[place])} if hasattr(each, "scores") else {})


def taught(*callbacks, epochs=3):
    # The pictures of the feed, over and over: they are soon known by heart.
    model, (images, boxes, labels) = detector(), [np.tile(each, (8, *[1] * (each.ndim - 1))) for each in pictures(24)]
    history = model.fit(images, target(boxes, labels), epochs=epochs, batch_size=16, callbacks=callbacks, verbose=0)
    return model, history.history


class TestInFit:
    def test_the_figures_of_every_epoch_are_in_its_logs_and_equal_pycocotools(self):
        expected, judged = [], feed()
        each = keras().callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: expected.append(by_pycocotools(each.model, judged))
        )
        _, history = taught(coco_metrics(judged, decode), each, epochs=5)
        ours = np.array([history[name] for name in ("val_AP", "val_AP50", "val_AP75")]).T
        assert ours == pytest.approx(np.array(expected), abs=1e-6)
        assert ours[-1].min() > 0

    def test_training_can_stop_by_them(self):
        stop = keras().callbacks.EarlyStopping(monitor="val_AP", mode="max", patience=2, min_delta=2)
        _, history = taught(coco_metrics(feed(), decode), stop, epochs=9)
        assert len(history["val_AP"]) == 3

    def test_the_best_epoch_can_be_kept_by_them(self, tmp_path):
        keep = keras().callbacks.ModelCheckpoint(
            tmp_path / "best.keras", monitor="val_AP50", mode="max", save_best_only=True
        )
        taught(coco_metrics(feed(), decode), keep, epochs=1)
        assert (tmp_path / "best.keras").exists()

    def test_epochs_between_are_passed_over_but_not_the_last(self):
        asked = []
        taught(coco_metrics(feed(), lambda raw: asked.append(len(raw)) or decode(raw), every=3), epochs=5)
        assert asked == [8, 8, 8] * 2

    def test_labels_and_the_names_beginning_can_be_asked_for(self):
        _, history = taught(coco_metrics(feed(), decode, labels=(0, 1, 7), name="test"), epochs=1)
        assert {"test_AP", "test_AP50", "test_AP75", "test_AP/0", "test_AP/1"} < set(history)
        assert history["test_AP/7"] == [-1]

    def test_training_goes_on_as_it_would_without(self):
        keras().utils.set_random_seed(0)
        _, alone = taught()
        keras().utils.set_random_seed(0)
        _, judged = taught(coco_metrics(feed(), decode))
        assert judged["loss"] == alone["loss"]


def padded(things):
    """Truth as Keras has it: arrays with rows that are no boxes."""
    boxes, labels = np.full((len(things), 4, 4), -1.0), np.full((len(things), 4), -1)
    for number, each in enumerate(things):
        boxes[number, : len(each.boxes)], labels[number, : len(each.boxes)] = each.boxes, each.labels
    return {"boxes": boxes, "labels": labels}


class TestFeeds:
    def test_truth_and_answers_may_be_dicts_with_padding_as_keras_has_them(self):
        plain, model = feed(), detector()

        def as_dict(raw):
            found = decode(raw)
            return {name: np.stack([getattr(each, name) for each in found]) for name in ("boxes", "labels", "scores")}

        dicts = [(images, padded(truth)) for images, truth in plain]
        one, other = {}, {}
        for given, decoded, logs in ((plain, decode, one), (dicts, as_dict, other)):
            callback = coco_metrics(given, decoded)
            callback.set_model(model)
            callback.on_epoch_end(0, logs)
        assert one == other

    def test_a_keras_dataset_is_gone_through_once(self):
        class Endless(keras().utils.PyDataset):
            def __len__(self):
                return 2

            def __getitem__(self, index):
                return np.zeros((1, 2)), [index], "weights"

        assert [truth for _, truth in batches(Endless())] == [[0], [1]]

    def test_a_feed_that_ends_for_good_is_refused(self):
        with pytest.raises(UsageError, match=r"gone through once only; give a list, or an object that begins anew"):
            coco_metrics(iter([]), decode)

    def test_a_batch_without_truth_is_refused(self):
        with pytest.raises(InputError, match=r"must be \(images, truth\); got ndarray\."):
            list(batches([np.zeros((2, 3))]))

    def test_answers_must_be_as_many_as_images(self):
        callback = coco_metrics(feed(8), lambda raw: decode(raw)[:-1])
        callback.set_model(detector())
        with pytest.raises(InputError, match=r"decode must answer once for each image; got 7 answers for 8\."):
            callback.on_epoch_end(0, {})

    def test_a_dict_must_have_all_that_belongs_to_boxes(self):
        callback = coco_metrics(feed(8), lambda raw: {"boxes": raw[..., :4], "labels": raw[..., 4]})
        callback.set_model(detector())
        with pytest.raises(InputError, match=r"A batch of boxes must have boxes, labels, scores; got boxes, labels\."):
            callback.on_epoch_end(0, {})

    def test_every_must_be_one_or_more(self):
        with pytest.raises(OptionError, match=r"every must be at least 1; got 0\."):
            coco_metrics([], decode, every=0)
