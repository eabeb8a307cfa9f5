"""Silence while other people's converters work: they talk to the terminal past Python, in pages."""

from __future__ import annotations

import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from typing import IO

_STREAMS = (1, 2)  # standard output and standard error, as the system numbers them


@contextmanager
def quietly() -> Iterator[None]:
    """Keeps what is said in the block, by Python or by compiled code, from the terminal; errors go on their way.

    It holds for the whole process: what another thread says meanwhile is lost too.
    """
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        void = stack.enter_context(tempfile.TemporaryFile())
        for stream in _STREAMS:
            _turn(stack, stream, void)
        # In a notebook, and under pytest, Python's streams are not the system's.
        text = stack.enter_context(io.TextIOWrapper(io.BytesIO()))
        stack.enter_context(redirect_stdout(text))
        stack.enter_context(redirect_stderr(text))
        stack.callback(_take_off, [*logging.root.handlers])
        yield


def _take_off(before: list[logging.Handler]) -> None:
    """Takes away the handlers of log lines that came since: they write to a stream that will be closed."""
    # Whoever logs without any handler gets one from `logging`, on what is standard error at that moment.
    for handler in logging.root.handlers[:]:
        if handler not in before:
            logging.root.removeHandler(handler)


def _turn(stack: ExitStack, stream: int, to: IO[bytes]) -> None:
    """Sends one of the process's streams elsewhere until the stack is left."""
    try:
        kept = os.dup(stream)
    except OSError:
        return  # a program without a terminal may have closed it
    stack.callback(os.close, kept)
    _flush()
    os.dup2(to.fileno(), stream)
    stack.callback(os.dup2, kept, stream)
    stack.callback(_flush)  # before it is turned back: what Python still holds was said in the block


def _flush() -> None:
    for file in (sys.stdout, sys.stderr):
        if file is not None and not file.closed:
            file.flush()
