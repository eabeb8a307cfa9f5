import logging
import os
import random
import threading
import time
import weakref
from itertools import count

import numpy as np
import pytest

from opsin.core.errors import ImageError, OptionError, SourceError, UnknownNameError
from opsin.engine.stream import answers, cores, in_order, stream
from opsin.media.files import save_image
from opsin.media.item import Item
from opsin.media.sources import open_source
from opsin.media.video import write_video
from opsin.tasks.classification import CLASSIFICATION, ClassificationOptions
from opsin.tasks.detection import DETECTION, DetectionOptions
from opsin.tasks.selection import SELECTION, SelectionOptions

TINY, DETECT_TINY = "pplcnetv2_tiny_classification.random", "picodet_tiny.random"
SEVERAL = [np.full((4, 6, 3), shade, np.uint8) for shade in (3, 1, 2)]


def labels(found):
    return [each.result.labels[0] if each.result else str(each.error) for each in found]


def asked(items, **more):
    return answers(CLASSIFICATION, items, ClassificationOptions(), **more)


def test_a_task_that_follows_nothing_says_which_do():
    with pytest.raises(
        OptionError, match=r"classification follows nothing through a video\. Tasks that do: detection, who\."
    ):
        next(stream("classification", SEVERAL, track=True, model=TINY))


def test_what_a_task_follows_is_followed(tmp_path):
    with write_video(tmp_path / "bright.webm", 5, (64, 64)) as video:
        for _ in range(3):
            video.write(np.full((64, 64, 3), 250, np.uint8))
    found = [faces for _, faces in stream("who", tmp_path / "bright.webm", track=True, model="who_tiny")]
    assert all((found[0].tracks == faces.tracks).all() for faces in found)


def test_a_picture_that_the_question_does_not_fit_is_an_error_and_those_beside_it_are_answered():
    pictures = [np.full((side, side, 3), 200, np.uint8) for side in (60, 20, 60, 60)]
    options = SelectionOptions(at=(40, 30), model="hrnet18_ocr64_tiny.random")
    found = list(answers(SELECTION, open_source(pictures), options, batch_size=4))
    assert [each.error is None for each in found] == [True, False, True, True]
    assert str(found[1].error).startswith(f"{found[1].item.source}: A click must lie in the picture, 20 x 20")


