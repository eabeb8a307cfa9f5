"""dev.py, by its parts: nothing is installed and nothing fetched here."""

from __future__ import annotations

import ast
import doctest
import errno
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
CONSTRAINTS = (ROOT / "constraints.txt").read_text()

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script")


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["dev"] = module  # a dataclass looks its own module up
    spec.loader.exec_module(module)
    return module


dev = load()


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone in a folder whose name has a space, on a disk with room."""
    root = tmp_path / "a clone"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'opsin'\n")
    (root / "constraints.txt").write_text("# why\nnumpy==2.4.6\nrich==15.0.0\n")
    monkeypatch.setattr(dev, "ROOM_BYTES", 0)
    return dev.Clone(root)


@pytest.fixture
def complete(clone):
    """A clone whose environment looks complete; its Python does nothing."""
    clone.programs.mkdir(parents=True)
    clone.python.write_text("#!/bin/sh\n")
    clone.python.chmod(0o755)
    clone.stamp.write_text(dev.fingerprint(clone))
    return clone


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Puts a shell script in Python's place: `-m venv` copies it, all else is as the test says; it notes its words."""

    def put(does: str = "exit 0") -> Path:
        script, notes = tmp_path / "python", tmp_path / "notes"
        venv = 'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; exit 0; fi'
        script.write_text(f'#!/bin/sh\necho "$@" >> "{notes}"\n{venv}\n{does}\n')
        script.chmod(0o755)
        monkeypatch.setattr(dev.sys, "executable", str(script))
        return notes

    return put


def failing(says: str) -> list[str]:
    return [sys.executable, "-c", f"import sys; print({says!r}); sys.exit(1)"]


def follow(clone: Any, command: list[str]) -> None:
    clone.runs.mkdir(exist_ok=True)
    dev.follow("Installing", command, clone, clone.runs / "setup.log", dict(os.environ))


class TestOldPythons:
    def test_python_3_6_can_read_the_whole_file(self):
        ast.parse((ROOT / "dev.py").read_text(), feature_version=(3, 6))

    def test_nothing_but_sys_is_imported_before_the_version_is_looked_at(self):
        statements = ast.parse((ROOT / "dev.py").read_text()).body[1:3]
        assert [ast.unparse(each).splitlines()[0] for each in statements] == [
            "import sys",
            "if sys.version_info < (3, 11):",
        ]

    def test_an_old_python_gets_one_line_and_exit_code_2(self, monkeypatch, capsys):
        monkeypatch.setattr(sys, "version_info", (3, 9, 18))
        with pytest.raises(SystemExit) as stopped:
            load()
        assert stopped.value.code == 2
        said = capsys.readouterr().err
        assert said.startswith("Opsin needs Python 3.11 or newer, and this is 3.9. Start it with a newer one")
        assert said.count("\n") == 1

    def test_only_the_standard_library_is_imported(self):
        imported = re.findall(r"^\s*(?:import|from) (\w+)", (ROOT / "dev.py").read_text(), re.MULTILINE)
        assert set(imported) <= sys.stdlib_module_names


class TestTheStamp:
    def test_an_environment_with_the_right_stamp_is_ready(self, complete):
        assert dev.is_ready(complete)

    def test_a_clone_without_environment_is_not_ready(self, clone):
        assert not dev.is_ready(clone)

    @pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
    def test_a_changed_file_makes_it_stale(self, complete, name):
        (complete.root / name).write_text("changed")
        assert not dev.is_ready(complete)

    def test_another_python_makes_it_stale(self, complete, monkeypatch):
        monkeypatch.setattr(dev.sys, "version", "3.99.0")
        assert not dev.is_ready(complete)

    def test_a_clone_that_was_moved_is_stale_for_programs_hold_their_path(self, complete):
        moved = dev.Clone(complete.root.rename(complete.root.with_name("moved")))
        assert not dev.is_ready(moved)

    def test_an_environment_whose_python_is_gone_is_not_ready(self, complete):
        complete.python.unlink()
        assert not dev.is_ready(complete)


