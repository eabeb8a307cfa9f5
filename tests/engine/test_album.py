import json
import os
from html.parser import HTMLParser
from urllib.parse import unquote

import numpy as np
import pytest

from opsin.core.errors import ImageError, OptionError, UsageError
from opsin.engine.album import CAMERA_RATE, Album, check_apart, outside, record
from opsin.engine.stream import Answer
from opsin.media.files import save_image
from opsin.media.item import Item
from opsin.media.reading import ready
from opsin.media.sources import open_source, read_image
from opsin.media.video import video_facts
from opsin.tasks.classification import Classification

IMAGE = np.full((60, 80, 3), 90, np.uint8)
CAT = Classification(height=60, width=80, labels=("cat",), scores=(1,), model="m")


def answered(source="photo.jpg", image=IMAGE, **of_item):
    return Answer(Item(source, ready(image, source).reader, **of_item), image, CAT)


def failed(source="gone.jpg"):
    return Answer(Item(source, None), error=ImageError(f"{source} is damaged."))


def album(folder, *answers):
    with Album(folder, "opsin classify") as made:
        for answer in answers:
            made.add(answer)
    return folder


def interrupted(folder, *answers):
    with Album(folder, "opsin classify") as made:
        for answer in answers:
            made.add(answer)
        raise KeyboardInterrupt


