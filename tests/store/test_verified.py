import io

import pytest

from opsin.core.errors import DamagedWeightsError
from opsin.store.verified import check_file, write_verified


class Endless:
    """A stream of zeros that counts what was read of it."""

    taken = 0

    def read(self, size):
        self.taken += size
        return bytes(size)


def test_right_bytes_are_written(tmp_path, asset_of):
    write_verified(io.BytesIO(b"right"), asset_of(b"right"), tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"right"


@pytest.mark.parametrize("content", [b"", b"righ", b"wrong", b"right "])
def test_wrong_bytes_leave_nothing(content, tmp_path, asset_of):
    with pytest.raises(DamagedWeightsError):
        write_verified(io.BytesIO(content), asset_of(b"right"), tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_the_message_names_both_hashes_and_lengths(tmp_path, asset_of):
    right, wrong = asset_of(b"right"), asset_of(b"bad")
    with pytest.raises(DamagedWeightsError) as caught:
        write_verified(io.BytesIO(b"bad"), right, tmp_path / "file")
    assert str(caught.value) == (
        f"spot.onnx must be 5 bytes with sha256 {right.sha256}; what came is 3 bytes with sha256 {wrong.sha256}. "
        "It was deleted; fetch it again."
    )


def test_what_is_too_long_says_so(tmp_path, asset_of):
    with pytest.raises(DamagedWeightsError, match="what came is more bytes with sha256"):
        write_verified(io.BytesIO(b"right and more"), asset_of(b"right"), tmp_path / "file")


def test_a_stream_without_end_is_left_one_byte_after_the_length(tmp_path, asset_of):
    stream = Endless()
    with pytest.raises(DamagedWeightsError):
        write_verified(stream, asset_of(b"right"), tmp_path / "file")
    assert stream.taken == 6


def test_a_right_file_stays(tmp_path, asset_of):
    (tmp_path / "file").write_bytes(b"right")
    check_file(tmp_path / "file", asset_of(b"right"))
    assert (tmp_path / "file").exists()


def test_a_wrong_file_is_deleted(tmp_path, asset_of):
    (tmp_path / "file").write_bytes(b"wrong")
    with pytest.raises(DamagedWeightsError, match=r"spot\.onnx must be 5 bytes"):
        check_file(tmp_path / "file", asset_of(b"right"))
    assert not (tmp_path / "file").exists()