@posix
class TestMaking:
    def test_afterwards_the_environment_is_ready(self, clone, stand_in):
        stand_in()
        with dev.ready(clone):
            assert dev.is_ready(clone)

    def test_the_second_time_nothing_is_run(self, clone, stand_in):
        notes = stand_in()
        for _ in range(2):
            with dev.ready(clone):
                pass
        assert len(notes.read_text().splitlines()) == 2

    def test_pip_is_asked_for_the_extras_itself_and_setuptools(self, clone, stand_in):
        notes = stand_in()
        dev_made(clone)
        assert notes.read_text().splitlines()[1].endswith("--editable .[all,dev] pip setuptools")

    def test_pip_and_its_builds_are_held_to_the_constraints_by_an_address_without_spaces(self, clone, stand_in):
        stand_in('echo "$PIP_CONSTRAINT $PIP_BUILD_CONSTRAINT"')
        dev_made(clone)
        pins = (clone.root / "constraints.txt").as_uri()
        assert "%20" in pins
        assert (clone.runs / "setup.log").read_text().splitlines() == [f"{pins} {pins}"]

    def test_when_pip_fails_the_next_run_starts_over(self, clone, stand_in):
        stand_in("exit 1")
        with pytest.raises(dev.Trouble, match="Installing 2 packages failed: it said nothing"):
            dev_made(clone)
        assert not dev.is_ready(clone)
        stand_in()
        dev_made(clone)
        assert dev.is_ready(clone)

    def test_a_change_of_pins_leaves_nothing_of_the_old_environment(self, clone, stand_in):
        stand_in()
        dev_made(clone)
        (clone.environment / "left over").touch()
        (clone.root / "constraints.txt").write_text("numpy==2.5.5\n")
        dev_made(clone)
        assert not (clone.environment / "left over").exists()
        assert not (clone.root / ".venv.old").exists()

    def test_stopping_it_halfway_leaves_no_environment_that_looks_complete(self, clone, stand_in, monkeypatch):
        stand_in()
        monkeypatch.setattr(dev, "count_seconds", stopped_by_the_user)
        with pytest.raises(KeyboardInterrupt):
            dev_made(clone)
        assert clone.stamp.read_text() == "unfinished"

    def test_a_full_disk_is_seen_before_anything_is_made(self, clone, monkeypatch):
        monkeypatch.setattr(dev, "ROOM_BYTES", 10**18)
        with pytest.raises(dev.Trouble, match=r"GB left and the set-up needs 1000000000\.0 GB\. Free some space\."):
            dev_made(clone)
        assert not clone.environment.exists()


def dev_made(clone: Any) -> None:
    with dev.ready(clone):
        pass


def stopped_by_the_user(*_: object) -> None:
    raise KeyboardInterrupt


class TestRemoving:
    def test_an_environment_of_somebody_elses_is_left_alone(self, clone):
        clone.environment.mkdir()
        with pytest.raises(dev.Trouble, match=r"was not made by dev\.py\. Move it away or delete it"):
            dev.remove(clone)
        assert clone.environment.exists()

    def test_dev_does_not_remove_the_environment_that_it_runs_in(self, complete, monkeypatch):
        monkeypatch.setattr(dev.sys, "prefix", str(complete.environment))
        with pytest.raises(dev.Trouble, match=r"dev\.py runs inside the \.venv .* Leave it first: deactivate"):
            dev.remove(complete)

    def test_clean_removes_the_environment_and_the_demo_and_keeps_other_runs(self, complete):
        (complete.runs / "demo" / "photos").mkdir(parents=True)
        (complete.runs / "mine").mkdir()
        assert dev.main(["clean"], complete.root) == 0
        assert not complete.environment.exists()
        assert sorted(each.name for each in complete.runs.iterdir()) == ["mine", "setup.lock"]

    def test_clean_twice_is_no_error(self, clone):
        assert dev.main(["clean"], clone.root) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps running programs from being removed without our lock")
