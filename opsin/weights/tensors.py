"""Reads the tensors of a PyTorch file without unpickling anything: no code in it can run.

Such a file (of PyTorch before 1.6) is five pickles, then the bare numbers. A pickle is a program for a small machine;
here is that machine with only the steps that a table of tensors needs, and only the three functions.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from opsin.core.errors import WeightsError

MAGIC = 0x1950A86A20F9469CFC6C
"""What the first pickle of such a file holds."""
MAX_BYTES = 1 << 30

_STORAGES = {
    "torch ByteStorage": "<u1",
    "torch CharStorage": "<i1",
    "torch ShortStorage": "<i2",
    "torch IntStorage": "<i4",
    "torch LongStorage": "<i8",
    "torch HalfStorage": "<f2",
    "torch FloatStorage": "<f4",
    "torch DoubleStorage": "<f8",
}


class _RefusedError(Exception):
    """The file asks for something that no table of tensors needs."""


@dataclass(frozen=True)
class _Function:
    """One of the functions that a file may name, by the name that it has there."""

    name: str
    call: Callable[..., Any]


@dataclass(frozen=True)
class _Storage:
    """A row of numbers further on in the file."""

    key: str
    dtype: np.dtype[Any]
    count: int


@dataclass(frozen=True)
class _Tensor:
    """How a tensor lies in a storage, in numbers, not bytes."""

    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a PyTorch file, by name.

    Raises:
        WeightsError: when it is no such file, is cut short, asks for anything but tensors, or is too large.
    """
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise WeightsError(f"{path.name} has {size} bytes; a file of tensors may have {MAX_BYTES}.")
    try:
        with path.open("rb") as file:
            return _read(file, size)
    except _RefusedError as error:
        raise WeightsError(f"{path.name} was not read: {error} Nothing in it was run.") from error
    # What a program for the machine can stumble over, when it was not written by PyTorch.
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise WeightsError(f"{path.name} is not a file of tensors of PyTorch before 1.6, or is damaged.") from error


def _read(file: BinaryIO, size: int) -> dict[str, NDArray[Any]]:
    if _run(file) != MAGIC:
        raise ValueError
    _run(file)  # version of the format
    if not _run(file)["little_endian"]:
        raise _RefusedError("its numbers are big-endian.")
    tensors = {name: each for name, each in _run(file).items() if isinstance(each, _Tensor)}
    _check_sizes(tensors, size)
    known = {each.storage.key: each.storage for each in tensors.values()}
    storages = {key: _numbers(file, known[key]) for key in _run(file)}
    return {name: _laid_out(each, storages[each.storage.key]) for name, each in tensors.items()}


def _check_sizes(tensors: Mapping[str, _Tensor], size: int) -> None:
    """Refuse tensors that would take more memory than the file has bytes."""
    total = sum(prod(each.size) * each.storage.dtype.itemsize for each in tensors.values())
    if total > size:
        raise _RefusedError(f"its tensors take {total} bytes, but it has {size} only.")


def _numbers(file: BinaryIO, storage: _Storage) -> NDArray[Any]:
    """A storage: how many numbers, then the numbers."""
    count = int(np.frombuffer(file.read(8), "<i8")[0])
    if count != storage.count:
        raise ValueError
    return np.frombuffer(file.read(count * storage.dtype.itemsize), storage.dtype, count)


def _laid_out(tensor: _Tensor, numbers: NDArray[Any]) -> NDArray[Any]:
    """A copy of the tensor; its axes may lie in the storage in any order."""
    if len(tensor.size) != len(tensor.stride) or min((tensor.offset, *tensor.size, *tensor.stride)) < 0:
        raise ValueError
    last = tensor.offset + sum((side - 1) * step for side, step in zip(tensor.size, tensor.stride, strict=True))
    if prod(tensor.size) and last >= len(numbers):
        raise ValueError
    steps = [step * numbers.itemsize for step in tensor.stride]
    part = numbers[tensor.offset :]
    return np.array(np.lib.stride_tricks.as_strided(part, tensor.size, steps, writeable=False), order="C")


def _run(file: BinaryIO) -> Any:
    """What one pickle describes; the file stands behind it then."""
    machine = _Machine()
    for step, argument, _ in pickletools.genops(file):
        if step.name == "STOP":
            break
        machine.do(step.name, argument)
    return machine.pop()


