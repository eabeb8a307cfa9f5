import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from opsin.core.errors import InputError, SourceError, UsageError
from opsin.media.files import save_image
from opsin.uses.people import different, name, people, same

TINY = "yunet_sface_tiny"
LFW = Path(__file__).parents[3] / "shared" / "data" / "lfw_dev" / "images"


def paint(path, persons, shade=170):
    """A photo of faces side by side as the tiny model sees them: a white pixel each, and a bar for whose it is."""
    image = np.zeros((64, 64 * max(len(persons), 1), 3), np.uint8)
    for place, person in enumerate(persons):
        left = 64 * place + {"A": 23, "B": 28, "C": 34}[person]
        image[24:48, left : left + 5] = shade
        image[28, 64 * place + 28] = 255
    save_image(path, image)


@pytest.fixture
def photos(tmp_path):
    """A on three photos, B on two, C on one; one photo of nobody."""
    folder = tmp_path / "photos"
    for file, persons in {"1": "A", "2": "AB", "deep/3": "BA", "4": "C", "5": ""}.items():
        paint(folder / f"{file}.png", persons)
    return folder


@pytest.fixture
def album(tmp_path):
    return tmp_path / "album"


def sort(photos, album, **more):
    return people(photos, album=album, model=TINY, **more)


def rows(album):
    """Who has which faces: {"p1": ["1.png#1", …], "": [the unknown]}."""
    return {person.id: [face.id for face in person.faces] for person in (*album.people, album.unknown)}


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


FIRST = {"p1": ["1.png#1", "2.png#1", "deep/3.png#2"], "p2": ["2.png#2", "deep/3.png#1"], "": ["4.png#1"]}


def test_a_folder_is_sorted_by_people_the_largest_first(photos, album):
    done = sort(photos, album)
    assert rows(done) == FIRST
    assert (done.photos, done.source, done.folder) == (5, photos, album)


def test_every_photo_is_told_to_progress(photos, album):
    told = []
    sort(photos, album, progress=lambda *said: told.append(said))
    assert told == [("looking for faces", done, 5) for done in range(1, 6)]


def test_known_photos_are_not_read_again(photos, album):
    once, told = sort(photos, album), []
    assert rows(sort(photos, album, progress=lambda *said: told.append(said))) == rows(once)
    assert told == []


def test_new_photos_move_nobody(photos, album):
    sort(photos, album)
    for number in range(6):
        paint(photos / f"0{number}.png", "CB")
    done = rows(sort(photos, album))
    assert set(done["p1"]) == set(FIRST["p1"])
    assert set(FIRST["p2"]) < set(done["p2"])
    assert len(done["p2"]) == 8
    assert "4.png#1" in done["p3"]


def test_photos_that_are_gone_leave_with_their_faces(photos, album):
    sort(photos, album)
    (photos / "2.png").unlink()
    done = sort(photos, album)
    assert rows(done) == {"p1": ["1.png#1", "deep/3.png#2"], "p2": ["deep/3.png#1"], "": ["4.png#1"]}
    assert len(list((album / "faces").iterdir())) == 4
    assert "2.png" not in done.page.read_text()


def test_a_photo_that_was_changed_keeps_whom_it_still_shows(photos, album):
    sort(photos, album)
    name(album, "p2", "Bob")
    paint(photos / "2.png", "CB", shade=160)
    done = sort(photos, album)
    assert done.person("Bob").id == "p2"
    assert rows(done)["p2"] == FIRST["p2"]
    assert "2.png#3" in rows(done)["p3"]  # somebody new gets a number that no face had


def test_corrections_hold_in_every_later_run(photos, album):
    sort(photos, album)
    same(album, ["4.png#1", "1.png#1"])
    different(album, ["2.png#1", "deep/3.png#2"])
    paint(photos / "6.png", "AC")
    done = rows(sort(photos, album))
    row = {face: person for person, faces in done.items() for face in faces}
    assert row["4.png#1"] == row["1.png#1"] == "p1"
    assert row["2.png#1"] != row["deep/3.png#2"]


def test_a_name_stays_and_is_on_the_page(photos, album):
    sort(photos, album)
    name(album, "p2", "Bob & <Co>")
    done = sort(photos, album)
    assert done.person("Bob & <Co>").called == "Bob & <Co>"
    assert "Bob &amp; &lt;Co&gt; (p2)" in done.page.read_text()


def test_two_faces_in_one_photo_are_two_people_unless_somebody_says_so(photos, album):
    paint(photos / "6.png", "CC")
    assert rows(sort(photos, album))["p3"] in (["4.png#1", "6.png#1"], ["4.png#1", "6.png#2"])
    assert rows(same(album, ["6.png#1", "6.png#2"]))["p3"] == ["4.png#1", "6.png#1", "6.png#2"]


def test_what_is_taken_back_is_forgotten(photos, album):
    sort(photos, album)
    same(album, ["4.png#1", "1.png#1"])
    assert rows(same(album, ["4.png#1", "1.png#1"], undo=True)) == FIRST


def test_different_is_about_two_faces(photos, album):
    sort(photos, album)
    with pytest.raises(UsageError, match="Name the two faces that are different people; got 3"):
        different(album, ["1.png#1", "2.png#1", "4.png#1"])


def test_the_page_needs_no_network_and_no_script_and_shows_each_face(photos, album):
    page = sort(photos, album).page.read_text()
    assert not re.search(r"<script|src=\"http|href=\"http|@import", page)
    shown = re.findall(r'src="(faces/[^"]+)"', page)
    assert len(shown) == 6
    assert all((album / crop).is_file() for crop in shown)


def test_the_album_may_lie_among_the_photos_and_is_passed_over(photos):
    assert rows(sort(photos, photos / "people")) == FIRST
    assert rows(sort(photos, photos / "people")) == FIRST


