"""The commands of the gallery: what goes in from the flags, and what a person is shown."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer

from opsin.cli import _faces_gallery
from opsin.cli._faces_gallery import VERBS
from opsin.media.files import save_image
from opsin.uses import _gallery_secret
from opsin.uses._gallery import PASSPHRASE, Gallery

TINY = ("--model", "yunet_sface_tiny")


@pytest.fixture(autouse=True)
def surroundings_of_a_gallery(monkeypatch):
    """A key is made in a millisecond, and no passphrase is set."""
    monkeypatch.setattr(_gallery_secret, "COST", {"n": 16, "r": 8, "p": 1})
    monkeypatch.delenv(PASSPHRASE, raising=False)


@pytest.fixture
def typed(monkeypatch):
    """Answers every question for a passphrase, and remembers what was asked."""
    questions = []

    def prompt(text, hide_input, confirmation_prompt, err):
        assert hide_input, "a passphrase must not be seen"
        assert err, "standard output is for answers"
        questions.append((text, confirmation_prompt))
        return "sesame"

    monkeypatch.setattr(typer, "prompt", prompt)
    return questions


def portrait(seed, faces=1):
    random = np.random.default_rng(seed)
    shades = np.kron(random.integers(0, 2, (8, 24)) * 100, np.ones((8, 8), int)) + random.integers(0, 40, (64, 192))
    picture = shades.astype(np.uint8)
    picture[16, 16 : 16 + 64 * faces : 64] = 255
    return np.repeat(picture[..., None], 3, axis=2)


@pytest.fixture
def photos():
    for seed in range(1, 5):
        save_image(Path(f"{seed}.png"), portrait(seed))
    save_image(Path("wall.png"), portrait(9, faces=0))


@pytest.fixture
def gallery(photos):
    """Ada by two photos and Byron by one."""
    made = Gallery.open()
    made.enroll("Ada", ["1.png", "2.png"], model=TINY[1])
    made.enroll("Byron", "3.png", model=TINY[1])
    return made


@pytest.fixture
def thresholds():
    measured = {"rates": [1e-3, 1e-2], "thresholds": [0.99999, 0.99], "impostors": 100_000, "measured_on": "tests"}
    Path("t.json").write_text(json.dumps(measured | {"model": TINY[1]}))
    return ("--thresholds", "t.json")


def test_enrolling_says_how_many_photos_were_taken(opsin, photos):
    done = opsin("faces", "enroll", "Ada", "1.png", "2.png", *TINY)
    assert (done.code, done.out, done.err) == (0, "Ada: 2 photos taken, 0 refused; 2 in all.\n", "")


def test_a_refused_photo_is_told_the_others_are_taken_and_the_code_is_1(opsin, photos):
    done = opsin("faces", "enroll", "Ada", "wall.png", "1.png", "missing.png", *TINY)
    assert (done.code, done.out) == (1, "Ada: 1 photo taken, 2 refused; 1 in all.\n")
    assert done.err.splitlines() == [
        "opsin: wall.png was not taken: no face was found.",
        "opsin: missing.png was not taken: There is no file missing.png. Check its name.",
    ]


def test_enrolling_answers_in_json(opsin, photos):
    done = opsin("faces", "enroll", "Ada", "1.png", "--json", *TINY)
    assert json.loads(done.out) == {"name": "Ada", "accepted": ["1.png"], "refused": []}


def test_enrolling_quietly_says_nothing(opsin, photos):
    assert opsin("faces", "enroll", "Ada", "1.png", "--quiet", *TINY).out == ""


def test_enrolling_hands_its_flags_on(opsin, photos):
    save_image(Path("two.png"), portrait(8, faces=2))
    assert opsin("faces", "enroll", "Ada", "two.png", "--largest", "--gallery", "other", *TINY).code == 0
    assert Gallery.open("other").people == {"Ada": 1}


def test_the_people_are_listed(opsin, gallery):
    assert opsin("faces", "list").out.split() == ["name", "photos", "Ada", "2", "Byron", "1"]


def test_the_photos_of_one_are_listed(opsin, gallery):
    assert opsin("faces", "list", "Ada").out.split() == ["name", "photos", "Ada", "2", "1.png,", "2.png"]


def test_the_people_are_listed_in_json(opsin, gallery):
    lines = [json.loads(line) for line in opsin("faces", "list", "--json").out.splitlines()]
    assert lines == [{"name": "Ada", "photos": ["1.png", "2.png"]}, {"name": "Byron", "photos": ["3.png"]}]


def test_where_there_is_no_gallery_the_list_says_how_to_enroll(opsin):
    done = opsin("faces", "list", "--json")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(
        "opsin: Nobody is enrolled in the gallery faces. Enroll somebody: opsin faces enroll NAME"
    )


@pytest.mark.parametrize(
    ("words", "people"),
    [
        (("rename", "Ada", "Eve"), {"Byron": 1, "Eve": 2}),
        (("merge", "Ada", "Byron"), {"Ada": 3}),
        (("split", "Ada", "2.png", "--into", "Eve"), {"Ada": 1, "Byron": 1, "Eve": 1}),
        (("forget", "Ada"), {"Byron": 1}),
    ],
)
def test_people_are_changed(opsin, gallery, words, people):
    assert opsin("faces", *words).code == 0
    assert gallery.people == people


def test_a_name_that_nobody_has_is_wrong_usage_and_the_nearest_is_offered(opsin, gallery):
    done = opsin("faces", "forget", "Ad")
    assert (done.code, done.err) == (
        2,
        "opsin: There is no person called 'Ad'. Did you mean 'Ada'? Known: Ada, Byron.\n",
    )


def test_a_new_gallery_s_passphrase_is_asked_for_twice_and_that_of_an_old_one_once(opsin, photos, typed):
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')
    opsin("faces", "enroll", "Ada", "1.png", "--passphrase", *TINY)
    assert opsin("faces", "list", "--passphrase", "--json").code == 0
    assert typed == [("Passphrase", True), ("Passphrase", False)]
    assert Gallery.open("faces", "sesame").is_encrypted


def test_a_gallery_is_encrypted_and_decrypted(opsin, gallery, typed):
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')
    assert opsin("faces", "encrypt").code == 0
    assert gallery.is_encrypted
    assert opsin("faces", "encrypt").code == 0
    assert typed == [("New passphrase", True), ("Passphrase now", False), ("New passphrase", True)]
    assert opsin("faces", "decrypt", "--passphrase").code == 0
    assert gallery.people == {"Ada": 2, "Byron": 1}


def test_encrypted_with_the_environment_s_passphrase_nothing_is_asked(opsin, gallery, typed, monkeypatch):
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')
    monkeypatch.setenv(PASSPHRASE, "sesame")
    assert opsin("faces", "encrypt").code == 0
    assert opsin("faces", "list", "--json").code == 0
    assert typed == []


def test_without_its_passphrase_an_encrypted_gallery_says_how_to_give_it(opsin, gallery):
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')
    gallery.encrypt("sesame")
    done = opsin("faces", "list", "--json")
    assert (done.code, done.out) == (2, "")
    assert done.err == "opsin: The gallery faces is encrypted. Set OPSIN_PASSPHRASE, or ask for --passphrase.\n"


def test_a_wrong_passphrase_is_refused_in_one_line(opsin, gallery, monkeypatch):
    pytest.importorskip("cryptography", reason='encryption needs: pip install "opsin[crypto]"')
    gallery.encrypt("sesame")
    monkeypatch.setenv(PASSPHRASE, "salami")
    done = opsin("faces", "list", "--json")
    assert done.code == 3
    assert done.err == "opsin: The gallery faces cannot be opened: the passphrase is wrong, or the file was changed.\n"


def test_no_command_takes_a_passphrase_from_the_command_line(opsin):
    assert "PASSPHRASE TEXT" not in opsin("faces", "enroll", "--help").out.replace("--", "").upper()


def test_the_same_person_is_a_yes(opsin, photos, thresholds):
    done = opsin("faces", "verify", "1.png", "1.png", *TINY, *thresholds)
    assert (done.code, done.out) == (0, "the same person: 1.000, 1.000 is needed (far 0.001)\n")


def test_another_person_is_a_no_with_exit_code_3(opsin, photos, thresholds):
    done = opsin("faces", "verify", "1.png", "2.png", *TINY, *thresholds)
    assert done.code == 3
    assert done.out.startswith("not the same person: ")


def test_verifying_answers_in_json_at_the_rate_asked_for(opsin, photos, thresholds):
    said = json.loads(opsin("faces", "verify", "1.png", "2.png", "--far", "1e-2", "--json", *TINY, *thresholds).out)
    assert (said["far"], said["threshold"]) == (0.01, 0.99)


def test_both_faces_are_saved_side_by_side(opsin, photos, thresholds):
    from opsin.media.sources import read_image

    opsin("faces", "verify", "1.png", "2.png", "--save", "both.png", "--quiet", *TINY, *thresholds)
    assert read_image("both.png").shape == (480, 960, 3)


def test_a_picture_without_a_face_is_an_error_that_names_it(opsin, photos, thresholds):
    done = opsin("faces", "verify", "1.png", "wall.png", *TINY, *thresholds)
    assert (done.code, done.out) == (1, "")
    assert done.err == "opsin: No face was found in the second picture (wall.png). Give one that shows a face.\n"


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.__name__)
def test_every_command_s_help_has_examples(opsin, verb):
    said = opsin("faces", verb.__name__, "--help").out
    assert "Examples:" in said
    assert f"opsin faces {verb.__name__}" in said


def test_the_commands_have_the_names_of_their_functions():
    names = ["verify", "enroll", "list", "rename", "merge", "split", "forget", "encrypt", "decrypt"]
    assert [verb.__name__ for verb in _faces_gallery.VERBS] == names
