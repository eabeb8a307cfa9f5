"""Sets Opsin up from a fresh clone and runs it. Needs Python 3.11 or newer, and nothing else.

  python3 dev.py demo               set up; recognise sample photographs; write runs/demo/index.html
  python3 dev.py test [ARGUMENTS]   set up; check style, types and tests; ARGUMENTS go to pytest
  python3 dev.py measure [AREA]     set up; measure speed and accuracy (benchmarks/measure.py)
  python3 dev.py check              set up; check style and types only
  python3 dev.py pin [PYTHON ...]   write constraints.txt: the newest versions that work under each of these Pythons
  python3 dev.py clean              remove .venv and runs/demo

Examples:
  python3 dev.py test tests/core -x           the tests of opsin/core, up to the first failure
  python3 dev.py test -m "not weights"        the tests that need no weights
  python3 dev.py pin python3.11 python3.12 python3.13

The set-up lives in .venv and is made again only when pyproject.toml, constraints.txt or the Python changes.
"""

# Every line of this file must be readable by Python 3.6, so that an old Python gets as far as the next statement.
import sys

if sys.version_info < (3, 11):  # noqa: UP036  # any Python at all may be asked to run this
    sys.stderr.write(
        f"Opsin needs Python 3.11 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}."
        " Start it with a newer one, as in: python3.12 dev.py demo\n"
    )
    sys.exit(2)

import difflib
import errno
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
EXTRAS = "all,dev"
ROOM_BYTES = 4 * 10**9
"""Free space to begin with: what .venv takes, and as much again while wheels are unpacked."""

CHECKS = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
}

REASONS = (
    (
        r"No space left on device|Disk quota exceeded|not enough space on the disk",
        "the disk is full. Free some space and run this again",
    ),
    (
        r"ensurepip is not available|No module named '?(venv|ensurepip)",
        "this Python cannot make environments: its venv module is missing. On Debian and Ubuntu install it with:"
        f" sudo apt install python3.{sys.version_info[1]}-venv",
    ),
    (
        r"NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|Network is unreachable"
        r"|[Nn]ame resolution|getaddrinfo failed|Failed to establish|Read timed out"
        r"|[Cc]onnection (refused|reset|broken|timed out)",
        "no network. Connect, or name a mirror in PIP_INDEX_URL, and run this again",
    ),
    (r"Permission denied|Read-only file system", "a file may not be written. Give yourself leave to write there"),
)
"""What the log of a program that failed may hold, and what it means to a person; the first that fits counts."""


class Trouble(Exception):  # noqa: N818  # it stops a command, and is no error of this program
    """What stops a command, as one line for a person.

    Attributes:
        exit_code: what the command ends with: 1, or 2 for wrong usage.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Clone:
    """Where things lie in a clone of the repository.

    Attributes:
        root: the folder that holds dev.py.
    """

    root: Path

    @property
    def environment(self) -> Path:
        """The folder of the environment; it is never moved, for its programs hold its path."""
        return self.root / ".venv"

    @property
    def programs(self) -> Path:
        """The folder of the environment's programs."""
        return self.environment / ("Scripts" if os.name == "nt" else "bin")

    @property
    def python(self) -> Path:
        """The environment's Python."""
        return self.programs / ("python.exe" if os.name == "nt" else "python")

    @property
    def stamp(self) -> Path:
        """Says that dev.py made the environment, and what for; written last."""
        return self.environment / "opsin-stamp"

    @property
    def runs(self) -> Path:
        """The folder for whatever comes out of runs: logs, the lock, the demo."""
        return self.root / "runs"


def say(text: str) -> None:
    """Prints a line at once, so that it stays in order with what other programs print."""
    print(text, flush=True)