def test_photos_inside_the_album_are_refused(photos):
    with pytest.raises(UsageError, match=r"The photos lie in .* Name another: --album DIR"):
        sort(photos / "deep", photos)


def test_a_folder_with_something_else_is_not_written_into(photos, album):
    paint(album / "mine.png", "A")
    with pytest.raises(UsageError, match=r"holds something else \(mine\.png\)"):
        sort(photos, album)
    assert files(album) == ["mine.png"]


def test_only_our_own_files_are_removed_from_the_album(photos, album):
    sort(photos, album)
    paint(album / "faces" / "mine.jpg", "A")
    shutil.rmtree(photos / "deep")
    sort(photos, album)
    assert "faces/mine.jpg" in files(album)


def test_an_album_of_other_photos_is_refused_and_stays(photos, album, tmp_path):
    sort(photos, album)
    paint(tmp_path / "others" / "7.png", "A")
    with pytest.raises(UsageError, match=r"is the album of .*photos\. For .*others name another"):
        sort(tmp_path / "others", album)
    assert rows(sort(photos, album)) == FIRST


def test_a_folder_that_was_moved_keeps_its_album(photos, album, tmp_path):
    sort(photos, album)
    photos.rename(tmp_path / "moved")
    assert rows(sort(tmp_path / "moved", album)) == FIRST


def test_another_model_is_refused(photos, album):
    sort(photos, album)
    with pytest.raises(UsageError, match="was made with the model yunet_sface_tiny, whose embeddings yunet_sface"):
        people(photos, album=album)


def test_no_folder_and_no_photos_are_one_line(tmp_path, album):
    with pytest.raises(SourceError, match=r"none is no folder\. Give a folder of photos"):
        sort(tmp_path / "none", album)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="is a folder without pictures"):
        sort(tmp_path / "empty", album)
    assert not album.exists()


def test_a_folder_that_holds_only_its_album_holds_no_photos(photos):
    sort(photos, photos / "people")
    for path in photos.rglob("*.png"):
        path.unlink()
    with pytest.raises(SourceError, match="holds no photos"):
        sort(photos, photos / "people")


def test_a_photo_that_cannot_be_read_is_told_and_the_others_go_on(photos, album):
    (photos / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    done = sort(photos, album)
    assert rows(done) == FIRST
    ((file, error),) = done.failures
    assert file == "bad.png"
    assert isinstance(error, InputError)


def test_an_album_that_is_not_there_cannot_be_corrected(album):
    for change in (lambda: same(album, ["a#1", "b#1"]), lambda: name(album, "p1", "Ann")):
        with pytest.raises(UsageError, match=r"is no album of people\. Make one with"):
            change()
    assert not album.exists()


def test_who_is_not_there_is_refused(photos, album):
    with pytest.raises(UsageError, match="There is no person 'p9'"):
        sort(photos, album).person("p9")


def interrupt_at(number):
    def progress(_, done, total):
        if done == number:
            raise KeyboardInterrupt

    return progress


def test_after_ctrl_c_what_was_found_is_kept(photos, album):
    told = []
    with pytest.raises(KeyboardInterrupt):
        sort(photos, album, progress=interrupt_at(3))
    assert rows(sort(photos, album, progress=lambda *said: told.append(said))) == FIRST
    assert len(told) == 2


def test_ctrl_c_loses_nothing_that_was_known(photos, album):
    sort(photos, album)
    paint(photos / "0.png", "A")
    with pytest.raises(KeyboardInterrupt):
        sort(photos, album, progress=interrupt_at(1))
    assert rows(name(album, "p1", "Ann"))["p1"] == FIRST["p1"]


def test_what_was_found_is_kept_from_time_to_time(photos, album, monkeypatch):
    monkeypatch.setattr("opsin.uses.people.KEEP_EVERY", 1)
    sizes = []
    sort(photos, album, progress=lambda *_: sizes.append((album / "people.npz").stat().st_size))
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_a_name_that_is_no_utf8_is_sorted_and_shown(photos, album):
    try:
        shutil.copy(photos / "4.png", os.fsencode(photos) + b"/odd\xff#.png")
    except OSError:
        pytest.skip("this disk takes only names that are UTF-8")
    done = sort(photos, album)
    assert [face.id for face in done.people[2].faces] == ["4.png#1", "odd\udcff#.png#1"]
    assert rows(same(album, ["odd\udcff#.png#1", "1.png#1"]))["p1"][-1] == "odd\udcff#.png#1"


@pytest.mark.slow
@pytest.mark.weights
def test_labelled_faces_in_the_wild_are_sorted_with_few_mistakes(album):
    if not LFW.is_dir():
        pytest.skip("../shared/data/lfw_dev is not here")
    done = people(LFW, album=album)
    # A photo is of whom its folder names: the face nearest the middle.
    row = {}
    for person in (*done.people, done.unknown):
        for face in person.faces:
            away = np.hypot(*((face.box[:2] + face.box[2:]) / 2 - 125))
            row[face.photo] = min(row.get(face.photo, (np.inf, "")), (away, person.id or face.id))
    told = np.unique([row[photo][1] for photo in sorted(row)], return_inverse=True)[1]
    truth = np.unique([photo.split("/")[0] for photo in sorted(row)], return_inverse=True)[1]
    right = pairs_in(truth.astype(np.int64) * (told.max() + 1) + told)
    assert done.photos == 2320
    assert right / pairs_in(told) >= 0.99
    assert right / pairs_in(truth) >= 0.85


def pairs_in(labels):
    """How many pairs have the same label."""
    counts = np.unique(labels, return_counts=True)[1]
    return int((counts * (counts - 1) // 2).sum())
