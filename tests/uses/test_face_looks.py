"""The largest face of each photo. The stand-in finds larger faces where the picture is brighter."""

import numpy as np
import pytest

import opsin
from opsin.core.boxes import areas
from opsin.media.files import save_image
from opsin.metrics.pairs import NEVER
from opsin.store.progress import silent
from opsin.uses._face_looks import Looks, look_at

TINY = "yunet_sface_tiny"


@pytest.fixture
def photos(tmp_path):
    """Two photos with faces, one without, one that is no picture."""
    random = np.random.default_rng(0)
    for name in ("a.png", "deep/b.png"):
        save_image(tmp_path / name, random.integers(180, 256, (64, 96, 3), np.uint8))
    save_image(tmp_path / "dark.png", np.zeros((32, 32, 3), np.uint8))
    (tmp_path / "broken.png").write_bytes(b"no picture")
    return tmp_path


def test_each_photo_is_told_as_what_it_is(photos):
    seen = look_at(["dark.png", "deep/b.png", "broken.png", "a.png", "none.png"], photos, TINY, silent)
    assert list(seen.embeddings) == ["deep/b.png", "a.png"]
    assert seen.without_face == ("dark.png",)
    assert list(seen.unreadable) == ["broken.png", "none.png"]
    assert "none.png" in seen.unreadable["none.png"]


def test_the_largest_of_its_faces_is_taken(photos):
    faces = opsin.predict("faces", photos / "a.png", model=TINY)
    largest = max(range(len(faces.scores)), key=lambda row: areas(faces.boxes)[row])
    assert len(faces.scores) > 1
    seen = look_at(["a.png"], photos, TINY, silent)
    assert seen.embeddings["a.png"] == pytest.approx(faces.embeddings[largest])


def test_progress_is_told_photo_by_photo(photos):
    told = []
    look_at(["a.png", "none.png"], photos, TINY, lambda *now: told.append(now))
    assert told == [("photos", 1, 2), ("photos", 2, 2)]


def test_faces_are_as_alike_as_their_embeddings_point():
    seen = Looks({"a": np.array([1, 0], np.float32), "b": np.array([0.6, 0.8], np.float32)}, ("c",), {})
    assert seen.similarity("a", "b") == pytest.approx(0.6)
    assert seen.similarity("a", "c") == NEVER
