"""Where new pictures go: never over a source, never out of a folder."""

from pathlib import Path

import numpy as np
import pytest

from opsin.core.errors import OptionError, UsageError
from opsin.media.files import save_image
from opsin.uses._output_places import OutputPlaces, output_places


def picture(path):
    save_image(path, np.zeros((8, 8, 3), np.uint8))
    return path


def test_an_archive_cannot_lead_out_of_the_folder(tmp_path):
    places = OutputPlaces(tmp_path / "out", (Path("in"),))
    assert places.of("in/../../up.png", None, set()) == tmp_path / "out" / "up.png"


def test_what_cannot_be_written_becomes_jpg_and_a_suffix_may_be_told(tmp_path):
    places = OutputPlaces(tmp_path)
    assert places.of("photo.heic", None, set()).name == "photo.jpg"
    assert places.of("photo.heic", ".png", set()).name == "photo.png"
    assert places.of("film.mp4", "", set()).name == "film"


def test_without_a_place_it_goes_beside_its_source(tmp_path):
    source = picture(tmp_path / "a.png")
    assert output_places(source, None, "-cut").of(str(source), None, set()) == tmp_path / "a-cut.png"


def test_beside_an_archive_or_a_camera_is_here(tmp_path):
    archive = picture(tmp_path / "a.png").rename(tmp_path / "a.zip")
    assert OutputPlaces(None).of(f"{archive}/b.png", None, set()) == Path("b-new.png")
    assert OutputPlaces(None).of("camera 0", ".webm", set()) == Path("camera 0-new.webm")


def test_a_folder_needs_another_one_to_write_to(tmp_path):
    with pytest.raises(UsageError, match=r"is a folder\. Name another one to write to: its own pictures stay\.$"):
        output_places(str(tmp_path), None)


def test_two_of_one_name_get_a_file_each(tmp_path):
    taken = {tmp_path / "a.jpg"}
    assert OutputPlaces(tmp_path).of("other/a.jpg", None, taken) == tmp_path / "a-2.jpg"


def test_one_file_is_too_few_for_two_pictures(tmp_path):
    one = tmp_path / "one.png"
    with pytest.raises(UsageError, match=r"one\.png is one file, and there are several pictures\. Name a folder\.$"):
        OutputPlaces(one).of("b.png", None, {one})


def test_a_source_is_never_written_over(tmp_path):
    source = picture(tmp_path / "a.png")
    with pytest.raises(UsageError, match=r"a\.png is the source itself; it would be overwritten"):
        output_places(source, source).of(str(source), None, set())


def test_another_format_of_video_is_refused(tmp_path):
    with pytest.raises(OptionError, match=r"^A video is written as WebM: .* end with \.webm; got a\.mp4\.$"):
        output_places("b.mp4", tmp_path / "a.mp4")
