"""Whether an HDF5 file holds plain arrays of its own."""

import h5py
import numpy as np
import pytest

from opsin.core.errors import RefusedError
from opsin.nn.hdf5 import check_hdf5


@pytest.fixture
def made(tmp_path):
    """A file with a plain array in a group, and whatever `add` puts there."""

    def make(add=lambda file: None):
        with h5py.File(tmp_path / "weights.h5", "w") as file:
            file["layers/dense/vars/0"] = np.ones((3, 4), np.float32)
            add(file["layers/dense/vars"])
        return h5py.File(tmp_path / "weights.h5", "r")

    return make


def test_plain_numbers_are_admitted(made):
    def add(group):
        group["scalar"] = np.int64(3)
        group["empty"] = np.zeros((0, 3))
        group["flags"] = np.array([True, False])
        group.create_dataset("packed", data=np.arange(1000.0), compression="gzip", shuffle=True, fletcher32=True)

    check_hdf5(made(add), "w.h5")


def links_outside(group):
    group["x"] = h5py.ExternalLink("/etc/passwd", "/")


def links_inside(group):
    group["x"] = h5py.SoftLink("/layers")


def keeps_its_bytes_elsewhere(group):
    group.create_dataset("x", (4,), "u1", external=[("/etc/hostname", 0, 4)])


def shows_another_file(group):
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource("/etc/other.h5", "data", (4,))
    group.create_virtual_dataset("x", layout)


def holds_text(group):
    group["x"] = "text"


def holds_objects(group):
    group["x"] = np.array([group.ref], h5py.ref_dtype)


def holds_nothing(group):
    group["x"] = h5py.Empty("f4")


def holds_a_type(group):
    group["x"] = np.dtype("f4")


def fills_the_memory(group):
    group.create_dataset("x", (10**6, 10**6), "f4", chunks=(1000, 1000), compression="gzip")


def is_packed_by_a_plugin(group):
    group.create_dataset("x", (10,), "f4", chunks=(10,), compression="lzf", data=np.zeros(10))


@pytest.mark.parametrize(
    ("add", "said"),
    [
        (links_outside, "a ExternalLink to somewhere else"),
        (links_inside, "a SoftLink to somewhere else"),
        (keeps_its_bytes_elsewhere, "an array kept in another file"),
        (shows_another_file, "an array kept in another file"),
        (holds_text, "object instead of numbers"),
        (holds_objects, "object instead of numbers"),
        (holds_nothing, "float32 instead of numbers"),
        (holds_a_type, "a Datatype, not an array"),
        (fills_the_memory, "an array of 4,000,000,000,000 bytes made of 0"),
        (is_packed_by_a_plugin, "an array packed in an unusual way"),
    ],
)
def test_anything_else_is_refused(made, add, said):
    with pytest.raises(RefusedError, match=rf"^w\.h5 was not loaded: '/layers/dense/vars/x' in it is {said}\."):
        check_hdf5(made(add), "w.h5")


def test_a_group_that_is_its_own_child_has_an_end(made):
    def add(group):
        group["again"] = group.parent

    check_hdf5(made(add), "w.h5")
