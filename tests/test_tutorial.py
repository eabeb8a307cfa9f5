"""The pages that teach are true: their commands and examples run in order, and print what the pages say."""

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

import pytest
import typer

from opsin import cli
from opsin.cli._app import app
from opsin.data.samples import pull_samples

ROOT = Path(__file__).parents[1]
TUTORIAL, HOW = "tutorial.md", "how-it-works.md"


class Block(NamedTuple):
    """A fenced block: bash and python are run in order, sh and py are only read; text is what one above it printed.

    output is what examples/backpropagation.py printed.
    """

    line: int
    language: str
    source: str


def blocks(page: str, *languages: str) -> Iterator[Block]:
    """The blocks of a page in these languages."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if found[1] in languages:
            yield Block(text[: found.start()].count("\n") + 2, found[1], found[2])


def commands(block: Block) -> list[list[str]]:
    """The words after `opsin` of each line that starts it."""
    lines = block.source.replace("\\\n", " ").splitlines()
    return [shlex.split(line)[1:] for line in lines if line.startswith("opsin ")]


def every(*languages: str) -> list:
    return [
        pytest.param(block, id=f"{page}:{block.line}") for page in (TUTORIAL, HOW) for block in blocks(page, *languages)
    ]


# Read, not run: fast.


@pytest.mark.parametrize("block", every("bash", "sh"))
def test_each_command_and_flag_of_the_page_is_one_of_the_program(block):
    for words in commands(block):
        parse(typer.main.get_command(app()), words)


def parse(command, words: list[str]) -> None:
    """Takes the command line apart as the program would, and runs nothing."""
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    command.make_context(command.name, list(words))


@pytest.mark.parametrize("words", [["train", "mnist", "--epoch", "3"], ["trian", "mnist"]])
def test_a_command_or_flag_that_there_is_not_is_noticed(words):
    with pytest.raises(Exception, match=r"No such option|trian"):
        parse(typer.main.get_command(app()), words)


@pytest.mark.parametrize("block", every("python", "py"))
def test_each_example_of_the_page_is_python(block):
    compile(block.source, "example", "exec")


@pytest.mark.parametrize("page", [TUTORIAL, HOW])
def test_the_page_has_something_to_run(page):
    assert list(blocks(page, "bash", "python"))


def test_the_own_folder_takes_five_lines():
    text = (ROOT / "docs" / TUTORIAL).read_text(encoding="utf-8")
    after = text[: text.index("The five lines:")].count("\n")
    block = next(block for block in blocks(TUTORIAL, "bash") if block.line > after)
    assert len(commands(block)) == 5


# Run: minutes.


@pytest.fixture
def desk(tmp_path) -> Path:
    """A folder as a reader has it: the picture of the digit, and the sample photographs."""
    (tmp_path / "digit.jpg").write_bytes((ROOT / "docs" / "pictures" / "digit.jpg").read_bytes())
    pull_samples(tmp_path / "photos")
    return tmp_path


@pytest.mark.slow
@pytest.mark.weights
def test_the_pages_run_from_top_to_bottom_and_print_what_they_say(desk, monkeypatch):
    monkeypatch.chdir(desk)
    monkeypatch.setenv("COLUMNS", "80")
    for page in (TUTORIAL, HOW):  # the second looks into what the first has taught
        run_through(page)


def run_through(page: str) -> None:
    """Runs a page's blocks in order. What is shown as text must have been printed by one of those above it."""
    names, said = {}, ""
    for block in blocks(page, "bash", "python", "text"):
        if block.language == "text":
            assert_printed(block, said)
        else:
            said += ran(block, names)


def ran(block: Block, names: dict[str, object]) -> str:
    """What a block prints; in Python, each `print` must print what stands behind it."""
    if block.language == "bash":
        return "".join(spoken_by(words) for words in commands(block))
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(block.source, f"line {block.line}", "exec"), names)
    promised = re.findall(r"^ *print\(.*\)  # (.*)$", block.source, re.MULTILINE)
    assert said.getvalue().splitlines()[: len(promised)] == promised
    return said.getvalue()


@pytest.mark.slow
def test_the_program_of_the_second_page_prints_what_the_page_says_and_draws_its_pictures(tmp_path):
    program = ROOT / "examples" / "backpropagation.py"
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path)],
        capture_output=True,
        encoding="utf-8",
        check=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    for block in blocks(HOW, "output"):
        assert_printed(block, done.stdout)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["filters.jpg", "one-step.jpg", "step-size.jpg"]
    losses = [float(found) for found in re.findall(r"^step \d+: .* (\S+)$", done.stdout, re.MULTILINE)]
    assert losses == sorted(losses, reverse=True)


def spoken_by(words: list[str]) -> str:
    """What a command that ends well prints, in this very process: to load TensorFlow for each takes too long."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said), pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert not ended.value.code, f"opsin {shlex.join(words)}\n{said.getvalue()}"
    return said.getvalue()


def assert_printed(block: Block, said: str) -> None:
    """Each line of the block was printed, but for its numbers; one with … is somebody's own, or left out."""
    printed = {skeleton(line) for line in said.splitlines()}
    shown = [line for line in block.source.splitlines() if line.strip() and "…" not in line]
    assert not [line for line in shown if skeleton(line) not in printed], said


def skeleton(line: str) -> str:
    """A line without its numbers, which differ from machine to machine.

    >>> skeleton("accuracy   0.9807 (0.97 to 0.99)")
    'accuracy # (# to #)'
    """
    return re.sub(r"\s+", " ", re.sub(r"\d[\d.,:]*(?:e[-+]?\d+)?%?", "#", line)).strip()