class TestInOrder:
    @pytest.mark.parametrize("workers", [1, 2, 5])
    def test_results_come_in_the_order_of_the_things_however_long_each_takes(self, workers):
        waits = [random.Random(workers).random() / 200 for _ in range(60)]
        done = in_order(lambda number: time.sleep(waits[number]) or -number, range(60), workers)
        assert list(done) == [-number for number in range(60)]

    def test_several_are_at_work_at_once(self):
        both = threading.Barrier(2, timeout=10)
        assert list(in_order(lambda number: both.wait() >= 0, range(4), workers=2)) == [True] * 4

    @pytest.mark.parametrize("workers", [1, 2, 4])
    def test_only_a_few_are_taken_before_they_are_wanted(self, workers):
        taken = count()
        done = in_order(lambda thing: thing, (next(taken) for _ in range(1000)), workers)
        ahead = [int(str(taken)[6:-1]) - number for number, _ in enumerate(done, start=1)]
        assert max(ahead) <= 2 * workers + 2

    def test_there_may_be_no_end_to_the_things(self):
        done = in_order(lambda number: number, count(), workers=2)
        assert [next(done) for _ in range(5)] == [0, 1, 2, 3, 4]
        done.close()

    def test_nothing_to_do_is_nothing_done(self):
        assert list(in_order(abs, [], workers=2)) == []

    def test_an_error_comes_in_its_place(self):
        done = in_order(lambda number: 1 // (number - 2), range(9), workers=2)
        assert [next(done), next(done)] == [-1, -1]
        with pytest.raises(ZeroDivisionError):
            next(done)

    def test_after_an_error_no_worker_is_left(self):
        before = threading.active_count()
        with pytest.raises(ZeroDivisionError):
            list(in_order(lambda number: 1 // number, [0, 1, 2], workers=2))
        assert threading.active_count() == before

    def test_what_is_done_goes_out_before_many_more_are_taken(self):
        taken = []
        slow = (time.sleep(0.02) or taken.append(number) or number for number in range(9))
        done = in_order(abs, slow, workers=4)
        assert next(done) == 0
        assert len(taken) <= 3
        done.close()

    def test_closed_early_what_waits_is_not_done(self):
        begun, before = [], threading.active_count()
        waits = [0.02] + [0.1] * 98
        working = in_order(lambda number: begun.append(number) or time.sleep(waits[number]), range(99), workers=5)
        next(working)
        working.close()
        # One that is done, and what the six threads are at; not the five more that wait.
        assert len(begun) <= 8
        assert threading.active_count() == before

    def test_ctrl_c_stops_the_workers(self):
        before = threading.active_count()
        working = in_order(abs, count(), workers=2)
        next(working)
        with pytest.raises(KeyboardInterrupt):
            working.throw(KeyboardInterrupt)
        assert threading.active_count() == before


class TestAnswers:
    def test_each_item_gets_its_answer_in_order(self, telling, item_of):
        telling(wait=lambda: random.random() / 200)
        found = list(asked([item_of(shade) for shade in range(50)]))
        assert labels(found) == [str(shade) for shade in range(50)]
        assert [each.item.source for each in found] == [str(shade) for shade in range(50)]

    def test_what_cannot_be_read_is_an_error_in_its_place(self, telling, item_of):
        telling()
        found = list(asked([item_of(shade) for shade in (5, -1, 7, -2)]))
        assert labels(found) == ["5", "-1 is too dark.", "7", "-2 is too dark."]
        assert isinstance(found[1].error, ImageError)
        assert found[1].result is None

    @pytest.mark.parametrize("batch_size", [1, 2, 3, 10])
    def test_in_batches_the_answers_are_the_same(self, telling, item_of, batch_size):
        telling()
        shades = (5, -1, 7, -2, -3, -4, 9)
        found = asked([item_of(shade) for shade in shades], batch_size=batch_size)
        assert labels(found) == [f"{shade} is too dark." if shade < 0 else str(shade) for shade in shades]

    def test_images_go_through_the_network_together_as_asked(self, telling, item_of):
        model = telling()
        list(asked([item_of(shade) for shade in range(10)], batch_size=4))
        assert sorted(model.batches) == [2, 4, 4]

    def test_where_nothing_can_be_read_the_network_is_not_asked(self, telling, item_of):
        model = telling()
        list(asked([item_of(-1), item_of(-2)], batch_size=2))
        assert model.batches == []

    def test_a_bug_in_a_model_is_not_swallowed(self, telling, item_of):
        telling(wait=lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            list(asked([item_of(5)]))

    def test_a_bug_in_a_reader_is_not_swallowed(self, telling):
        telling()
        with pytest.raises(ZeroDivisionError):
            list(asked([Item("x", lambda at_least: 1 // 0)]))

    def test_images_are_read_as_small_as_the_model_allows(self, telling):
        telling(reading_size=(7, 9))
        sizes = []
        list(asked([Item("x", lambda size: sizes.append(size) or (SEVERAL[0], (4, 6)))]))
        assert sizes == [(7, 9)]

    def test_images_to_be_kept_are_read_with_every_pixel(self, telling):
        telling(reading_size=(7, 9))
        sizes = []
        item = Item("x", lambda size: sizes.append(size) or (SEVERAL[0], (4, 6)))
        (found,) = asked([item], keeps_images=True)
        assert sizes == [None]
        assert found.image is SEVERAL[0]

    def test_images_not_to_be_kept_are_not(self, telling, item_of):
        telling()
        assert next(asked([item_of(5)])).image is None

    def test_an_answer_has_the_true_size_of_a_picture_read_smaller(self, telling):
        telling(reading_size=(2, 3))
        (found,) = asked([Item("x", lambda size: (SEVERAL[0], (40, 60)))])
        assert found.result.size == (40, 60)

    def test_an_answer_has_the_size_that_is_asked_for(self, telling):
        telling()
        item = Item("x", lambda size: (SEVERAL[0], (40, 60)))
        (found,) = asked([item], size_of=lambda item, size: (size[0] // 2, size[1] // 2))
        assert found.result.size == (20, 30)

    def test_boxes_lie_in_pixels_of_the_true_picture(self):
        bright = np.zeros((100, 120, 3), np.uint8)
        bright[:50, 60:] = 255
        item = Item("x", lambda size: (bright, (1000, 2400)))
        options = DetectionOptions(model="picodet_tiny.random", min_score=0.9)
        (found,) = answers(DETECTION, [item], options)
        assert found.result.boxes[found.result.labels.index("bright")].tolist() == [1200, 0, 2400, 500]

    def test_memory_holds_a_few_images_however_many_there_are(self, telling):
        telling()
        alive, most = weakref.WeakSet(), []

        class Pixels(np.ndarray):
            pass

        def read(at_least):
            image = np.zeros((4, 6, 3), np.uint8).view(Pixels)
            alive.add(HashableReference(image))
            return image, (4, 6)

        class HashableReference:
            """An array cannot be hashed; it holds this, and they go together."""

            def __init__(self, array):
                array.reference = self

        for _ in asked((Item(str(number), read) for number in range(300)), batch_size=1):
            most.append(len(alive))
        assert 0 < max(most) <= 2 * cores() + 3

    def test_nothing_is_read_before_the_first_answer_is_wanted(self, telling):
        telling()
        read = []
        asked([Item("x", read.append)])
        assert read == []

    def test_closed_early_the_rest_is_not_read(self, telling, item_of):
        telling()
        taken = []
        found = asked((taken.append(number) or item_of(1) for number in range(1000)), batch_size=1)
        next(found)
        found.close()
        assert len(taken) <= 2 * cores() + 2

    def test_as_many_batches_may_be_under_way_as_there_are_cores(self, monkeypatch, item_of):
        asked_for = []
        monkeypatch.setattr("opsin.engine.stream.model_for", lambda *given, streams: asked_for.append(streams))
        list(asked([]))
        assert asked_for == [cores()]


class TestStream:
    def test_pictures_and_answers_come_in_pairs(self):
        pairs = list(stream("classification", SEVERAL, model=TINY))
        assert [item.source for item, _ in pairs] == ["array 1", "array 2", "array 3"]
        assert all(result.model == TINY for _, result in pairs)

    def test_options_reach_the_model(self):
        (_, result), *_ = stream("classification", SEVERAL, model=TINY, limit=1)
        assert len(result.labels) == 1

    def test_what_cannot_be_read_is_told_in_its_place_and_the_rest_go_on(self, tmp_path):
        events = []
        sources = [SEVERAL[0], tmp_path / "gone.jpg", SEVERAL[1]]
        for item, _ in stream(
            "classification", sources, model=TINY, on_error=lambda item, error: events.append((item.source, str(error)))
        ):
            events.append(item.source)
        gone = str(tmp_path / "gone.jpg")
        assert events == ["array 1", (gone, f"There is no file {gone}. Check its name."), "array 3"]

    def test_nobody_asking_errors_are_logged(self, tmp_path, caplog):
        assert list(stream("classification", [tmp_path / "gone.jpg"], model=TINY)) == []
        assert [(each.name, each.levelno) for each in caplog.records] == [("opsin", logging.WARNING)]
        assert "There is no file" in caplog.text

    def test_an_error_in_on_error_is_not_swallowed(self, tmp_path):
        with pytest.raises(ZeroDivisionError):
            list(stream("classification", [tmp_path / "gone.jpg"], model=TINY, on_error=lambda item, error: 1 // 0))

    def test_a_large_jpeg_has_its_answer_in_its_own_pixels(self, tmp_path):
        image = np.zeros((900, 1200, 3), np.uint8)
        image[:450, :600] = 255
        save_image(tmp_path / "large.jpg", image)
        ((item, result),) = stream("detection", tmp_path / "large.jpg", model="picodet_tiny.random", min_score=0.9)
        assert item.read((32, 32))[0].shape[0] < 900
        assert result.size == (900, 1200)
        assert result.boxes[result.labels.index("bright")] == pytest.approx([0, 0, 600, 450], abs=8)

    def test_a_large_jpegs_label_is_about_the_whole_picture(self, tmp_path):
        save_image(tmp_path / "large.jpg", np.full((600, 1200, 3), (0, 200, 0), np.uint8))
        ((_, result),) = stream("classification", tmp_path / "large.jpg", model=TINY)
        assert (result.size, result.labels[0]) == ((600, 1200), "green")

    def test_a_video_gives_frames_with_their_times(self, clip):
        items = [item for item, _ in stream("classification", clip, model=TINY)]
        assert [item.frame for item in items] == list(range(10))
        assert [item.seconds for item in items] == pytest.approx(np.arange(10) / 5)

    def test_of_a_video_one_frame_in_so_many_seconds_is_looked_at(self, clip):
        items = [item for item, _ in stream("classification", clip, model=TINY, every_seconds=1)]
        assert [(item.frame, item.seconds) for item in items] == [(0, 0), (5, 1)]

    def test_an_unknown_task_is_refused(self):
        with pytest.raises(UnknownNameError, match=r"^There is no task called 'lok'\. Did you mean 'look'\?"):
            next(stream("lok", SEVERAL))

    def test_an_unknown_option_is_refused(self):
        with pytest.raises(OptionError, match=r"^There is no option of classification called 'limt'"):
            next(stream("classification", SEVERAL, limt=3))

    def test_a_time_between_frames_that_cannot_be_is_refused(self):
        with pytest.raises(OptionError, match=r"^every_seconds must be above 0; got 0\.$"):
            next(stream("classification", SEVERAL, model=TINY, every_seconds=0))

    def test_a_folder_without_pictures_is_refused(self, tmp_path):
        with pytest.raises(SourceError, match=r"is a folder without pictures\."):
            next(stream("classification", tmp_path, model=TINY))


@pytest.fixture
def clip(tmp_path):
    """Two seconds, five frames a second."""
    with write_video(tmp_path / "clip.webm", 5, (16, 16)) as video:
        for _ in range(10):
            video.write(np.zeros((16, 16, 3), np.uint8))
    return tmp_path / "clip.webm"


def test_the_cores_are_those_that_this_process_may_use():
    assert 1 <= cores() <= os.cpu_count()


def test_where_the_system_does_not_tell_all_cores_are_ours(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1


def test_things_in_a_video_are_followed_by_the_engine_itself(tmp_path):
    with write_video(tmp_path / "bright.webm", 5, (64, 64)) as video:
        for _ in range(3):
            video.write(np.full((64, 64, 3), 250, np.uint8))
    found = [result for _, result in stream("detection", tmp_path / "bright.webm", track=True, model=DETECT_TINY)]
    assert [each.tracks.tolist() for each in found] == [[1, 2, 3, 4]] * 3


def test_a_photograph_is_not_followed():
    photo = np.full((40, 40, 3), 178, np.uint8)  # 0.7 bright, and 0.3 dark
    (found,) = (result for _, result in stream("detection", photo, track=True, model=DETECT_TINY))
    assert (found.tracks, set(found.labels)) == (None, {"bright"})
