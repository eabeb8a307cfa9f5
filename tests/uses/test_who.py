import dataclasses
import logging

import numpy as np
import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, OptionError, UsageError
from opsin.models import card_of
from opsin.tasks.faces import Faces
from opsin.uses import who
from opsin.uses._gallery import PASSPHRASE
from opsin.uses._gallery_file import write_roll
from opsin.uses._gallery_roll import Photo, Roll
from opsin.uses.who import WHO, KnownFaces, Who, WhoOptions

AXES = np.eye(8, dtype=np.float32)
IMAGE = np.full((60, 80, 3), 90, np.uint8)
MEASURED = Acceptance((1e-6, 1e-2), (0.8, 0.5), impostors=100_000_000)


class Finder:
    """A part that finds these embeddings in every picture."""

    card = dataclasses.replace(card_of("yunet_sface_tiny"), name="finder")

    def __init__(self, *embeddings):
        self.embeddings = embeddings

    def run(self, images, options):
        n = len(self.embeddings)
        boxes, scores, points = [(9 * k, 0, 9 * k + 8, 8) for k in range(n)], [0.9] * n, np.zeros((n, 5, 2))
        faces = Faces(height=60, width=80, model="finder", scores=scores, boxes=boxes, points=points)
        return [dataclasses.replace(faces, embeddings=np.array(self.embeddings).reshape(n, 8)) for _ in images]


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    monkeypatch.setattr(who, "acceptance_for", lambda *_: MEASURED)
    monkeypatch.delenv(PASSPHRASE, raising=False)
    monkeypatch.chdir(tmp_path)
    who._say.cache_clear()


@pytest.fixture
def gallery(tmp_path):
    """Ada and Byron."""
    roll = Roll("finder").added("Ada", [Photo("a.jpg", AXES[0])]).added("Byron", [Photo("b.jpg", AXES[1])])
    write_roll(tmp_path / "faces", roll, None)
    return roll


def asked(*embeddings, **options):
    return Who(card_of("who_tiny"), {"faces": Finder(*embeddings)}).run([IMAGE], WhoOptions(**options))[0]


def test_each_face_gets_its_name_or_is_unknown(gallery):
    found = asked(AXES[1], AXES[5], AXES[0])
    assert found.names == ("Byron", "unknown", "Ada")
    assert found.similarities == pytest.approx([1, 0, 1])


def test_two_faces_of_one_picture_never_get_one_name(gallery):
    near = 0.9 * AXES[0] + np.sqrt(1 - 0.81) * AXES[6]
    assert asked(near, AXES[0]).names == ("unknown", "Ada")


def test_a_name_may_be_given_in_every_picture(gallery):
    found = Who(card_of("who_tiny"), {"faces": Finder(AXES[0])}).run([IMAGE, IMAGE], WhoOptions())
    assert [each.names for each in found] == [("Ada",), ("Ada",)]


def test_the_answer_is_that_of_its_task_and_tells_no_embeddings(gallery):
    found = asked(AXES[0])
    assert (type(found), found.task, found.model) == (KnownFaces, "who", "who_tiny")
    assert "embeddings" not in found.to_dict()


def test_a_picture_without_faces_has_no_names(gallery):
    assert asked().names == ()


def test_a_change_of_the_gallery_is_seen_at_the_next_picture(gallery, tmp_path):
    assert asked(AXES[0]).names == ("Ada",)
    write_roll(tmp_path / "faces", gallery.renamed("Ada", "Augusta"), None)
    assert asked(AXES[0]).names == ("Augusta",)


def test_where_there_is_no_gallery_all_are_unknown_and_a_line_says_how_to_enroll(caplog):
    with caplog.at_level(logging.WARNING, "opsin"):
        found = [asked(AXES[0]), asked(AXES[0])]
    assert [each.names for each in found] == [("unknown",), ("unknown",)]
    assert found[0].similarities is None
    assert len(caplog.messages) == 1
    assert "Enroll somebody: opsin faces enroll NAME PHOTO" in caplog.messages[0]


def test_a_gallery_that_was_named_must_be_there():
    with pytest.raises(InputError, match=r"^Nobody is enrolled in the gallery mistyped\."):
        asked(AXES[0], gallery="mistyped")


def test_people_enrolled_with_another_model_cannot_be_compared(gallery, tmp_path):
    write_roll(tmp_path / "faces", dataclasses.replace(gallery, model="other"), None)
    with pytest.raises(UsageError, match=r"^The people in faces were enrolled with other; finder cannot be compared"):
        asked(AXES[0])


def test_with_too_many_people_for_the_rate_a_line_says_which_rate_holds(gallery, caplog):
    with caplog.at_level(logging.WARNING, "opsin"):
        asked(AXES[0], far=1e-6)
    assert caplog.messages == [
        "With 2 people in faces, one stranger in 500,000 may be taken for somebody (far 2.0e-06): lower rates were not "
        "measured."
    ]


def test_where_the_rate_holds_nothing_is_said(gallery, caplog):
    asked(AXES[0], far=1e-3)
    assert not caplog.messages


@pytest.mark.parametrize(("far", "said"), [(2.0, "far must be at most 1.0"), (1e-9, "far must lie between 1.0e-06")])
def test_a_rate_out_of_range_is_refused(gallery, far, said):
    with pytest.raises(OptionError, match=said):
        asked(AXES[0], far=far)


def test_it_is_drawn_with_names_and_comes_back_from_its_json(gallery):
    found = asked(AXES[0], AXES[5])
    assert (found.draw(IMAGE) != IMAGE).any()
    assert KnownFaces.from_dict(found.to_dict()).names == found.names
    assert found.resized((120, 160)).names == found.names


def test_it_is_a_task_like_any_other():
    assert (WHO.verb, WHO.result, WHO.default) == ("faces who", KnownFaces, "who")
