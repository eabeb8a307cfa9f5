"""Something else behind the subject of pictures, folders, videos, and of what a camera sees."""

import dataclasses
import json

import numpy as np
import pytest
from PIL import Image as Pillow

from opsin.core.errors import OptionError, UsageError
from opsin.media.files import save_image
from opsin.media.reading import failing, ready
from opsin.media.sources import open_source, read_image
from opsin.media.video import write_video
from opsin.tasks.matting import MATTING
from opsin.uses import background as module
from opsin.uses.background import background, backgrounds

TINY = "u2netp_tiny.random"
"""What is bright is its subject."""
GREEN = (0, 255, 0)


def portrait(height=48, width=64):
    """A white subject on the right, before black."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, width // 2 :] = 255
    return image


def is_before_green(image):
    left, right = image[:, :20].reshape(-1, 3), image[:, -20:].reshape(-1, 3)
    return np.abs(left.astype(int) - GREEN).mean() < 9 and np.abs(right.astype(int) - 255).mean() < 9


def film(path, frames=6):
    with write_video(path, 10, (48, 64)) as video:
        for _ in range(frames):
            video.write(portrait())
    return path


@pytest.fixture
def photo(tmp_path):
    save_image(tmp_path / "in/a.png", portrait())
    return tmp_path / "in/a.png"


def test_a_picture_is_written_beside_its_source(photo):
    (done,) = background(photo, colour="#00ff00", model=TINY)
    assert done.path == photo.parent / "a-background.png"
    assert is_before_green(read_image(done.path))
    assert (read_image(photo) == portrait()).all()


def test_a_folder_keeps_its_names(photo, tmp_path):
    save_image(photo.parent / "deep/b.png", portrait())
    done = background(photo.parent, tmp_path / "out", colour="#00ff00", model=TINY)
    assert [one.path.relative_to(tmp_path).as_posix() for one in done] == ["out/a.png", "out/deep/b.png"]
    assert all(is_before_green(read_image(one.path)) for one in done)


def test_without_a_background_pixels_are_clear(photo, tmp_path):
    (done,) = background(photo, tmp_path / "out", remove=True, model=TINY)
    with Pillow.open(done.path) as written:
        alpha = np.asarray(written)[..., 3]
    assert (written.mode, alpha[:, :20].max(), alpha[:, -20:].min()) == ("RGBA", 0, 255)


def test_the_share_of_the_subject_is_told(photo):
    (done,) = background(photo, blur=0.05, model=TINY)
    assert done.share == pytest.approx(0.5, abs=0.02)
    assert json.loads(json.dumps(done.to_dict())) == {
        "source": str(photo), "path": str(done.path), "share": done.share,
    }  # fmt: skip


def test_a_video_becomes_webm(tmp_path):
    done = background(film(tmp_path / "a.webm"), tmp_path / "out", colour="#00ff00", model=TINY)
    frames = [item.read()[0] for item in open_source(tmp_path / "out/a.webm")]
    assert [one.frame for one in done] == list(range(6))
    assert [is_before_green(frame) for frame in frames] == [True] * 6


def test_a_video_without_background_becomes_numbered_pictures(tmp_path):
    done = background(film(tmp_path / "a.webm", 3), tmp_path / "out", remove=True, model=TINY)
    assert {one.path for one in done} == {tmp_path / "out/a"}
    assert sorted(path.name for path in (tmp_path / "out/a").iterdir()) == ["000000.png", "000001.png", "000002.png"]


def test_numbered_pictures_replace_those_made_before(tmp_path):
    for frames in (4, 2):
        background(film(tmp_path / "a.webm", frames), tmp_path / "out", remove=True, model=TINY)
    assert len(list((tmp_path / "out/a").iterdir())) == 2


def test_numbered_pictures_replace_nothing_of_somebody_else(tmp_path):
    save_image(tmp_path / "out/a/mine.png", portrait())
    with pytest.raises(UsageError, match=r"holds something else \(mine\.png\)"):
        background(film(tmp_path / "a.webm", 2), tmp_path / "out", remove=True, model=TINY)


def test_a_video_that_is_stopped_leaves_nothing_behind(tmp_path):
    doing = backgrounds(film(tmp_path / "a.webm"), tmp_path / "out", blur=0.1, model=TINY)
    next(doing)
    doing.close()
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def camera(monkeypatch):
    """A camera that never ends."""

    def items(source):
        number = 0
        while True:
            yield dataclasses.replace(ready(portrait(), "camera 0"), frame=number, seconds=number / 15)
            number += 1

    monkeypatch.setattr(module, "open_source", items)


@pytest.mark.parametrize("asked", [{"blur": 0.1}, {"remove": True}])
def test_what_a_camera_sent_until_it_was_stopped_is_kept(tmp_path, camera, asked):
    doing = backgrounds(0, tmp_path / "out", model=TINY, **asked)
    path = [next(doing).path for _ in range(5)][-1]
    doing.close()
    written = list(path.iterdir()) if path.is_dir() else list(open_source(path))
    assert len(written) == 5
    assert list((tmp_path / "out").iterdir()) == [path]


def test_ctrl_c_before_a_camera_keeps_what_was_sent_and_is_told_on(tmp_path, camera):
    doing = backgrounds(0, tmp_path / "me.webm", blur=0.1, model=TINY)
    next(doing)
    with pytest.raises(KeyboardInterrupt):
        doing.throw(KeyboardInterrupt)
    assert len(list(open_source(tmp_path / "me.webm"))) == 1


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(photo, tmp_path):
    (photo.parent / "0.png").write_bytes(b"\x89PNG\r\n\x1a\nnot much more")
    first, second = background(photo.parent, tmp_path / "out", blur=0.05, model=TINY)
    assert (first.path, "0.png" in first.error, second.error) == (None, True, None)


def test_a_damaged_frame_is_told_and_left_out(tmp_path, monkeypatch):
    items = [*[ready(portrait(), "film") for _ in range(3)], failing("film", "Frame 3 of film is damaged.")]
    numbered = [dataclasses.replace(item, frame=number, rate=10.0) for number, item in enumerate(items)]
    monkeypatch.setattr(module, "open_source", lambda source: iter(numbered))
    done = background("film", tmp_path / "b.webm", blur=0.1, model=TINY)
    assert [one.error for one in done] == [None, None, None, "Frame 3 of film is damaged."]
    assert len(list(open_source(tmp_path / "b.webm"))) == 3


def test_the_source_is_never_overwritten(photo):
    with pytest.raises(UsageError, match=r"a\.png is the source itself"):
        background(photo, photo, blur=0.1, model=TINY)
    assert (read_image(photo) == portrait()).all()


def test_clear_pixels_need_a_format_that_holds_them(photo, tmp_path):
    for name in ("out.jpg", "out.webm"):
        with pytest.raises(OptionError, match=rf"^Clear pixels need one of \.png, .* got {name}\.$"):
            background(photo, tmp_path / name, remove=True, model=TINY)


def test_an_unknown_option_is_refused_with_the_nearest(photo):
    with pytest.raises(OptionError, match=r"no option of background called 'color'\. Did you mean 'colour'\?"):
        background(photo, color="red")


def test_every_quality_of_matting_can_be_asked_for(photo):
    with pytest.raises(OptionError, match=f"quality must be one of {', '.join(MATTING.qualities)}; got 'finest'"):
        background(photo, blur=0.1, quality="finest")
