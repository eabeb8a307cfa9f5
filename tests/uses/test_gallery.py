"""The gallery as a whole, with the stand-in for the network: a face is where a single pixel is bright."""

import json
import threading
from pathlib import Path

import numpy as np
import pytest

from opsin.core.acceptance import Acceptance
from opsin.core.errors import InputError, OptionError, RefusedError, SourceError, UnknownNameError, UsageError
from opsin.media.files import save_image
from opsin.uses import _gallery_secret
from opsin.uses._gallery import PASSPHRASE, Gallery

TINY = "yunet_sface_tiny"
MEASURED = Acceptance((1e-5, 1e-3, 1e-1), (0.9999, 0.999, 0.99), impostors=10_000_000)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch, tmp_path):
    """A key in a millisecond, no passphrase, and a folder to be in."""
    monkeypatch.setattr(_gallery_secret, "COST", {"n": 16, "r": 8, "p": 1})
    monkeypatch.delenv(PASSPHRASE, raising=False)
    monkeypatch.chdir(tmp_path)


def portrait(seed, faces=1):
    """A picture with faces, 32 pixels apart, which the stand-in finds and embeds by what is dark and light there."""
    random = np.random.default_rng(seed)
    shades = np.kron(random.integers(0, 2, (8, 24)) * 100, np.ones((8, 8), int))
    picture = (shades + random.integers(0, 40, shades.shape)).astype(np.uint8)
    picture[16, 16 : 16 + 64 * faces : 64] = 255
    return np.repeat(picture[..., None], 3, axis=2)


@pytest.fixture
def photos():
    """1.png to 6.png, each with one face, another one."""
    for seed in range(1, 7):
        save_image(Path(f"photos/{seed}.png"), portrait(seed))
    return [f"photos/{seed}.png" for seed in range(1, 7)]


@pytest.fixture
def gallery(photos):
    """Ada by three photos and Byron by two."""
    made = Gallery.open("faces")
    made.enroll("Ada", photos[:3], model=TINY)
    made.enroll("Byron", photos[3:5], model=TINY)
    return made


def bytes_in(folder):
    """All that is in the files of a folder, their names too."""
    return b"".join(each.name.encode() + each.read_bytes() for each in folder.rglob("*") if each.is_file())


def crypto():
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')


def test_who_is_enrolled_is_there_with_all_photos(gallery):
    assert gallery.people == {"Ada": 3, "Byron": 2}
    assert gallery.photos("Ada") == ("1.png", "2.png", "3.png")


def test_another_who_opens_it_finds_the_same(gallery):
    assert Gallery.open("faces").people == gallery.people


def test_enrolling_says_what_was_taken_and_why_the_rest_was_not(photos):
    save_image(Path("photos/two.png"), portrait(9, faces=2))
    save_image(Path("photos/none.png"), portrait(9, faces=0))
    sources = [photos[0], "photos/two.png", "photos/none.png", "photos/missing.png"]
    done = Gallery.open().enroll(" Ada ", sources, model=TINY)
    assert (done.name, done.accepted) == ("Ada", ("1.png",))
    assert [(each.source, each.reason.split(";")[0]) for each in done.refused] == [
        ("photos/two.png", "2 faces were found"),
        ("photos/none.png", "no face was found"),
        ("photos/missing.png", "There is no file photos/missing.png. Check its name"),
    ]


def test_what_came_of_it_goes_to_json(photos):
    done = Gallery.open().enroll("Ada", [photos[0], "missing.png"], model=TINY).to_dict()
    assert json.loads(json.dumps(done)) == {
        "name": "Ada",
        "accepted": ["1.png"],
        "refused": [{"source": "missing.png", "reason": "There is no file missing.png. Check its name"}],
    }


def test_of_several_faces_the_largest_is_taken_when_asked_for():
    done = Gallery.open().enroll("Ada", [portrait(9, faces=2)], model=TINY, largest=True)
    assert done.accepted == ("array 1",)


