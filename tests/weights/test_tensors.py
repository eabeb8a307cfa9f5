import pickle
import struct

import numpy as np
import pytest

from opsin.core.errors import WeightsError
from opsin.weights import tensors
from opsin.weights.tensors import MAGIC, read_tensors

HEAD = pickle.dumps(MAGIC, 2), pickle.dumps(1001, 2), pickle.dumps({"little_endian": True}, 2)


def text(word: str) -> bytes:
    return b"X" + struct.pack("<I", len(word)) + word.encode()


def whole(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


def row(numbers) -> bytes:
    return b"(" + b"".join(map(whole, numbers)) + b"t"


EMPTY = b"ccollections\nOrderedDict\n)R"


def tensor(key, count, size, stride, offset=0, kind="Float", view=b"N") -> bytes:
    storage = b"(" + text("storage") + f"ctorch\n{kind}Storage\n".encode() + text(key) + text("cpu") + whole(count)
    start = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + view + b"tQ" + whole(offset)
    return start + row(size) + row(stride) + b"\x89" + EMPTY + b"tR"


def table(**named: bytes) -> bytes:
    return b"\x80\x02" + EMPTY + b"(" + b"".join(text(name) + each for name, each in named.items()) + b"u."


def storages(**numbers) -> list[bytes]:
    rows = [struct.pack("<q", len(each)) + each.tobytes() for each in numbers.values()]
    return [pickle.dumps(list(numbers), 2), *rows]


@pytest.fixture
def read(tmp_path):
    """Reads a file of these parts."""

    def reading(*parts: bytes):
        path = tmp_path / "weights.pth"
        path.write_bytes(b"".join(parts))
        return read_tensors(path)

    return reading


NUMBERS = np.arange(6, dtype="<f4")


def test_a_tensor_has_its_numbers_its_shape_and_its_type(read):
    found = read(*HEAD, table(spot=tensor("7", 6, (2, 3), (3, 1))), *storages(**{"7": NUMBERS}))
    assert list(found) == ["spot"]
    assert found["spot"].dtype == np.float32
    assert found["spot"].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_axes_may_lie_in_any_order(read):
    found = read(*HEAD, table(spot=tensor("7", 6, (3, 2), (1, 3))), *storages(**{"7": NUMBERS}))
    assert found["spot"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert found["spot"].flags["C_CONTIGUOUS"]


def test_a_tensor_may_begin_inside_its_storage(read):
    found = read(*HEAD, table(spot=tensor("7", 6, (2,), (1,), offset=4)), *storages(**{"7": NUMBERS}))
    assert found["spot"].tolist() == [4, 5]


def test_a_single_number_has_no_axes(read):
    found = read(*HEAD, table(spot=tensor("7", 1, (), (), kind="Long")), *storages(**{"7": np.array([9])}))
    assert (found["spot"].shape, found["spot"].item()) == ((), 9)


def test_tensors_may_share_a_storage_and_storages_come_in_any_order(read):
    named = {
        "a": tensor("x", 6, (2,), (1,)),
        "b": tensor("y", 1, (1,), (1,), kind="Double"),
        "c": tensor("x", 6, (2,), (2,)),
    }
    found = read(*HEAD, table(**named), *storages(y=np.array([0.5]), x=NUMBERS))
    assert [found[name].tolist() for name in "abc"] == [[0, 1], [0.5], [0, 2]]


def test_what_else_the_table_holds_is_left_out(read):
    assert read(*HEAD, table(version=whole(2)), *storages()) == {}


def hostile(call: bytes) -> list[bytes]:
    return [*HEAD, b"\x80\x02" + call + b"."]


class TestHostileFiles:
    @pytest.mark.parametrize(
        "name", ["os system", "builtins eval", "torch._utils _rebuild_parameter", "torch load", "torch FloatStorage.x"]
    )
    def test_a_function_that_no_table_needs_is_refused_by_name(self, read, name):
        call = f"c{name.replace(' ', chr(10))}\n".encode() + b"(" + text("touch pwned") + b"tR"
        with pytest.raises(
            WeightsError, match=f"was not read: it names {name.replace(' ', '.')}, .* Nothing in it was"
        ):
            read(*hostile(call))

    def test_a_real_pickle_that_would_run_a_command_runs_nothing(self, read, tmp_path):
        class Command:
            def __reduce__(self):
                return exec, (f"open({str(tmp_path / 'pwned')!r}, 'w')",)

        with pytest.raises(WeightsError, match=r"it names __builtin__.exec"):
            read(*HEAD, pickle.dumps({"spot": Command()}, 2))
        assert not (tmp_path / "pwned").exists()

    @pytest.mark.parametrize(
        ("step", "call"), [("STACK_GLOBAL", text("os") + text("system") + b"\x93"), ("INST", b"(ios\nsystem\n")]
    )
    def test_a_step_that_no_table_needs_is_refused_by_name(self, read, step, call):
        with pytest.raises(WeightsError, match=f"it wants the step {step}, which no table of tensors needs."):
            read(*hostile(call))

    def test_a_tensor_that_grows_is_refused(self, read):
        # One number, repeated by a stride of 0, a thousand million times.
        grown = table(spot=tensor("7", 1, (1_000_000_000,), (0,)))
        with pytest.raises(WeightsError, match=r"its tensors take 4000000000 bytes, but it has .* only"):
            read(*HEAD, grown, *storages(**{"7": NUMBERS[:1]}))

    def test_big_endian_numbers_are_refused(self, read):
        with pytest.raises(WeightsError, match="its numbers are big-endian"):
            read(*HEAD[:2], pickle.dumps({"little_endian": False}, 2))

    def test_a_file_that_is_too_large_is_not_opened(self, read, monkeypatch):
        monkeypatch.setattr(tensors, "MAX_BYTES", 10)
        with pytest.raises(WeightsError, match=r"weights.pth has \d+ bytes; a file of tensors may have 10."):
            read(*HEAD)


@pytest.mark.parametrize(
    "spot",
    [
        tensor("7", 6, (7,), (1,)),
        tensor("7", 6, (2, 3), (3, 2)),
        tensor("7", 6, (2,), (1,), offset=5),
        tensor("7", 6, (2,), (-1,), offset=3),
        tensor("7", 6, (2,), (1,), offset=-1),
        tensor("7", 6, (2,), (1, 1)),
        tensor("8", 6, (2,), (1,)),
        tensor("7", 5, (2,), (1,)),
        tensor("7", 6, (2,), (1,), view=text("7")),
        b"ctorch\nFloatStorage\n(tR",
        b"ctorch._utils\n_rebuild_tensor_v2\n(NK\x00))tR",
        b"(tR",
        b"h\x09",
    ],
    ids=[
        "longer than its storage", "steps past the end", "begins too late", "backwards", "begins before the storage",
        "axes without steps", "no such storage", "another count", "a view", "a type called", "a tensor of nothing",
        "no function", "nothing remembered",
    ],
)  # fmt: skip
def test_a_table_that_does_not_hold_together_is_called_damaged(read, spot):
    with pytest.raises(WeightsError, match=r"is not a file of tensors of PyTorch before 1.6, or is damaged"):
        read(*HEAD, table(spot=spot), *storages(**{"7": NUMBERS}))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"plain words", pickle.dumps(5, 2), b"\x80\x02]."])
def test_another_file_is_not_a_file_of_tensors(read, content):
    with pytest.raises(WeightsError, match="is not a file of tensors"):
        read(content)


def test_a_file_cut_short_anywhere_is_damaged(read):
    parts = b"".join([*HEAD, table(spot=tensor("7", 6, (2, 3), (3, 1))), *storages(**{"7": NUMBERS})])
    for length in range(len(parts)):
        with pytest.raises(WeightsError):
            read(parts[:length])