def lines(folder):
    return [json.loads(line) for line in (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()]


def page(folder):
    return (folder / "index.html").read_text(encoding="utf-8")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def shown(folder):
    """The files that the page shows, as a browser understands their addresses."""
    found = []
    reader = HTMLParser()
    reader.handle_starttag = lambda tag, attributes: found.extend(
        unquote(value.split("#")[0].split("?")[0]) for name, value in attributes if name == "src"
    )
    reader.feed(page(folder))
    return found


class TestRecord:
    def test_it_says_where_from_and_then_the_answer(self):
        assert list(record(answered())) == [
            *("source", "frame", "seconds", "height", "width", "task", "model", "labels", "scores")
        ]

    def test_a_frame_has_its_number_and_its_time(self):
        said = record(answered(frame=3, seconds=1.5))
        assert (said["frame"], said["seconds"]) == (3, 1.5)

    def test_a_failure_is_its_source_and_the_error(self):
        assert record(failed()) == {"source": "gone.jpg", "error": "gone.jpg is damaged."}


class TestPictures:
    def test_an_album_is_drawn_pictures_lines_and_a_page(self, tmp_path):
        folder = album(tmp_path / "new" / "album", answered("x/a.jpg"), answered("x/b.png"))
        assert names(folder) == ["a.jpg", "b.png", "index.html", "results.jsonl"]

    def test_pictures_are_drawn(self, tmp_path):
        folder = album(tmp_path, answered("a.png"))
        assert (read_image(folder / "a.png") == CAT.draw(IMAGE)).all()

    def test_every_answer_is_a_line_in_order(self, tmp_path):
        given = [answered("b.jpg"), failed(), answered("a.jpg")]
        drawn = [{"drawn": "b.jpg"}, {}, {"drawn": "a.jpg"}]
        assert lines(album(tmp_path, *given)) == [record(each) | d for each, d in zip(given, drawn, strict=True)]

    def test_the_page_shows_them_in_order(self, tmp_path):
        folder = album(tmp_path, answered("b.jpg"), failed(), answered("a.jpg"))
        assert shown(folder) == ["b.jpg", "a.jpg"]
        assert "gone.jpg is damaged." in page(folder)
        assert page(folder).endswith("</html>\n")

    def test_an_album_of_nothing_is_whole(self, tmp_path):
        folder = album(tmp_path)
        assert lines(folder) == []
        assert page(folder).startswith("<!doctype html>")

    def test_other_letters_are_kept(self, tmp_path):
        folder = album(tmp_path, answered("köttbullar 猫.jpg"))
        assert lines(folder)[0]["source"] == "köttbullar 猫.jpg"
        assert shown(folder) == ["köttbullar 猫.jpg"]

    def test_a_name_that_is_taken_gets_a_number(self, tmp_path):
        folder = album(tmp_path, *(answered(f"{number}/a.jpg") for number in range(3)))
        assert shown(folder) == ["a.jpg", "a-2.jpg", "a-3.jpg"]
        assert set(shown(folder)) <= set(names(folder))

    def test_a_picture_that_was_not_kept_is_read_again(self, tmp_path):
        item = answered("a.png").item
        folder = album(tmp_path, Answer(item, result=CAT))
        assert (read_image(folder / "a.png") == CAT.draw(IMAGE)).all()

    def test_a_picture_in_memory_and_one_in_an_archive_are_saved_too(self, tmp_path):
        folder = album(tmp_path, answered("array 1"), answered("all.zip/in/b.webp"), answered("standard input"))
        assert shown(folder) == ["array 1.jpg", "b.jpg", "standard input.jpg"]

    def test_drawn_files_of_an_earlier_album_are_replaced(self, tmp_path):
        album(tmp_path, answered("a.jpg"), answered("b.jpg"), answered("c.mp4", frame=0, seconds=0, rate=5))
        (tmp_path / "note.txt").touch()
        album(tmp_path, answered("a.jpg"))
        assert names(tmp_path) == ["a.jpg", "index.html", "note.txt", "results.jsonl"]
        assert len(lines(tmp_path)) == 1

    @pytest.mark.parametrize("line", ['{"drawn": "../mine.txt"}', '{"drawn": 3}', "[1]", "not json", '{"drawn": ""}'])
    def test_what_somebody_elses_results_name_is_left_alone(self, tmp_path, line):
        (tmp_path / "mine.txt").write_text("mine")
        (tmp_path / "album").mkdir()
        (tmp_path / "album" / "results.jsonl").write_text(f"{line}\n")
        album(tmp_path / "album", answered("a.jpg"))
        assert (tmp_path / "mine.txt").read_text() == "mine"

    def test_a_photograph_that_was_there_before_is_not_written_over(self, tmp_path):
        save_image(tmp_path / "a.png", IMAGE)
        album(tmp_path, answered("elsewhere/a.png"))
        assert (read_image(tmp_path / "a.png") == IMAGE).all()

    def test_a_name_is_taken_also_where_the_disk_keeps_time_badly(self, tmp_path):
        with Album(tmp_path, "opsin") as made:
            made.add(answered("1/a.png"))
            os.utime(tmp_path / "a.png", ns=(0, 0))
            made.add(answered("2/a.png"))
        assert set(shown(tmp_path)) == {"a.png", "a-2.png"}

    @pytest.mark.parametrize("name", ["photo #1.png", "100%25.png", "what?.png"])
    def test_the_page_finds_a_picture_whatever_its_name(self, tmp_path, name):
        assert shown(album(tmp_path, answered(name))) == [name]

    def test_a_long_address_has_a_file_too(self, tmp_path):
        folder = album(tmp_path, answered(f"https://127.0.0.1/cat.jpg?signature={'x' * 300}.jpg"))
        assert len(shown(folder)) == 1

    def test_a_long_name_has_a_file_too(self, tmp_path):
        assert len(shown(album(tmp_path, answered("x" * 240 + ".jpg")))) == 1

    def test_a_long_name_in_letters_of_three_bytes_has_a_file_too(self, tmp_path):
        assert len(shown(album(tmp_path, answered("猫" * 80 + ".jpg")))) == 1

    def test_a_name_from_an_old_disk_is_written_down(self, tmp_path):
        assert len(lines(album(tmp_path, answered(os.fsdecode(b"caf\xe9.jpg"))))) == 1


class TestApart:
    @pytest.mark.parametrize("source", ["a.png", "", "*.png"])
    def test_an_album_among_its_sources_is_refused(self, tmp_path, source):
        save_image(tmp_path / "a.png", IMAGE)
        said = rf"lies in {tmp_path}, where drawn pictures would be written\. Save into another folder\.$"
        with pytest.raises(UsageError, match=said):
            check_apart([str(tmp_path / source)], tmp_path)

    def test_it_sees_through_another_way_of_saying_the_same_folder(self, tmp_path, monkeypatch):
        save_image(tmp_path / "a.png", IMAGE)
        monkeypatch.chdir(tmp_path)
        (tmp_path / "link").symlink_to(tmp_path)
        with pytest.raises(UsageError, match="Save into another folder"):
            check_apart(["a.png"], tmp_path / "link")

    @pytest.mark.parametrize("source", ["photos", "photos/a.png", "photos/*.png", "gone.jpg", "-", 0])
    def test_an_album_beside_or_inside_its_sources_is_fine(self, tmp_path, monkeypatch, source):
        save_image(tmp_path / "photos" / "a.png", IMAGE)
        monkeypatch.chdir(tmp_path)
        check_apart([source], tmp_path / "photos" / "drawn")

    def test_what_lies_in_the_album_is_not_looked_at_again(self, tmp_path):
        save_image(tmp_path / "photos" / "a.png", IMAGE)
        save_image(tmp_path / "photos" / "drawn" / "a.png", IMAGE)
        left = outside(open_source(tmp_path / "photos"), tmp_path / "photos" / "drawn")
        assert [item.source for item in left] == [str(tmp_path / "photos" / "a.png")]

    def test_a_folder_among_the_sources_may_hold_the_album(self, tmp_path):
        save_image(tmp_path / "a.png", IMAGE)
        assert shown(album(tmp_path / "drawn", answered(str(tmp_path / "a.png")))) == ["a.png"]


class TestInterrupted:
    def test_what_was_added_before_ctrl_c_is_whole(self, tmp_path):
        with pytest.raises(KeyboardInterrupt):
            interrupted(tmp_path, answered("a.jpg"))
        assert names(tmp_path) == ["a.jpg", "index.html", "results.jsonl"]
        assert len(lines(tmp_path)) == 1
        assert page(tmp_path).endswith("</html>\n")

    def test_a_video_is_whole_as_far_as_it_came(self, tmp_path):
        frames = [answered("a.mp4", frame=at, seconds=at / 5, rate=5) for at in range(3)]
        with pytest.raises(KeyboardInterrupt):
            interrupted(tmp_path, *frames)
        assert names(tmp_path) == ["a.webm", "index.html", "results.jsonl"]
        assert len(list(open_source(tmp_path / "a.webm"))) == 3

    def test_until_the_end_the_earlier_page_is_there(self, tmp_path):
        before = page(album(tmp_path, answered("a.jpg")))
        with Album(tmp_path, "opsin") as made:
            made.add(answered("b.jpg"))
            assert page(tmp_path) == before
        assert page(tmp_path) != before


class TestVideos:
    def test_frames_become_a_video_with_the_rate_of_its_items(self, tmp_path):
        folder = album(tmp_path, *(answered("x/a.mp4", frame=at, seconds=at / 5, rate=5) for at in range(4)))
        assert names(folder) == ["a.webm", "index.html", "results.jsonl"]
        assert video_facts(folder / "a.webm").fps == pytest.approx(5)
        assert [item.frame for item in open_source(folder / "a.webm")] == [0, 1, 2, 3]

    def test_what_does_not_tell_its_rate_has_that_of_a_camera(self, tmp_path):
        folder = album(tmp_path, *(answered("camera 0", frame=at, seconds=at) for at in range(3)))
        assert video_facts(folder / "camera 0.webm").fps == pytest.approx(CAMERA_RATE)

    def test_frames_are_drawn(self, tmp_path):
        folder = album(tmp_path, answered("a.mp4", frame=0, seconds=0, rate=5))
        frame = next(open_source(folder / "a.webm")).read()[0]
        assert np.abs(frame.astype(int) - CAT.draw(IMAGE)).mean() < 4

    def test_every_frame_is_a_line_but_only_the_video_is_on_the_page(self, tmp_path):
        folder = album(tmp_path, *(answered("a.mp4", frame=at, seconds=at, rate=1) for at in range(3)))
        assert [line["frame"] for line in lines(folder)] == [0, 1, 2]
        assert shown(folder) == ["a.webm"]
        assert "3 frames; the last one: cat 1.00" in page(folder)

    def test_a_video_with_nothing_in_its_last_frame_says_so(self, tmp_path):
        nothing = Classification(height=60, width=80, labels=(), scores=())
        answer = Answer(Item("a.mp4", None, frame=0, seconds=0.0), IMAGE, nothing)
        assert "1 frames; the last one: nothing found" in page(album(tmp_path, answer))

    def test_two_videos_are_two_and_a_picture_between_them_does_not_end_one(self, tmp_path):
        one, other = answered("1/a.mp4", frame=0, seconds=0, rate=5), answered("2/a.mp4", frame=0, seconds=0, rate=5)
        folder = album(tmp_path, one, one, answered("b.jpg"), other)
        assert shown(folder) == ["b.jpg", "a.webm", "a-2.webm"]
        assert [len(list(open_source(folder / name))) for name in ("a.webm", "a-2.webm")] == [2, 1]

    def test_a_frame_that_cannot_be_read_does_not_end_its_video(self, tmp_path):
        frames = [answered("a.mp4", frame=at, seconds=at, rate=1) for at in range(2)]
        folder = album(tmp_path, frames[0], failed("a.mp4"), frames[1])
        assert [line.get("frame") for line in lines(folder)] == [0, None, 1]
        assert shown(folder) == ["a.webm"]

    def test_the_sound_comes_from_a_source_that_is_a_file(self, tmp_path, monkeypatch):
        given = []
        monkeypatch.setattr("opsin.engine.album.add_sound", lambda *paths: given.append(paths))
        (tmp_path / "a.mp4").touch()
        frames = [answered(name, frame=0, seconds=0, rate=5) for name in (str(tmp_path / "a.mp4"), "camera 0")]
        folder = album(tmp_path / "drawn", *frames)
        assert given == [(tmp_path / "a.mp4", folder / "a.webm")]

    def test_a_frame_of_another_size_is_refused(self, tmp_path):
        frames = [answered("a.mp4", image, frame=0, seconds=0, rate=5) for image in (IMAGE, IMAGE[:30])]
        with pytest.raises(OptionError, match=r"^Every frame must have the video's size \(60, 80\); got \(30, 80\)\.$"):
            album(tmp_path, *frames)
        assert len(lines(tmp_path)) == 1