def fingerprint(clone: Clone) -> str:
    """64 hexadecimal digits that change with whatever the environment is made from."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((clone.root / name).read_bytes() + b"\0")
    digest.update(f"{EXTRAS}\0{sys.version}\0".encode() + os.fsencode(clone.root))
    return digest.hexdigest()


def is_ready(clone: Clone) -> bool:
    """Whether the environment is complete and up to date."""
    return clone.python.exists() and clone.stamp.is_file() and clone.stamp.read_text() == fingerprint(clone)


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int, shared: bool) -> bool:
        """Whether the file could be locked; it stays so until it is closed."""
        if shared:
            return True  # Windows keeps the files of running programs from being removed by itself.
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int, shared: bool) -> bool:
        """Whether the file could be locked; it stays so until it is closed. Many may share a lock, or one has it."""
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def locked(clone: Clone, shared: bool) -> Iterator[None]:
    """Holds the environment: shared by those who use it, alone for the one who makes or removes it."""
    clone.runs.mkdir(exist_ok=True)
    with (clone.runs / "setup.lock").open("a") as file:
        if not try_lock(file.fileno(), shared):
            say("Waiting for another dev.py that is at work in .venv ...")
            while not try_lock(file.fileno(), shared):
                time.sleep(0.2)
        yield


@contextmanager
def ready(clone: Clone) -> Iterator[None]:
    """Makes the environment where needed, and holds it so that nobody changes it meanwhile."""
    with locked(clone, shared=True):
        if is_ready(clone):
            yield
            return
    with locked(clone, shared=False):
        if not is_ready(clone):  # another run may have made it while this one waited
            make(clone)
    with ready(clone):
        yield


def make(clone: Clone) -> None:
    """Makes the environment from nothing; whatever stops it, the stamp is not there and the next run starts over.

    Raises:
        Trouble: when a step fails.
    """
    check_room(clone.root)
    mark = fingerprint(clone)
    remove(clone)
    clone.environment.mkdir()
    clone.stamp.write_text("unfinished")
    log = clone.runs / "setup.log"
    log.unlink(missing_ok=True)
    follow("Making .venv", [sys.executable, "-m", "venv", str(clone.environment)], clone, log, variables(clone))
    number = len(set(pinned_names((clone.root / "constraints.txt").read_text())))
    install = [str(clone.python), "-m", "pip", "install", "--progress-bar", "off", "--editable", f".[{EXTRAS}]"]
    follow(f"Installing {number} packages", [*install, "pip", "setuptools"], clone, log, pinning(clone))
    clone.stamp.write_text(mark)


def check_room(folder: Path) -> None:
    """Looks for free space before the work rather than after it.

    Raises:
        Trouble: when there is too little.
    """
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        raise Trouble(
            f"{folder} has {free / 1e9:.1f} GB left and the set-up needs {ROOM_BYTES / 1e9:.1f} GB. Free some space."
        )


def remove(clone: Clone) -> None:
    """Removes the environment.

    Raises:
        Trouble: when it is not dev.py's to remove, or dev.py itself runs inside it.
    """
    old = clone.root / ".venv.old"
    if clone.environment.exists():
        if not clone.stamp.is_file():
            raise Trouble(f"{clone.environment} was not made by dev.py. Move it away or delete it, and run this again.")
        if Path(sys.prefix) == clone.environment:
            raise Trouble("dev.py runs inside the .venv that it is to remove. Leave it first: deactivate")
        shutil.rmtree(old, ignore_errors=True)
        # In one step, stamp and all: half an environment without a stamp would look like somebody else's.
        clone.environment.rename(old)
    if old.exists():
        shutil.rmtree(old)


def variables(clone: Clone) -> dict[str, str]:
    """The variables for programs of the environment, without those that would mix another Python's packages in."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in foreign}
    path = os.pathsep.join([str(clone.programs), kept.get("PATH", os.defpath)])
    quiet = {"PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**kept, **quiet, "VIRTUAL_ENV": str(clone.environment), "PATH": path}


def pinning(clone: Clone) -> dict[str, str]:
    """The variables that hold pip to constraints.txt, also where it builds a package in an environment of its own."""
    # As an address: pip takes a space in these variables for the end of a path. Builds obey the first variable up to
    # pip 26.1 and only the second one later.
    pins = (clone.root / "constraints.txt").as_uri()
    return {**variables(clone), "PIP_CONSTRAINT": pins, "PIP_BUILD_CONSTRAINT": pins}


def follow(what: str, command: Sequence[str], clone: Clone, log: Path, environ: Mapping[str, str]) -> None:
    """Runs a program into a log, showing the seconds, since a silent minute looks like a hang.

    Raises:
        Trouble: when it fails; the message says why.
    """
    with log.open("ab") as output:
        start = output.tell()
        process = subprocess.Popen(
            command, cwd=clone.root, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            count_seconds(what, process)
        finally:
            process.terminate()
            process.wait()
    if process.returncode:
        said = log.read_bytes()[start:].decode(errors="replace")
        raise Trouble(f"{what} failed: {reason(said)}. The whole log: {log.relative_to(clone.root)}")


def count_seconds(what: str, process: "subprocess.Popen[bytes]") -> None:
    """Waits for a program to end; a terminal sees every second, a log the first, every thirtieth and the last."""
    began = time.monotonic()
    live = sys.stdout.isatty()
    for tick in itertools.count():
        if live or tick % 30 == 0:
            print(f"\r{what} ... {tick} s" if live else f"{what} ...", end="" if live else "\n", flush=True)
        try:
            process.wait(timeout=began + tick + 1 - time.monotonic())
            break
        except subprocess.TimeoutExpired:
            continue
    say(f"{chr(13) if live else ''}{what} ... {time.monotonic() - began:.1f} s")


def reason(said: str) -> str:
    """Why a program failed, from what it said, in words for a person."""
    for pattern, meaning in REASONS:
        if re.search(pattern, said):
            return meaning
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error")]
    return (errors or lines or ["it said nothing"])[-1].rstrip(".")


def run(clone: Clone, *arguments: str) -> int:
    """Runs the environment's Python in the root of the clone, on the terminal; its exit code."""
    return subprocess.run([str(clone.python), *arguments], cwd=clone.root, env=variables(clone), check=False).returncode


def failed_checks(clone: Clone) -> list[str]:
    """Names of the checks of style and types that failed, after running them all."""
    return [name for name, command in CHECKS.items() if run(clone, *command)]


def demo(clone: Clone, arguments: list[str]) -> int:
    """Recognises the sample photographs."""
    refuse("demo", arguments)
    with ready(clone):
        photos = str(Path("runs", "demo", "photos"))
        code = run(clone, "-m", "opsin", "data", "pull", "samples", photos)
        code = code or run(clone, "-m", "opsin", "look", photos, "--save", str(Path("runs", "demo")))
    if not code:
        say(f"Every picture beside its answers: {(clone.runs / 'demo' / 'index.html').as_uri()}")
    return code


def test(clone: Clone, arguments: list[str]) -> int:
    """Checks style, types and tests."""
    with ready(clone):
        pull(clone, "weights", "models", "pull", "--all")
        pull(clone, "samples", "data", "pull", "samples", str(Path("runs", "demo", "photos")))
        failed = failed_checks(clone)
        code = run(clone, "-m", "pytest", *arguments)
    if failed:
        say(f"Failed before the tests: {', '.join(failed)}.")
    return code or int(bool(failed))


def pull(clone: Clone, what: str, *words: str) -> None:
    """Fetches what the tests would like to have; where it cannot be had, they are skipped."""
    log = clone.runs / f"pull-{what}.log"
    log.unlink(missing_ok=True)
    try:
        follow(f"Pulling {what}", [str(clone.python), "-m", "opsin", *words], clone, log, variables(clone))
    except Trouble as trouble:
        say(f"{trouble}. Tests that need {what} will be skipped.")


def measure(clone: Clone, arguments: list[str]) -> int:
    """Measures speed and accuracy."""
    with ready(clone):
        return run(clone, str(Path("benchmarks", "measure.py")), *arguments)


def check(clone: Clone, arguments: list[str]) -> int:
    """Checks style and types."""
    refuse("check", arguments)
    with ready(clone):
        return int(bool(failed_checks(clone)))


def clean(clone: Clone, arguments: list[str]) -> int:
    """Removes what the other commands made."""
    refuse("clean", arguments)
    with locked(clone, shared=False):
        remove(clone)
        if (clone.runs / "demo").exists():
            shutil.rmtree(clone.runs / "demo")
    return 0


def pin(clone: Clone, pythons: list[str]) -> int:
    """Writes constraints.txt from a fresh resolve under each of the Pythons."""
    with tempfile.TemporaryDirectory() as folder:
        clone.runs.mkdir(exist_ok=True)
        (clone.runs / "pin.log").unlink(missing_ok=True)
        found = [resolve(clone, each, Path(folder, str(n))) for n, each in enumerate(pythons or [sys.executable])]
    by_python = dict(sorted(found, key=lambda pair: numbers(pair[0])))
    header = "# The exact versions that dev.py installs. Written by: python3 dev.py pin " + " ".join(
        f"python{version}" for version in by_python
    )
    (clone.root / "constraints.txt").write_text("\n".join([header, *pins(by_python)]) + "\n", newline="\n")
    return 0


def resolve(clone: Clone, python: str, folder: Path) -> tuple[str, dict[str, str]]:
    """The version of a Python, as "3.12", and of every package that pip would install there, by name."""
    log = clone.runs / "pin.log"
    follow(f"Making an environment for {python}", [python, "-m", "venv", str(folder)], clone, log, variables(clone))
    pip = [str(folder / clone.programs.name / clone.python.name), "-m", "pip", "install"]
    follow("Bringing its pip up to date", [*pip, "--upgrade", "pip"], clone, log, variables(clone))
    ask = [*pip, "--dry-run", "--ignore-installed", "--report", str(folder / "report.json")]
    wanted = ["--editable", f".[{EXTRAS}]", "pip", "setuptools"]
    follow("Resolving", [*ask, *wanted], clone, log, variables(clone))
    here = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    versions = versions_of(here)
    foreign = needed_elsewhere(here)
    if foreign:
        places = ["--platform", "win_amd64", "--platform", "macosx_14_0_arm64", "--only-binary", ":all:"]
        ask = [*ask, *places, "--target", str(folder / "elsewhere")]
        follow("Resolving for other systems", [*ask, *foreign], clone, log, variables(clone))
        versions = {**versions_of(json.loads((folder / "report.json").read_text(encoding="utf-8"))), **versions}
    return here["environment"]["python_version"], versions


def normal(name: str) -> str:
    """The one spelling of a package's name.

    >>> normal("Typing_Extensions")
    'typing-extensions'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def versions_of(report: Mapping[str, Any]) -> dict[str, str]:
    """Versions by name of what pip's report says it would install, Opsin left out."""
    found = {normal(each["metadata"]["name"]): each["metadata"]["version"] for each in report["install"]}
    return {name: version for name, version in found.items() if name != "opsin"}


def needed_elsewhere(report: Mapping[str, Any]) -> list[str]:
    """Names of packages that the reported ones need on another system only, and so are not reported."""
    known = {normal(each["metadata"]["name"]) for each in report["install"]}
    needs = [need for each in report["install"] for need in each["metadata"].get("requires_dist", [])]
    system = re.compile(
        r"^([\w.-]+)[^;]*;(?!.*\bextra\b).*\b(?:sys_platform|platform_system|platform_machine|os_name)\b"
    )
    return sorted({normal(match[1]) for match in map(system.match, needs) if match} - known)


def numbers(version: str) -> tuple[int, ...]:
    """A Python's version to sort by, for as a text 3.9 comes after 3.12."""
    return tuple(int(each) for each in version.split("."))


def pins(by_python: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Lines for constraints.txt, in order of names, from versions by name by Python, oldest Python first.

    >>> pins({"3.11": {"a": "1", "b": "1"}, "3.12": {"a": "1", "b": "2"}})
    ['a==1', "b==1 ; python_version < '3.12'", "b==2 ; python_version >= '3.12'"]
    """
    lines = []
    for name in sorted(set().union(*by_python.values())):
        held = [(python, versions[name]) for python, versions in by_python.items() if name in versions]
        starts = [i for i, (_, version) in enumerate(held) if i == 0 or version != held[i - 1][1]]
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            bounds = [f"python_version >= '{held[start][0]}'"] * (start > 0)
            bounds += [f"python_version < '{held[end][0]}'"] if end is not None else []
            lines.append(f"{name}=={held[start][1]}" + (" ; " + " and ".join(bounds) if bounds else ""))
    return lines


def pinned_names(constraints: str) -> list[str]:
    """Names in the text of constraints.txt; one that has several pins comes several times.

    >>> pinned_names("# why\\nnumpy==2.4.6 ; python_version < '3.12'")
    ['numpy']
    """
    return [line.split("==")[0] for line in constraints.splitlines() if "==" in line and not line.startswith("#")]


def refuse(command: str, arguments: list[str]) -> None:
    """Raises Trouble for arguments where none are taken."""
    if arguments:
        raise Trouble(f"dev.py {command} takes no arguments; got {' '.join(arguments)!r}.", exit_code=2)


COMMANDS: Mapping[str, Callable[[Clone, list[str]], int]] = {
    each.__name__: each for each in (demo, test, measure, check, pin, clean)
}


def command_named(name: str) -> Callable[[Clone, list[str]], int]:
    """The command with that name.

    Raises:
        Trouble: when there is none.
    """
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise Trouble(f"There is no command called {name!r}.{guess} Known: {', '.join(COMMANDS)}.", exit_code=2)
    return COMMANDS[name]


def spoken(error: OSError) -> str:
    """One line for what the system refused."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full. Free some space and run this again."
    return f"{error.filename or 'A file'}: {error.strerror or error}. Mend this and run dev.py again."


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Runs one command; the exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by the user."""
    if not arguments or arguments[0] in ("help", "-h", "--help") or arguments[1:] in (["-h"], ["--help"]):
        say(__doc__ or "")
        return 0
    try:
        return command_named(arguments[0])(Clone(root), arguments[1:])
    except Trouble as trouble:
        message, code = str(trouble), trouble.exit_code
    except OSError as error:
        message, code = spoken(error), 1
    except KeyboardInterrupt:
        message, code = "Stopped. Run it again, and it goes on from a sound state.", 130
    print(message, file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    # Ended by another program as by Ctrl-C: pip must not go on alone, without the lock.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