class TestTheLock:
    def test_users_share_it(self, clone):
        with dev.locked(clone, shared=True), (clone.runs / "setup.lock").open("a") as other:
            assert dev.try_lock(other.fileno(), shared=True)

    @pytest.mark.parametrize("shared", [True, False])
    def test_the_one_who_changes_the_environment_is_alone(self, clone, shared):
        with dev.locked(clone, shared=shared), (clone.runs / "setup.lock").open("a") as other:
            assert not dev.try_lock(other.fileno(), shared=not shared)

    def test_one_who_waits_says_so_and_goes_on_afterwards(self, clone, monkeypatch, capsys):
        answers = iter([False, False, True])
        monkeypatch.setattr(dev, "try_lock", lambda *_, **__: next(answers))
        with dev.locked(clone, shared=False):
            assert capsys.readouterr().out == "Waiting for another dev.py that is at work in .venv ...\n"

    @posix
    def test_who_waited_does_not_make_again_what_another_made_meanwhile(self, complete, stand_in, monkeypatch):
        notes = stand_in()
        answers = iter([False, True, True])
        monkeypatch.setattr(dev, "is_ready", lambda _: next(answers))
        dev_made(complete)
        assert not notes.exists()


class TestReasons:
    @pytest.mark.parametrize(
        ("says", "means"),
        [
            ("OSError: [Errno 28] No space left on device", "the disk is full. Free some space"),
            ("because ensurepip is not available.", r"venv module is missing.*sudo apt install python3\.\d+-venv"),
            ("/usr/bin/python3: No module named venv", "venv module is missing"),
            ("Retrying: NewConnectionError(...)\nERROR: No matching distribution", "no network. Connect, or name"),
            ("Temporary failure in name resolution", "no network"),
            ("Read-only file system: '.venv'", "a file may not be written"),
            ("noise\nERROR: No matching distribution found for x==1\nnotice", "No matching .* for x==1"),
            ("noise\nthe last word.", "the last word"),
            ("", "it said nothing"),
        ],
    )  # fmt: skip
    def test_what_a_program_says_becomes_one_line(self, clone, says, means):
        with pytest.raises(dev.Trouble, match=f"^Installing failed: .*{means}") as stopped:
            follow(clone, failing(says))
        assert "\n" not in str(stopped.value)
        assert stopped.value.exit_code == 1

    def test_the_log_is_named_and_kept(self, clone):
        with pytest.raises(dev.Trouble, match=re.escape(f"The whole log: {Path('runs', 'setup.log')}")):
            follow(clone, failing("why"))
        assert (clone.runs / "setup.log").read_text() == "why\n"

    def test_only_what_the_failing_step_said_counts(self, clone):
        (clone.runs).mkdir()
        (clone.runs / "setup.log").write_text("No space left on device\n")
        with pytest.raises(dev.Trouble, match="the real reason"):
            follow(clone, failing("the real reason"))

    def test_what_goes_well_says_what_it_did_and_how_long(self, clone, capsys):
        follow(clone, [sys.executable, "-c", ""])
        assert re.fullmatch(r"Installing \.\.\.\nInstalling \.\.\. \d+\.\d s\n", capsys.readouterr().out)


class TestTheVariables:
    def test_those_that_mix_other_packages_in_are_left_out(self, clone, monkeypatch):
        for name in ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET"):
            monkeypatch.setenv(name, "elsewhere")
        assert "elsewhere" not in dev.variables(clone).values()

    def test_the_programs_of_the_environment_come_first(self, clone):
        assert dev.variables(clone)["PATH"].split(os.pathsep)[0] == str(clone.programs)

    def test_running_programs_are_not_held_to_the_constraints(self, clone, monkeypatch):
        monkeypatch.delenv("PIP_CONSTRAINT", raising=False)
        assert "PIP_CONSTRAINT" not in dev.variables(clone)


