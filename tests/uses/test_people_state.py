import json

import numpy as np
import pytest

from opsin.core.errors import InputError, UsageError
from opsin.uses._people_state import STATE, Photo, Said, State, load_state, save_state


def photo(count, people=None):
    return Photo(
        stamp=(1234, 1_700_000_000_123_456_789),
        boxes=np.arange(4 * count, dtype=np.float32).reshape(-1, 4),
        scores=np.linspace(0.9, 0.8, count, dtype=np.float32),
        embeddings=np.eye(max(count, 1), 8, dtype=np.float32)[:count],
        numbers=np.arange(1, count + 1),
        people=np.array(people or [0] * count, np.int64),
    )


STATE_OF_TWO = State(
    source="/photos",
    model="yunet_sface",
    photos={"a.jpg": photo(2, [1, 0]), "deep/empty.jpg": photo(0), "odd \udcff#1.jpg": photo(1, [1])},
    names={1: "Ann"},
    said=(Said("same", ("a.jpg#1", "odd \udcff#1.jpg#1")),),
    next_person=2,
)


def words_of(path):
    with np.load(path, allow_pickle=False) as arrays:
        return json.loads(arrays["words"].tobytes()), {name: arrays[name] for name in arrays.files}


def test_what_is_kept_comes_back(tmp_path):
    save_state(tmp_path, STATE_OF_TWO)
    back = load_state(tmp_path)
    for field in ("source", "model", "names", "said", "next_person"):
        assert getattr(back, field) == getattr(STATE_OF_TWO, field)
    assert back.face_ids() == STATE_OF_TWO.face_ids() == ["a.jpg#1", "a.jpg#2", "odd \udcff#1.jpg#1"]
    for field in ("boxes", "scores", "embeddings", "numbers", "people"):
        assert (back.column(field) == STATE_OF_TWO.column(field)).all()
    assert back.photos["a.jpg"].stamp == STATE_OF_TWO.photos["a.jpg"].stamp


@pytest.mark.parametrize("photos", [{}, {"none.jpg": photo(0)}])
def test_an_album_without_faces_comes_back(tmp_path, photos):
    save_state(tmp_path, State("/photos", "yunet_sface", photos))
    assert list(load_state(tmp_path).photos) == list(photos)


def test_where_there_is_no_album_it_says_how_to_make_one(tmp_path):
    with pytest.raises(UsageError, match=r"is no album of people\. Make one with: opsin faces people FOLDER"):
        load_state(tmp_path)


@pytest.mark.parametrize("bytes_", [b"", b"not an archive", b"PK\x03\x04 half"])
def test_a_damaged_file_is_one_clear_line(tmp_path, bytes_):
    (tmp_path / STATE).write_bytes(bytes_)
    with pytest.raises(InputError, match=r"people\.npz is damaged \(.*\)\. Put a copy in its place"):
        load_state(tmp_path)


def test_a_file_that_ends_early_is_damaged(tmp_path):
    save_state(tmp_path, STATE_OF_TWO)
    whole = (tmp_path / STATE).read_bytes()
    (tmp_path / STATE).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is damaged"):
        load_state(tmp_path)


@pytest.mark.parametrize("file", ["../secret.jpg", "/etc/secret.jpg", "deep/../../secret.jpg"])
def test_no_photo_leads_out_of_the_folder(tmp_path, file):
    save_state(tmp_path, State("/photos", "yunet_sface", {file: photo(1)}))
    with pytest.raises(InputError, match="is no photo inside the folder"):
        load_state(tmp_path)


def test_parts_of_different_lengths_are_damaged(tmp_path):
    save_state(tmp_path, STATE_OF_TWO)
    _, arrays = words_of(tmp_path / STATE)
    np.savez(tmp_path / STATE, **(arrays | {"scores": arrays["scores"][:-1]}))
    with pytest.raises(InputError, match="its parts are of different lengths"):
        load_state(tmp_path)


def test_what_could_run_code_is_not_loaded(tmp_path):
    save_state(tmp_path, STATE_OF_TWO)
    _, arrays = words_of(tmp_path / STATE)
    np.savez(tmp_path / STATE, **(arrays | {"scores": np.array([object()] * 3)}))
    with pytest.raises(InputError, match="is damaged"):
        load_state(tmp_path)


def test_a_correction_reads_as_the_command_that_says_it():
    assert str(Said("different", ("a.jpg#1", "b.jpg#2"))) == "opsin faces different a.jpg#1 b.jpg#2"
