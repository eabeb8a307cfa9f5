"""What a program costs, from the start of its process to its end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What one run took.

    Attributes:
        wall: seconds on the clock.
        cpu: seconds of all cores together.
        peak_bytes: the most memory it held.
        output: what it printed.
        exit_code: how it ended.
    """

    wall: float
    cpu: float
    peak_bytes: int
    output: str
    exit_code: int = 0


def run(*command: str | Path, may_fail: bool = False) -> Cost:
    """Runs a command to its end.

    Raises:
        SystemExit: when it fails and may not, with what it said.
    """
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        child = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=said, text=True)
        assert child.stdout is not None
        output = child.stdout.read()
        status, usage = os.wait4(child.pid, 0)[1:]
        wall = time.perf_counter() - began
        said.seek(0)
        if status and not may_fail:
            raise SystemExit(f"{said.read()}{' '.join(map(str, command))} failed; nothing more was measured.")
    cpu, peak_bytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
    return Cost(wall, cpu, peak_bytes, output, os.waitstatus_to_exitcode(status))


def opsin(*arguments: str | Path, may_fail: bool = False) -> Cost:
    """Runs the command line of this environment."""
    return run(sys.executable, "-m", "opsin", *arguments, may_fail=may_fail)