def test_a_photo_that_is_there_already_is_not_taken_again(gallery, photos):
    done = gallery.enroll("Eve", [photos[0], photos[5], photos[5]], model=TINY)
    assert done.accepted == ("6.png",)
    assert [each.reason for each in done.refused] == [
        "it is enrolled already, as Ada",
        "it is enrolled already, as Eve",
    ]


def test_where_no_photo_is_good_no_gallery_is_made():
    gallery = Gallery.open()
    gallery.enroll("Ada", [portrait(9, faces=0)], model=TINY)
    assert not gallery.exists
    assert not Path("faces").exists()


def test_photos_of_one_name_from_two_folders_are_told_apart(photos):
    save_image(Path("other/1.png"), portrait(8))
    done = Gallery.open().enroll("Ada", [photos[0], "other/1.png"], model=TINY)
    assert done.accepted == ("1.png", "1 (2).png")


def test_of_a_photo_s_place_nothing_is_kept(gallery):
    assert b"photos/" not in bytes_in(gallery.folder)


def test_enrolling_tells_how_far_it_is(photos):
    told = []
    Gallery.open().enroll("Ada", photos[:3], model=TINY, progress=lambda *said: told.append(said))
    assert told == [("photos", 1, 3), ("photos", 2, 3), ("photos", 3, 3)]


def test_a_name_that_cannot_be_one_is_refused_before_any_work():
    with pytest.raises(OptionError, match=r"^A person's name must have .* got 'unknown'\.$"):
        Gallery.open().enroll("unknown", ["missing.png"], model=TINY)


def test_no_pictures_at_all_are_an_error():
    Path("empty").mkdir()
    with pytest.raises(SourceError, match="folder without pictures"):
        Gallery.open().enroll("Ada", "empty", model=TINY)


def test_another_model_cannot_be_mixed_in(gallery, photos):
    with pytest.raises(
        UsageError, match=r"^The people in faces were enrolled with yunet_sface_tiny; yunet_sface_mirrored cannot"
    ):
        gallery.enroll("Ada", photos)


def test_a_model_that_does_not_embed_is_refused():
    with pytest.raises(UsageError, match=r"^yunet_tiny\.random finds faces, but does not tell them apart\."):
        Gallery.open().enroll("Ada", [portrait(1)], model="yunet_tiny.random")


def test_who_was_enrolled_is_known_and_nobody_else(gallery, monkeypatch):
    monkeypatch.setattr("opsin.uses._gallery.acceptance_for", lambda *_: MEASURED)
    photo = gallery.roll().photos("Byron")[0]
    assert gallery.who([-photo.embedding], far=1e-2).names == ("unknown",)
    gallery.forget("Ada")
    gallery.split("Byron", ["5.png"], "Eve")
    assert gallery.who([photo.embedding], far=1e-2).names == ("Byron",)


def test_in_an_empty_gallery_nobody_can_be_looked_for():
    with pytest.raises(
        InputError, match=r"^Nobody is enrolled in the gallery faces\. Enroll somebody: opsin faces enroll"
    ):
        Gallery.open().who([[1.0]])


def test_people_are_renamed_merged_and_split(gallery):
    gallery.rename("Ada", " Ada Lovelace ")
    gallery.split("Ada Lovelace", ["2.png"], "Eve")
    gallery.merge("Byron", "Eve")
    assert gallery.people == {"Ada Lovelace": 2, "Byron": 3}


@pytest.mark.parametrize(
    "change",
    [
        lambda gallery: gallery.rename("Ada", "Eve"),
        lambda gallery: gallery.merge("Ada", "Eve"),
        lambda gallery: gallery.split("Ada", ["a.jpg"], "Eve"),
        lambda gallery: gallery.forget("Ada"),
        lambda gallery: gallery.encrypt("sesame"),
        lambda gallery: gallery.decrypt(),
    ],
)
def test_a_gallery_that_is_not_there_cannot_be_changed_and_is_not_made(change):
    with pytest.raises(InputError, match=r"^Nobody is enrolled in the gallery nowhere\."):
        change(Gallery.open("nowhere"))
    assert not Path("nowhere").exists()