@posix
class TestCommands:
    @pytest.fixture
    def calls(self, complete, monkeypatch):
        """What the environment's Python was asked to do; it fails on words in `calls.bad`."""
        return Calls(complete, monkeypatch)

    def test_demo_pulls_the_samples_then_looks_at_them_and_names_the_page(self, calls, capsys):
        assert calls.main("demo") == 0
        assert calls.made == [
            "-m opsin data pull samples runs/demo/photos",
            "-m opsin look runs/demo/photos --save runs/demo",
        ]
        assert capsys.readouterr().out.rstrip().endswith("runs/demo/index.html")

    def test_demo_stops_with_the_exit_code_of_what_failed(self, calls):
        calls.bad["samples"] = 3
        assert calls.main("demo") == 3
        assert len(calls.made) == 1

    def test_test_pulls_then_checks_then_tests_with_the_users_arguments(self, calls):
        assert calls.main("test", "-k", "one or two", "--help") == 0
        assert [line.split()[:4] for line in calls.made[:2]] == [
            ["-m", "opsin", "models", "pull"],
            ["-m", "opsin", "data", "pull"],
        ]
        assert calls.made[2:] == [
            "-m ruff check .", "-m ruff format --check .", "-m mypy", "-m pytest -k one or two --help",
        ]  # fmt: skip

    def test_tests_run_without_weights_where_they_cannot_be_had_and_one_line_says_so(self, calls, capsys):
        calls.bad["models"] = 1
        assert calls.main("test") == 0
        said = capsys.readouterr().out
        assert "Pulling weights failed: no luck. The whole log: runs/pull-weights.log. Tests that need weights" in said
        assert calls.made[-1] == "-m pytest"

    def test_a_failed_check_fails_the_whole_and_is_named_after_the_tests(self, calls, capsys):
        calls.bad["format"] = 1
        assert calls.main("test") == 1
        assert calls.made[-1] == "-m pytest"
        assert capsys.readouterr().out.endswith("Failed before the tests: ruff format.\n")

    def test_failed_tests_give_pytests_exit_code(self, calls):
        calls.bad["pytest"] = 5
        assert calls.main("test") == 5

    def test_when_all_goes_well_pytest_has_the_last_word(self, calls, capsys):
        calls.main("test")
        assert "Pulling samples" in capsys.readouterr().out.splitlines()[-1]

    @pytest.mark.parametrize(("bad", "code"), [({}, 0), ({"mypy": 2}, 1), ({"ruff": 1}, 1)])
    def test_check_runs_the_three_checks_whatever_fails(self, calls, bad, code):
        calls.bad.update(bad)
        assert calls.main("check") == code
        assert calls.made == ["-m ruff check .", "-m ruff format --check .", "-m mypy"]

    def test_measure_hands_the_area_on(self, calls):
        calls.bad["measure.py"] = 4
        assert calls.main("measure", "recognise") == 4
        assert calls.made[-1] == "benchmarks/measure.py recognise"