class _Machine:
    """A stack, marks in it, and a memory; the steps are pickle's."""

    def __init__(self) -> None:
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memory: dict[int, Any] = {}

    def do(self, step: str, argument: Any) -> None:
        """One step.

        Raises:
            _RefusedError: when no table of tensors needs it.
        """
        if step in _PUSHES:
            self._stack.append(_PUSHES[step](argument))
        elif step in _STEPS:
            _STEPS[step](self, argument)
        elif step != "PROTO":
            raise _RefusedError(f"it wants the step {step}, which no table of tensors needs.")

    def pop(self) -> Any:
        """What lies on top, taken off."""
        return self._stack.pop()

    def _pop_to_mark(self) -> list[Any]:
        mark = self._marks.pop()
        found = self._stack[mark:]
        del self._stack[mark:]
        return found

    def _mark(self, _: Any) -> None:
        self._marks.append(len(self._stack))

    def _remember(self, index: int) -> None:
        self._memory[index] = self._stack[-1]

    def _recall(self, index: int) -> None:
        self._stack.append(self._memory[index])

    def _tuple(self, _: Any) -> None:
        self._stack.append(tuple(self._pop_to_mark()))

    def _tuple_of(self, count: int) -> None:
        found = [self.pop() for _ in range(count)]
        self._stack.append(tuple(found[::-1]))

    def _append(self, values: list[Any]) -> None:
        if not isinstance(self._stack[-1], list):
            raise ValueError
        self._stack[-1].extend(values)

    def _set(self, flat: list[Any]) -> None:
        target, keys = self._stack[-1], flat[::2]
        if not isinstance(target, dict) or not all(isinstance(key, str) for key in keys):
            raise ValueError
        target.update(zip(keys, flat[1::2], strict=True))

    def _set_one(self, _: Any) -> None:
        value, key = self.pop(), self.pop()
        self._set([key, value])

    def _call(self, _: Any) -> None:
        arguments, function = self.pop(), self.pop()
        if not isinstance(function, _Function):
            raise ValueError
        self._stack.append(function.call(*arguments))

    def _refer(self, _: Any) -> None:
        """A storage, by ("storage", kind, key, place, count, view)."""
        _, dtype, key, _, count, view = self.pop()
        if view is not None or not isinstance(dtype, np.dtype):
            raise ValueError
        self._stack.append(_Storage(key, dtype, count))

    def _forget_state(self, _: Any) -> None:
        # The table's notes on the versions of the layers; nothing here asks for them.
        self.pop()


def _named(name: str) -> Any:
    """What a file may name: three functions' worth of things, and nothing of Python's own."""
    if name in _STORAGES:
        return np.dtype(_STORAGES[name])
    if name in _FUNCTIONS:
        return _FUNCTIONS[name]
    raise _RefusedError(f"it names {name.replace(' ', '.')}, which no table of tensors needs.")


def _tensor(storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: Any) -> _Tensor:
    if not isinstance(storage, _Storage):
        raise TypeError
    return _Tensor(storage, offset, size, stride)


_FUNCTIONS = {
    "collections OrderedDict": _Function("collections.OrderedDict", dict),
    "torch._utils _rebuild_tensor_v2": _Function("torch._utils._rebuild_tensor_v2", _tensor),
}

_PUSHES: Mapping[str, Callable[[Any], Any]] = {
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "GLOBAL": _named,
} | dict.fromkeys(("BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"), lambda argument: argument)

_STEPS: Mapping[str, Callable[[_Machine, Any], None]] = {
    "MARK": _Machine._mark,
    "BINPUT": _Machine._remember,
    "LONG_BINPUT": _Machine._remember,
    "BINGET": _Machine._recall,
    "LONG_BINGET": _Machine._recall,
    "TUPLE": _Machine._tuple,
    "TUPLE1": lambda machine, _: machine._tuple_of(1),
    "TUPLE2": lambda machine, _: machine._tuple_of(2),
    "TUPLE3": lambda machine, _: machine._tuple_of(3),
    "APPENDS": lambda machine, _: machine._append(machine._pop_to_mark()),
    "APPEND": lambda machine, _: machine._append([machine.pop()]),
    "SETITEM": _Machine._set_one,
    "SETITEMS": lambda machine, _: machine._set(machine._pop_to_mark()),
    "REDUCE": _Machine._call,
    "BINPERSID": _Machine._refer,
    "BUILD": _Machine._forget_state,
}