def test_a_new_name_must_be_one(gallery):
    with pytest.raises(OptionError, match="A person's name must have"):
        gallery.rename("Ada", "unknown")
    with pytest.raises(OptionError, match="A person's name must have"):
        gallery.split("Ada", ["1.png"], "")


@pytest.mark.parametrize("is_secret", [False, True])
def test_who_is_forgotten_leaves_no_trace_in_any_byte(photos, is_secret):
    crypto()
    gallery = Gallery.open("faces", "sesame" if is_secret else None)
    gallery.enroll("Ada", photos[:2], model=TINY)
    gallery.enroll("Byron", photos[3:4], model=TINY)
    traces = [b"Ada", b"1.png", b"2.png"]
    traces += [each["embedding"].encode() for each in gallery.roll().to_dict()["people"]["Ada"]]
    traces += [photo.embedding.tobytes() for photo in gallery.roll().photos("Ada")]
    gallery.folder.joinpath(".gallery.json.left").write_bytes(b"".join(traces))
    gallery.forget("Ada")
    plain = json.dumps(gallery.roll().to_dict()).encode()
    assert not [trace for trace in traces if trace in bytes_in(gallery.folder) + plain]


def test_before_a_person_is_forgotten_the_traces_are_there(gallery):
    assert b"Ada" in bytes_in(gallery.folder)
    assert b"1.png" in bytes_in(gallery.folder)


def test_who_is_forgotten_is_gone_and_the_others_stay(gallery):
    gallery.forget("Ada")
    assert gallery.people == {"Byron": 2}
    with pytest.raises(UnknownNameError, match=r"^There is no person called 'Ada'\. Known: Byron\.$"):
        gallery.forget("Ada")


def test_when_all_are_forgotten_the_gallery_is_empty_and_can_be_filled_with_another_model(gallery):
    for name in gallery.people:
        gallery.forget(name)
    gallery.check_model("yunet_sface")
    assert gallery.people == {}


def test_a_new_gallery_with_a_passphrase_is_never_in_the_clear(photos):
    crypto()
    gallery = Gallery.open("faces", "sesame")
    assert gallery.is_encrypted
    gallery.enroll("Ada", photos[:1], model=TINY)
    assert b"Ada" not in bytes_in(gallery.folder)
    assert Gallery.open("faces", "sesame").people == {"Ada": 1}


def test_the_passphrase_may_stand_in_the_environment(photos, monkeypatch):
    crypto()
    Gallery.open("faces", "sesame").enroll("Ada", photos[:1], model=TINY)
    monkeypatch.setenv(PASSPHRASE, "sesame")
    assert Gallery.open("faces").people == {"Ada": 1}


def test_a_gallery_is_encrypted_gets_another_passphrase_and_is_decrypted(gallery):
    crypto()
    people = gallery.people
    secret = gallery.encrypt("sesame").encrypt("other")
    assert b"Ada" not in bytes_in(gallery.folder)
    with pytest.raises(RefusedError, match="the passphrase is wrong"):
        Gallery.open("faces", "sesame")
    assert secret.decrypt().people == Gallery.open("faces").people == people


def test_an_empty_passphrase_is_none(gallery):
    with pytest.raises(OptionError, match=r"^A passphrase must have at least one letter; many are better\.$"):
        gallery.encrypt("")


def test_the_passphrase_is_not_shown():
    assert "sesame" not in repr(Gallery.open("faces", "sesame"))


def test_two_who_change_it_at_once_lose_nothing(photos):
    Gallery.open("faces").enroll("Ada", photos[:1], model=TINY)

    def enroll(number):
        Gallery.open("faces").enroll(f"p{number}", [portrait(20 + number)], model=TINY)

    threads = [threading.Thread(target=enroll, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Gallery.open("faces").people == {"Ada": 1} | {f"p{number}": 1 for number in range(4)}