class Calls:
    """Stands between dev.py and the programs it starts."""

    def __init__(self, clone: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clone = clone
        self.bad: dict[str, int] = {}
        self.notes = clone.root / "notes"
        monkeypatch.setattr(dev, "is_ready", lambda _: True)

    def main(self, *arguments: str) -> int:
        cases = "".join(
            f'case " $* " in *"{word}"*) echo no luck; exit {code};; esac\n' for word, code in self.bad.items()
        )
        self.clone.python.write_text(f'#!/bin/sh\necho "$*" >> "{self.notes}"\n{cases}')
        code: int = dev.main(list(arguments), self.clone.root)
        return code

    @property
    def made(self) -> list[str]:
        return self.notes.read_text().splitlines()  # type: ignore[no-any-return]  # Calls knows the clone as Any


class TestTheCommandLine:
    @pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"], ["demo", "--help"]])
    def test_help_names_every_command_and_shows_examples(self, arguments, capsys):
        assert dev.main(arguments) == 0
        said = capsys.readouterr().out
        assert all(f"python3 dev.py {name}" in said for name in dev.COMMANDS)
        assert "Examples:" in said

    def test_an_unknown_command_is_answered_with_the_nearest(self, capsys):
        assert dev.main(["tset"]) == 2
        assert capsys.readouterr().err == (
            "There is no command called 'tset'. Did you mean 'test'? Known: demo, test, measure, check, pin, clean.\n"
        )

    @pytest.mark.parametrize("name", ["demo", "check", "clean"])
    def test_arguments_where_none_are_taken_are_refused(self, name, capsys):
        assert dev.main([name, "fast", "er"]) == 2
        assert capsys.readouterr().err == f"dev.py {name} takes no arguments; got 'fast er'.\n"

    def test_a_missing_file_is_one_line(self, clone, capsys):
        (clone.root / "constraints.txt").unlink()
        (clone.environment / "bin").mkdir(parents=True)
        assert dev.main(["check"], clone.root) == 1
        assert re.fullmatch(r".*constraints\.txt: No such file or directory\. Mend this .*\n", capsys.readouterr().err)

    def test_a_disk_that_fills_up_is_one_line(self):
        assert dev.spoken(OSError(errno.ENOSPC, "No space")) == "The disk is full. Free some space and run this again."

    def test_stopping_it_is_exit_code_130(self, monkeypatch, capsys):
        monkeypatch.setattr(dev, "COMMANDS", {"demo": stopped_by_the_user})
        assert dev.main(["demo"]) == 130
        assert capsys.readouterr().err.startswith("Stopped. Run it again")

    @posix
    def test_continuous_integration_runs_the_same_command_from_any_folder(self, tmp_path):
        program = tmp_path / "python3"
        program.write_text('#!/bin/sh\necho "$PWD $*"\n')
        program.chmod(0o755)
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        said = subprocess.run(
            ["bash", ROOT / ".ci/run"], cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True
        )
        assert said.stdout == f"{ROOT} dev.py test\n"


def report(*installed: tuple[str, str, list[str]]) -> dict[str, Any]:
    """A report as pip writes it, of packages by name, version and needs."""
    return {"install": [{"metadata": {"name": n, "version": v, "requires_dist": needs}} for n, v, needs in installed]}


class TestPins:
    def test_the_examples_in_dev_hold(self):
        assert doctest.testmod(dev).failed == 0

    def test_versions_come_under_one_spelling_and_without_opsin(self):
        assert dev.versions_of(report(("Pi_Heif", "1", []), ("opsin", "2", []))) == {"pi-heif": "1"}

    def test_packages_of_other_systems_are_found_in_the_needs_of_the_rest(self):
        needs = ["colorama>=0.4; sys_platform == 'win32'", "b; sys_platform == 'linux'", "c; python_version < '3'"]
        assert dev.needed_elsewhere(report(("a", "1", needs), ("b", "1", []))) == ["colorama"]

    def test_packages_of_an_extra_that_was_not_asked_for_are_not(self):
        needs = ["x; sys_platform == 'win32' and extra == 'y'", 'z; extra == "y" and os_name == "nt"']
        assert dev.needed_elsewhere(report(("a", "1", needs))) == []

    def test_a_version_in_the_middle_is_bounded_on_both_sides(self):
        by_python = {"3.9": {"a": "1"}, "3.10": {"a": "2"}, "3.11": {"a": "3"}}
        assert dev.pins(by_python)[1] == "a==2 ; python_version >= '3.10' and python_version < '3.11'"

    def test_a_package_that_one_python_does_not_need_is_pinned_plainly(self):
        assert dev.pins({"3.11": {"a": "1"}, "3.12": {}}) == ["a==1"]

    def test_pythons_are_sorted_as_numbers(self):
        assert sorted(["3.12", "3.9"], key=dev.numbers) == ["3.9", "3.12"]

    @posix
    def test_pin_writes_what_pip_reports_sorted_with_its_own_command_on_top(self, clone, stand_in):
        written = {"environment": {"python_version": "3.12"}, **report(("b", "1", []), ("a", "1", []))}
        stand_in(f"""case "$*" in *--report*) echo '{json.dumps(written)}' > "$7";; esac""")
        assert dev.main(["pin"], clone.root) == 0
        assert (clone.root / "constraints.txt").read_text() == (
            "# The exact versions that dev.py installs. Written by: python3 dev.py pin python3.12\na==1\nb==1\n"
        )

    @posix
    def test_pin_adds_what_other_systems_need_and_keeps_the_versions_found_here(self, clone, stand_in):
        here = report(("a", "1", ["colorama; sys_platform == 'win32'"]))
        elsewhere = report(("a", "2", []), ("colorama", "3", []))
        written = json.dumps({"environment": {"python_version": "3.12"}, **here}).replace("'", "'\"'\"'")
        stand_in(f"""case "$*" in *--platform*) echo '{json.dumps(elsewhere)}' > "$7";;
            *--report*) echo '{written}' > "$7";; esac""")
        assert dev.main(["pin"], clone.root) == 0
        assert (clone.root / "constraints.txt").read_text().splitlines()[1:] == ["a==1", "colorama==3"]


def pinned(python: str) -> dict[str, list[str]]:
    """Pinned versions by name that count under a Python; the right number is one."""
    found: dict[str, list[str]] = {}
    for line in CONSTRAINTS.splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            if pin.marker is None or pin.marker.evaluate({"python_version": python}):
                found.setdefault(dev.normal(pin.name), []).append(str(pin.specifier).removeprefix("=="))
    return found


def asked_for() -> list[Requirement]:
    """Every requirement of what dev.py installs, that of the build included; Opsin's own extras left out."""
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    project = pyproject["project"]
    # KerasHub brings gigabytes: it is the one extra that dev.py does not install.
    extras = [each for name, extra in project["optional-dependencies"].items() if name != "hub" for each in extra]
    lines = [*project["dependencies"], *extras, *pyproject["build-system"]["requires"]]
    return [each for each in map(Requirement, lines) if each.name != "opsin"]


class TestTheConstraints:
    @pytest.mark.parametrize("python", PYTHONS)
    def test_every_requirement_has_one_pin_that_fits_it(self, python):
        pins = pinned(python)
        wanted = [each for each in asked_for() if not each.marker or each.marker.evaluate({"python_version": python})]
        wrong = [
            str(each)
            for each in wanted
            if len(held := pins.get(dev.normal(each.name), [])) != 1 or held[0] not in each.specifier
        ]
        assert not wrong, "python3 dev.py pin python3.11 python3.12 python3.13 would mend this"

    @pytest.mark.parametrize("python", PYTHONS)
    def test_no_package_is_pinned_twice(self, python):
        assert {name for name, versions in pinned(python).items() if len(versions) != 1} == set()

    def test_what_the_installed_requirements_need_in_turn_is_pinned_too(self):
        missing = {name for each in asked_for() for name in needed(each)} - set(dev.pinned_names(CONSTRAINTS))
        assert missing == set()

    def test_pip_and_setuptools_are_pinned(self):
        assert {"pip", "setuptools"} <= set(dev.pinned_names(CONSTRAINTS))

    def test_names_are_sorted(self):
        names = dev.pinned_names(CONSTRAINTS)
        assert names == sorted(names)


def needed(requirement: Requirement, extras: frozenset[str] = frozenset({""})) -> set[str]:
    """Names of a requirement and of all that it needs here, as far as they are installed."""
    if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in extras):
        return set()
    names = {dev.normal(requirement.name)}
    if not list(importlib.metadata.Distribution.discover(name=requirement.name)):
        return names
    for line in importlib.metadata.requires(requirement.name) or []:
        names |= needed(Requirement(line), frozenset(requirement.extras) | {""})
    return names


@pytest.mark.skipif(not shutil.which("git") or not (ROOT / ".git").exists(), reason="this is no git checkout")
def test_no_file_names_the_host_of_a_package_registry():
    hosts = [name.encode() + b".org" for name in ("pypi", "pythonhosted", "npmjs", "anaconda")]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    files = [ROOT / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name]
    naming = [str(file) for file in files if file.is_file() and any(host in file.read_bytes() for host in hosts)]
    assert naming == []


def test_the_licence_is_the_full_apache_2_0():
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
