"""How often somebody may try, over several runs; and a line for each attempt, for whoever looks after the lock."""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from opsin.core.errors import InputError, OpsinError, RefusedError
from opsin.store.files import write_atomically
from opsin.store.lock import locked

WAIT_SECONDS = 900.0
"""After too many failures nobody gets in for so long, and as long a failure counts."""

Failures = Mapping[str, list[float]]
"""When the latest failures were, in seconds since 1970, for each lock."""


@dataclass(frozen=True)
class Attempts:
    """A count of failures that outlives the program, in a small file without names.

    Attributes:
        path: of the file.
        subject: what the attempts are at; kept as a hash only.
        limit: how many failures in a row there may be.
    """

    path: Path
    subject: str
    limit: int

    def begin(self, now: float | None = None) -> int:
        """Counts an attempt as failed before it begins, so that one that is broken off counts too.

        Answers how many are left after it.

        Raises:
            RefusedError: when there were too many.
            InputError: when the file is damaged: it is not passed over, else damaging it would let more in.
        """
        at = time.time() if now is None else now
        with self._held():
            failures = _recent(self._read(), at)
            mine = failures.get(self._key, [])
            # Before it is refused too: then a clock that was wrong does not keep anybody out for ever.
            self._write(failures if len(mine) >= self.limit else {**failures, self._key: [*mine, at]})
            self._check(mine, at)
        return self.limit - len(mine) - 1

    def succeed(self) -> None:
        """Forgets the failures: whoever was let in begins anew."""
        with self._held():
            self._write({key: times for key, times in self._read().items() if key != self._key})

    def _check(self, failures: Sequence[float], now: float) -> None:
        if len(failures) >= self.limit:
            minutes = math.ceil((failures[-1] + WAIT_SECONDS - now) / 60)
            raise RefusedError(
                f"There were {len(failures)} failed attempts in a row. Try again in {minutes} "
                f"minute{'' if minutes == 1 else 's'}."
            )

    def _held(self) -> AbstractContextManager[None]:
        return locked(self.path.with_name(self.path.name + ".lock"))

    @property
    def _key(self) -> str:
        return hashlib.sha256(self.subject.encode("utf-8", "surrogateescape")).hexdigest()

    def _read(self) -> Failures:
        if not self.path.exists():
            return {}
        try:
            data = json.loads(self.path.read_bytes())
            return {str(key): sorted(float(each) for each in times) for key, times in data.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(
                f"{self.path} should hold the failed attempts, and cannot be read: {error}. "
                "Look who changed it; then delete it."
            ) from error

    def _write(self, failures: Failures) -> None:
        with write_atomically(self.path) as file:
            file.write(json.dumps(failures).encode())


def _recent(failures: Failures, now: float) -> dict[str, list[float]]:
    """The failures that still count. One in the future counts as of now: to put the clock back must not help."""
    kept = {key: [each for each in times if now - each < WAIT_SECONDS] for key, times in failures.items()}
    return {key: [min(each, now) for each in times] for key, times in kept.items() if times}


def write_line(log: Path, name: str, answer: bool, why: str) -> None:
    """Adds one line of JSON to a log: when, who, yes or no, and why. Nothing else: no picture, no embedding.

    Raises:
        OpsinError: when it cannot be written.
    """
    said = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "name": name}
    line = json.dumps(said | {"answer": "yes" if answer else "no", "why": why}, ensure_ascii=True) + "\n"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        # One write at the file's end: lines of two programs do not mix. Others need not read who came when.
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
    except OSError as error:
        raise OpsinError(f"{log} cannot be written: {error.strerror}. Choose another file for --log.") from error
