"""Mosaics that nothing can be brought back from, in pictures, folders and video."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from opsin.core.errors import OptionError, SourceError, UsageError
from opsin.engine.stream import Answer
from opsin.media.alignment import aligned
from opsin.media.files import save_image
from opsin.media.reading import failing, ready
from opsin.media.sources import open_source, read_image
from opsin.media.video import write_video
from opsin.models import card_of, cards_needed, open_model
from opsin.runtime.network import Place
from opsin.store.fetch import have
from opsin.tasks.embedding import EmbeddingOptions
from opsin.tasks.faces import Faces, FacesOptions
from opsin.uses import blur as module
from opsin.uses.blur import SMALLEST_CELL, blur, blur_source

TINY = "yunet_tiny.random"
DATA = Path(__file__).parents[3] / "shared" / "data"
FACE = np.array([[32, 32, 96, 96]], np.float32)


def noise(height=128, width=160, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def shuffled(image, cell):
    """Another picture with the same mean in each cell: its pixels change places within the cells."""
    random, changed = np.random.default_rng(1), image.copy()
    for top in range(0, image.shape[0], cell):
        for left in range(0, image.shape[1], cell):
            part = changed[top : top + cell, left : left + cell]
            part[:] = random.permutation(part.reshape(-1, 3)).reshape(part.shape)
    return changed


def changed_at(image, hidden):
    rows, columns = np.nonzero((image != hidden).any(axis=2))
    return rows.min(), columns.min(), rows.max() + 1, columns.max() + 1


def test_faces_whose_cells_have_the_same_means_become_the_same():
    image = noise()
    other = image.copy()
    other[24:104, 24:104] = shuffled(image, 8)[24:104, 24:104]
    assert (other != image).any()
    assert (blur(image, FACE, margin=0.1) == blur(other, FACE, margin=0.1)).all()


def test_there_are_at_most_so_many_cells_across_a_face():
    hidden = blur(noise(), FACE, cells=4, margin=0)
    assert len(np.unique(hidden[32:96, 32:96].reshape(-1, 3), axis=0)) == 16


def test_each_cell_has_the_mean_of_what_was_there():
    image = noise()
    part = blur(image, FACE, cells=4, margin=0)[32:48, 32:48]
    assert part.reshape(-1, 3).mean(axis=0) == pytest.approx(image[32:48, 32:48].mean(axis=(0, 1)), abs=0.5)


def test_a_box_that_trembles_gives_the_same_mosaic():
    image = noise()
    assert (blur(image, FACE - 1.5, margin=0.1) == blur(image, FACE + 1.5, margin=0.1)).all()


def test_the_box_and_its_margin_are_covered_and_the_rest_stays():
    image = noise(200, 240)
    top, left, bottom, right = changed_at(image, blur(image, FACE, margin=0.25))
    assert (top, left, bottom, right) == (16, 16, 112, 112)


def test_a_tiny_face_keeps_no_pixel():
    image = noise()
    hidden = blur(image, np.array([[40, 40, 46, 46]]), cells=12)
    assert len(np.unique(hidden[40:46, 40:46].reshape(-1, 3), axis=0)) == 1
    assert SMALLEST_CELL >= 6


def test_where_faces_overlap_the_coarser_mosaic_stays():
    image, large, small = noise(256, 256), [0, 0, 250, 250], [100, 100, 120, 120]
    both = blur(image, np.array([large, small]))
    assert (both == blur(image, np.array([large]))).all()


def test_it_leaves_its_input_alone_and_no_face_changes_nothing():
    image = noise()
    before = image.copy()
    assert (blur(image, np.zeros((0, 4))) == before).all()
    blur(image, FACE)
    assert (image == before).all()


@pytest.mark.parametrize("box", [[-50, -50, 20, 20], [150, 120, 400, 300], [-9, -9, 999, 999]])
def test_a_face_at_the_border_is_hidden_as_far_as_it_is_in_the_picture(box):
    hidden = blur(noise(), np.array([box]))
    assert hidden.shape == (128, 160, 3)
    assert (hidden != noise()).any()


def test_a_face_outside_the_picture_changes_nothing():
    assert (blur(noise(), np.array([[500, 500, 600, 600]])) == noise()).all()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"cells": 0}, r"^cells must be at least 1; got 0\.$"),
        ({"cells": 40}, r"^cells must be at most 12; got 40\.$"),
        ({"margin": -1}, r"^margin must be at least 0\.0; got -1\.$"),
    ],
)
def test_a_mosaic_that_is_none_is_refused(asked, said):
    with pytest.raises(OptionError, match=said):
        blur(noise(), FACE, **asked)


# Files: faces are put where we want them, so that no weights are needed.


@pytest.fixture
def everywhere(monkeypatch):
    """Finds the face FACE in whatever can be read, of frames in every third only."""

    def found(task, items, options, *, keeps_images):
        for item in items:
            try:
                image, (height, width) = item.read()
            except ValueError as error:
                yield Answer(item, error=error)
                continue
            boxes = FACE if (item.frame or 0) % 3 == 0 else np.zeros((0, 4))
            points, scores = np.zeros((len(boxes), 5, 2)), np.full(len(boxes), 0.4)
            yield Answer(item, image, Faces(height=height, width=width, scores=scores, boxes=boxes, points=points))

    monkeypatch.setattr(module, "answers", found)


def is_hidden(image):
    """Whether the middle of the face is a mosaic, JPEG and VP8 aside."""
    return float(image[48:56, 48:56].astype(float).std(axis=(0, 1)).max()) < 12


def test_a_picture_is_written_to_the_file_named(tmp_path, everywhere):
    save_image(tmp_path / "a.png", noise())
    done = list(blur_source(tmp_path / "a.png", tmp_path / "b.png"))
    assert [(one.path, one.faces) for one in done] == [(tmp_path / "b.png", 1)]
    assert (read_image(tmp_path / "b.png") == blur(noise(), FACE)).all()


def test_a_folder_keeps_its_names_and_folders(tmp_path, everywhere):
    for name in ("in/a.png", "in/deep/a.png"):
        save_image(tmp_path / name, noise())
    done = list(blur_source(str(tmp_path / "in"), tmp_path / "out"))
    assert [one.path.relative_to(tmp_path) for one in done] == [Path("out/a.png"), Path("out/deep/a.png")]


def test_pictures_of_one_name_get_a_file_each(tmp_path, everywhere):
    for name in ("one/a.png", "two/a.png"):
        save_image(tmp_path / name, noise())
    sources = [tmp_path / "one/a.png", tmp_path / "two/a.png"]
    assert [one.path.name for one in blur_source(sources, tmp_path / "out")] == ["a.png", "a-2.png"]


def test_nothing_of_the_original_is_kept_beside_the_pixels(tmp_path, everywhere):
    notes = Pillow.Exif()
    notes[0x010E] = "Anna at home"
    Pillow.fromarray(noise()).save(tmp_path / "a.jpg", exif=notes, comment=b"Anna")
    list(blur_source(tmp_path / "a.jpg", tmp_path / "b.jpg"))
    assert b"Anna" in (tmp_path / "a.jpg").read_bytes()
    assert b"Anna" not in (tmp_path / "b.jpg").read_bytes()
    with Pillow.open(tmp_path / "b.jpg") as written:
        assert not written.getexif()


def test_the_source_is_never_overwritten(tmp_path, everywhere):
    save_image(tmp_path / "a.png", noise())
    with pytest.raises(UsageError, match=r"a\.png is the source itself; it would be overwritten"):
        list(blur_source(tmp_path / "a.png", tmp_path / "a.png"))
    with pytest.raises(UsageError, match=r"where drawn pictures would be written|would be overwritten"):
        list(blur_source(str(tmp_path), tmp_path))
    assert (read_image(tmp_path / "a.png") == noise()).all()


def test_a_link_to_the_source_is_not_written_through(tmp_path, everywhere):
    save_image(tmp_path / "a.png", noise())
    (tmp_path / "b.png").symlink_to(tmp_path / "a.png")
    with pytest.raises(UsageError, match="it would be overwritten"):
        list(blur_source(tmp_path / "a.png", tmp_path / "b.png"))


def test_one_file_is_too_few_for_two_pictures(tmp_path, everywhere):
    for name in ("a.png", "b.png"):
        save_image(tmp_path / name, noise())
    with pytest.raises(UsageError, match=r"one\.png is one file, and there are several pictures"):
        list(blur_source([tmp_path / "a.png", tmp_path / "b.png"], tmp_path / "one.png"))


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path, everywhere):
    save_image(tmp_path / "in/b.png", noise())
    (tmp_path / "in/a.png").write_bytes(b"\x89PNG\r\n\x1a\nnot much more")
    first, second = blur_source(tmp_path / "in", tmp_path / "out")
    assert (first.path, "a.png" in first.error, second.error) == (None, True, None)


def film(path, frames=7):
    with write_video(path, 10, (128, 160)) as video:
        for _ in range(frames):
            video.write(np.kron(noise(32, 40), np.ones((4, 4, 1), np.uint8)))
    return path


def test_in_a_video_a_face_stays_hidden_where_it_is_not_found(tmp_path, everywhere):
    done = list(blur_source(film(tmp_path / "a.webm"), tmp_path / "out"))
    frames = [item.read()[0] for item in open_source(tmp_path / "out/a.webm")]
    assert [one.frame for one in done] == list(range(7))
    assert [is_hidden(frame) for frame in frames] == [True] * 7


def test_without_holding_only_what_is_found_is_hidden(tmp_path, everywhere):
    list(blur_source(film(tmp_path / "a.webm"), tmp_path / "b.webm", hold_seconds=0))
    frames = [item.read()[0] for item in open_source(tmp_path / "b.webm")]
    assert [is_hidden(frame) for frame in frames] == [True, False, False, True, False, False, True]


def test_a_damaged_frame_is_told_and_left_out(tmp_path, everywhere, monkeypatch):
    good = [ready(noise(), "film") for _ in range(3)]
    items = [*good, failing("film", "Frame 3 of film is damaged.")]
    numbered = [module.dataclasses.replace(item, frame=n, rate=10.0) for n, item in enumerate(items)]
    monkeypatch.setattr(module, "open_source", lambda source: iter(numbered))
    done = list(blur_source("film", tmp_path / "b.webm"))
    assert [one.error for one in done] == [None, None, None, "Frame 3 of film is damaged."]
    assert len(list(open_source(tmp_path / "b.webm"))) == 3


def test_a_video_that_is_stopped_leaves_nothing_behind(tmp_path, everywhere):
    doing = blur_source(film(tmp_path / "a.webm"), tmp_path / "out")
    next(doing)
    doing.close()
    assert list((tmp_path / "out").iterdir()) == []


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(SourceError, match="is a folder without pictures"):
        list(blur_source(tmp_path / "in", tmp_path / "out", model=TINY))


def test_it_asks_the_model_that_is_named(tmp_path):
    save_image(tmp_path / "a.png", noise())
    (done,) = blur_source(tmp_path / "a.png", tmp_path / "b.png", model=TINY, min_score=0.0)
    assert done.error is None


def test_what_was_done_goes_to_json(tmp_path, everywhere):
    save_image(tmp_path / "a.png", noise())
    (done,) = blur_source(tmp_path / "a.png", tmp_path / "b.png")
    said = json.loads(json.dumps(done.to_dict()))
    assert said == {"source": str(tmp_path / "a.png"), "path": str(tmp_path / "b.png"), "faces": 1}


@pytest.mark.weights
@pytest.mark.parametrize("cells", [4, 12])
def test_a_mosaic_is_not_known_for_the_face_that_it_was(cells):
    """On photographs, even for who knows where eyes and mouth were."""
    photos = sorted((DATA / "lfw_dev" / "images").glob("A*/*.jpg"))[:12]
    if not photos or not all(have(asset) for card in cards_needed("yunet_sface") for asset in card.files.values()):
        pytest.skip(f"needs {DATA}/lfw_dev and the weights of yunet_sface")
    pictures, finding = [read_image(path) for path in photos], open_model("yunet_sface", Place())
    found = [faces.take([0]) for faces in finding.run(pictures, FacesOptions(limit=1))]
    hidden = [blur(picture, faces, cells=cells) for picture, faces in zip(pictures, found, strict=True)]
    crops = [aligned(picture, faces.points[0]) for picture, faces in zip(hidden, found, strict=True)]
    vectors = [each.vector for each in open_model("sface.web", Place()).run(crops, EmbeddingOptions())]
    alike = [faces.embeddings[0] @ vector for faces, vector in zip(found, vectors, strict=True)]
    assert max(alike) < card_of("yunet_sface").acceptance.threshold(1e-4)
