"""Whether an HDF5 file holds plain arrays of its own, and nothing that leads to other files or fills the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opsin.core.errors import RefusedError

if TYPE_CHECKING:
    import h5py

# Weights hardly shrink; what grows more than this when it is unpacked is made to fill the memory.
_MAX_GROWTH = 100
_PLAIN_FILTERS = frozenset((1, 2, 3))  # deflate, shuffle, checksum: others are found in plugins


def check_hdf5(group: h5py.Group, where: str) -> None:
    """Refuse a file with links, arrays kept elsewhere, anything but numbers, or arrays of far more than its bytes.

    Args:
        group: the file, open for reading.
        where: its name, for the message.

    Raises:
        RefusedError: naming the first such thing.
    """
    import h5py

    waiting, seen = [group], {_address(group)}
    while waiting:
        here = waiting.pop()
        for name in here:
            path = f"{here.name.rstrip('/')}/{name}"
            link = here.get(name, getlink=True)
            if not isinstance(link, h5py.HardLink):
                raise _refused(where, path, f"a {type(link).__name__} to somewhere else")
            item = here[name]
            if isinstance(item, h5py.Group):
                # A group may be its own child; that is no error for HDF5, and no end for us.
                if _address(item) not in seen:
                    waiting.append(item)
                    seen.add(_address(item))
            elif reason := _refusal(item):
                raise _refused(where, path, reason)


def _address(item: Any) -> int:
    import h5py

    return int(h5py.h5o.get_info(item.id).addr)


def _refusal(item: Any) -> str | None:
    """Why a member that is no group is not let in."""
    import h5py

    if not isinstance(item, h5py.Dataset):
        return f"a {type(item).__name__}, not an array"
    if item.is_virtual or item.external:
        return "an array kept in another file"
    if item.shape is None or item.dtype.kind not in "fiub":
        return f"{item.dtype} instead of numbers"
    made = item.id.get_create_plist()
    if any(made.get_filter(index)[0] not in _PLAIN_FILTERS for index in range(made.get_nfilters())):
        return "an array packed in an unusual way"
    if item.nbytes > _MAX_GROWTH * item.id.get_storage_size():
        return f"an array of {item.nbytes:,} bytes made of {item.id.get_storage_size():,}"
    return None


def _refused(where: str, path: str, reason: str) -> RefusedError:
    return RefusedError(f"{where} was not loaded: {path!r} in it is {reason}. Get a file with plain weights.")
