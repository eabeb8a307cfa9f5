"""The pages are true: examples run, links lead somewhere, tables and help are those of the program.

python tests/test_docs.py --write     make the generated parts of the pages again
"""

import ast
import csv
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from dataclasses import fields
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import opsin
from opsin import cli
from opsin.core import errors
from opsin.core.registry import PLUGINS
from opsin.data.samples import SAMPLES, pull_samples
from opsin.engine.settings import TrainOptions
from opsin.media.files import save_image
from opsin.media.sources import read_image
from opsin.media.video import write_video
from opsin.models import MODELS, card_of, cards_needed
from opsin.store.fetch import have

ROOT = Path(__file__).parents[1]
OPTIONS = [*(task.options for task in opsin.TASKS), TrainOptions]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
RUN = ["README.md", "docs/python.md", "docs/background.md", "docs/erase.md", "docs/segmentation.md", "docs/CREDITS.md"]
"""Pages whose examples a reader can copy and run in a folder with the samples."""

every_page = pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT).as_posix()) for page in PAGES])


def blocks(page: str, language: str) -> list:
    """The fenced blocks of a page in a language, each known by its line."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [pytest.param(each[1], id=f"{page}:{text[: each.start()].count(chr(10)) + 2}") for each in found]


def commands() -> list[str]:
    """The lines of shell blocks that start Opsin; those that teach are left to a test of their own."""
    pages = ("README.md", "docs/background.md", "docs/erase.md", "docs/segmentation.md")
    shown = [block for page in pages for block in blocks(page, "bash")]
    lines = [line for block in shown for line in block.values[0].splitlines()]
    return [line for line in lines if line.startswith("opsin ") and "digits" not in line]


def teaching() -> list[str]:
    """The lines of the README that teach a network: each needs what the one before it made."""
    return re.findall(r"^opsin .*digits.*$", README, re.MULTILINE)


# What the pages show, made from the program.


def model_table() -> str:
    """The models that a person may use, as the README lists them."""
    head = (
        "| model | task | size | licence | trained on | terms of that data | published |\n|---|---|---|---|---|---|---|"
    )
    return "\n".join([head, *(model_row(name) for name in trained())])


def trained() -> list[str]:
    return [name for name in MODELS.names() if not any(card.is_tiny for card in cards_needed(name))]


def model_row(name: str) -> str:
    card = card_of(name)
    assets = {asset for each in cards_needed(name) for asset in each.files.values()}
    size = f"{sum(asset.size_bytes for asset in assets) / 1e6:.1f} MB"
    figures = ", ".join(f"{figure} {value:.3f}" for figure, value in card.published.items())
    parts = "its parts: " + ", ".join(f"`{part}`" for part in card.parts.values()) if card.parts else card.trained_on
    return f"| `{name}` | {card.task} | {size} | {card.licence} | {parts} | {card.data_terms} | {figures} |"


def task_table() -> str:
    """The tasks and uses, as the README lists them."""
    head = "| task | command | Python | answer | what it tells |\n|---|---|---|---|---|"
    return "\n".join([head, *map(task_row, opsin.TASKS)])


def task_row(task) -> str:
    answer = f"`{task.result.__name__}`"
    return f"| {task.name} | `opsin {task.verb}` | `opsin.{task.verb.replace(' ', '.')}` | {answer} | {task.summary} |"


def figure_table() -> str:
    """What the last measurements gave, and what was asked of them."""
    head = "| figure | measured | asked |\n|---|---|---|"
    return "\n".join([head, *map(figure_row, measured())])


def area_table(area: str) -> str:
    """What the last measurement of one area gave; no rows before the first."""
    is_measured = (ROOT / "benchmarks" / "results" / f"{area}.csv").exists()
    return "\n".join(
        ["| figure | measured | asked |\n|---|---|---|", *map(figure_row, rows_of(area) if is_measured else ())]
    )


def figure_row(row: dict[str, str]) -> str:
    asked = row["asked"] if row["reached"] == "yes" else f"{row['asked']} (missed)"
    return f"| {row['figure']} | {float(row['measured']):.3g} | {asked} |"


AREAS = (
    "accuracy",
    "recognise",
    "camera",
    "memory",
    "start",
    "teach",
    "cifar",
    "clothing",
    "bccd",
    "coco_metrics",
    "detection",
    "count",
    "faces",
    "unlock",
    "segmentation",
    "mattes",
    "erase",
    "camvid",
    "retina",
    "instances",
    "clicks",
    "background",
    "captions",
)
"""What the README tells of `benchmarks/results`."""


def measured() -> list[dict[str, str]]:
    return [row for area in AREAS for row in rows_of(area)]


def rows_of(area: str) -> list[dict[str, str]]:
    with (ROOT / "benchmarks" / "results" / f"{area}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


HELP = """
import sys
import typer
from opsin.cli._app import app

def show(command, words):
    print("<<<", *words)
    try:
        command.main([*words[1:], "--help"], prog_name="opsin")
    except SystemExit:
        pass

def walk(command, words):
    show(root, words)
    for name, inner in getattr(command, "commands", {}).items():
        walk(inner, [*words, name])

root = typer.main.get_command(app())
walk(root, ["opsin"])
"""


def help_pages() -> str:
    """What `--help` of every command says on a terminal of 100 columns."""
    # The rest of the environment stays out: it may ask for colours, or for another width.
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "HOME") if name in os.environ}
    environ = kept | {"COLUMNS": "100", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", HELP], capture_output=True, encoding="utf-8", check=True, env=environ, cwd=ROOT
    )
    pages = done.stdout.split("<<< ")[1:]
    return "\n\n".join(help_page(*page.split("\n", 1)) for page in pages)


def help_page(words: str, said: str) -> str:
    lines = "\n".join(line.rstrip() for line in said.strip("\n").splitlines())
    return f"## {words}\n\n```text\n{lines.strip()}\n```"


GENERATED = {
    ("README.md", "tasks"): task_table,
    ("README.md", "models"): model_table,
    ("README.md", "figures"): figure_table,
    ("docs/command-line.md", "help"): help_pages,
    ("docs/captions.md", "captions"): partial(area_table, "captions"),
    ("docs/segmentation.md", "camvid"): partial(area_table, "camvid"),
    ("docs/segmentation.md", "retina"): partial(area_table, "retina"),
}


def generated_part(page: str, name: str) -> re.Match:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.search(rf"(?<=<!-- {name} -->\n)(.*?)(?=<!-- /{name} -->)", text, re.DOTALL)


def write() -> None:
    for (page, name), make in GENERATED.items():
        part, text = generated_part(page, name), (ROOT / page).read_text(encoding="utf-8")
        changed = f"{text[: part.start()]}\n{make()}\n\n{text[part.end() :]}"
        (ROOT / page).write_text(changed, encoding="utf-8", newline="\n")


@pytest.mark.parametrize(("page", "name"), GENERATED)
def test_the_generated_part_is_what_the_program_says(page, name):
    assert generated_part(page, name)[0].strip() == GENERATED[page, name]().strip(), (
        "Make it again: python tests/test_docs.py --write"
    )


def test_the_measured_figures_on_the_cards_are_those_of_the_last_measurement():
    on_cards = {value for name in trained() for value in card_of(name).measured.values()}
    assert on_cards <= {round(float(row["measured"]), 3) for row in measured()}


# The examples run.


@pytest.fixture
def desk(tmp_path, monkeypatch) -> Path:
    """A folder with the samples and a video of two seconds, as a reader would have; it is the working folder."""
    needed = [asset for name in trained() for asset in card_of(name).files.values()]
    if not all(map(have, needed)):
        pytest.skip("The weights are not here: opsin models pull --all")
    if not all(have(sample.asset) for sample in SAMPLES):
        pytest.skip("The sample photographs are not here: opsin data pull samples")
    pull_samples(tmp_path / "photos")
    write_sample_video(tmp_path)
    (tmp_path / "docs" / "pictures").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_sample_video(folder: Path) -> None:
    image = read_image(folder / "photos" / "coffee.png")
    with write_video(folder / "traffic.webm", 10, image.shape[:2]) as video:
        for _ in range(20):
            video.write(image)
    (folder / "traffic.webm").rename(folder / "traffic.mp4")


@pytest.mark.weights
@pytest.mark.parametrize("block", [block for page in RUN for block in blocks(page, "python")])
def test_an_example_prints_what_the_page_says(desk, block):
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(block, "example", "exec"), {})
    assert said.getvalue().splitlines() == promised(block) or not promised(block)


def promised(block: str) -> list[str]:
    """What stands behind each `print`, or below the last line, as a comment."""
    behind = re.findall(r"^ *print\(.*\)  # (.*)$", block, re.MULTILINE)
    return behind + re.findall(r"^# (.*)$", block, re.MULTILINE)


@pytest.mark.weights
@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_pages_ends_well(desk, line):
    done = run_opsin(*shlex.split(line.partition(" > ")[0])[1:])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_commands_that_teach_end_well_one_after_the_other(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for line in teaching():
        done = run_opsin(*shlex.split(line)[1:])
        assert done.returncode == 0, done.stderr
    made = {path.name for path in (tmp_path / "runs" / "digits").iterdir()}
    assert {"network.keras", "network.xml", "evaluation", "export"} <= made


def run_opsin(*words: str, **environ: str) -> subprocess.CompletedProcess:
    paths = os.pathsep.join([environ.pop("PYTHONPATH", ""), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-m", "opsin", *words],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        env=os.environ | environ | {"PYTHONPATH": paths, "PYTHONUTF8": "1"},
    )


@pytest.mark.weights
def test_the_json_of_the_readme_is_what_the_command_gives(desk):
    shown = json.loads(blocks("README.md", "json")[0].values[0])
    given = json.loads(run_opsin("detect", "photos/coffee.png", "--json").stdout)
    assert list(given) == list(shown)
    assert given["labels"] == shown["labels"]
    assert given["boxes"][1] == pytest.approx(shown["boxes"][1], abs=1)


@pytest.mark.parametrize("block", blocks("README.md", "python"))
def test_a_workflow_takes_five_lines_at_most(block):
    assert len([line for line in block.splitlines() if line.strip()]) <= 5


def test_the_readme_has_five_workflows():
    section = README.partition("## Five things")[2].partition("\n## ")[0]
    assert len(re.findall(r"^```(?:python|bash)$", section, re.MULTILINE)) == 5


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^python3 dev\.py (\w+)", TEXT, re.MULTILINE))))
def test_dev_py_has_the_commands_that_the_pages_use(command):
    said = ast.get_docstring(ast.parse((ROOT / "dev.py").read_text(encoding="utf-8")))
    assert f"python3 dev.py {command}" in said


# What CONTRIBUTING.md shows is a real plugin.


@pytest.fixture(scope="module")
def plugin(tmp_path_factory) -> Path:
    """A folder in which the examples of CONTRIBUTING.md lie as an installed package."""
    folder = tmp_path_factory.mktemp("plugin")
    for block in blocks("CONTRIBUTING.md", "python"):
        source = block.values[0]
        (folder / re.match(r"# (\w+\.py)\n", source)[1]).write_text(source, encoding="utf-8")
    facts = tomllib.loads(blocks("CONTRIBUTING.md", "toml")[0].values[0])["project"]
    info = folder / f"{facts['name'].replace('-', '_')}-{facts['version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {facts['name']}\nVersion: {facts['version']}\n")
    points = facts["entry-points"][PLUGINS]
    lines = [f"{name} = {module}" for name, module in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{PLUGINS}]", *lines, ""]))
    return folder


def test_the_models_and_the_task_of_the_examples_keep_the_contract(plugin):
    asked = ["tests/test_contract.py", "-q", "-k", "daylight or spread or contrast", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *asked],
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(plugin), str(ROOT)]), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 50


def test_the_task_of_the_example_is_a_command(plugin, tmp_path):
    save_image(tmp_path / "shade.png", np.full((8, 8), 9, np.uint8))
    done = run_opsin("contrast", str(tmp_path / "shade.png"), "--json", PYTHONPATH=str(plugin))
    assert json.loads(done.stdout)["spread"] == 0.0


@pytest.mark.parametrize("block", blocks("CONTRIBUTING.md", "python"))
def test_an_example_to_add_something_has_ten_lines_at_most_in_each_class(block):
    classes = [node for node in ast.walk(ast.parse(block)) if isinstance(node, ast.ClassDef)]
    assert max(code_lines(ast.unparse(node.body)) for node in classes) <= 10


def code_lines(source: str) -> int:
    return len([line for line in source.splitlines() if line.strip() and not line.strip().startswith(('"""', "@"))])


# What the pages must mention.


@pytest.mark.parametrize("name", [name for each in opsin.TASKS for name in (each.name, f"opsin {each.verb}")])
def test_every_task_is_mentioned(name):
    assert name in README


@pytest.mark.parametrize("name", opsin.__all__)
def test_every_public_name_is_mentioned(name):
    assert re.search(rf"\b{name}\b", TEXT)


@pytest.mark.parametrize(
    "option",
    sorted({each.name.replace("_", "-") for asked in OPTIONS for each in fields(asked)}),
)
def test_every_option_is_mentioned(option):
    assert f"--{option}" in (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")


def test_every_exit_code_is_explained():
    explained = {int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)}
    assert explained == {int(code) for code in re.findall(r"(\d+) ", cli.main.__doc__.partition("Exit codes:")[2])}
    assert explained >= {each.exit_code for each in vars(errors).values() if hasattr(each, "exit_code")}


def test_every_variable_of_the_environment_is_explained():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "opsin").rglob("*.py"))
    explained = set(re.findall(r"^\| `(OPSIN_[A-Z]+)` \|", README, re.MULTILINE))
    assert explained == set(re.findall(r"OPSIN_[A-Z]+", sources))


def test_every_folder_is_in_the_architecture():
    folders = {path.parent.name for path in (ROOT / "opsin").glob("*/__init__.py")}
    explained = re.findall(r"^\| `(\w+)` \|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(explained) == folders


def test_every_file_named_in_the_architecture_exists():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:[a-z_]+/)+[a-z_]+\.py\b", text))
    assert not {name for name in named if not any((ROOT / start / name).exists() for start in ("", "opsin"))}


def test_every_picture_is_credited():
    credited = set(
        re.findall(r"^\| `(\S+\.(?:jpg|png))` \|", (ROOT / "docs" / "CREDITS.md").read_text(encoding="utf-8"), re.M)
    )
    assert credited == {path.name for path in (ROOT / "docs" / "pictures").iterdir()}


def test_the_pictures_are_small():
    pictures = list((ROOT / "docs" / "pictures").iterdir())
    assert sum(path.stat().st_size for path in pictures) < 3e6
    assert max(max(read_image(path).shape) for path in pictures) <= 900


# What must not stand in the pages.


@every_page
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", without_code(page))
    assert not [link for link in links if not link.startswith("https://") and not leads(page, link)]


def without_code(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def leads(page: Path, link: str) -> bool:
    path, _, place = link.partition("#")
    there = (page.parent / path).resolve() if path else page
    return there.exists() and (not place or place in places(there))


def places(page: Path) -> set[str]:
    """Headings as addresses, the way that hosts of repositories make them."""
    headings = re.findall(r"^#+ (.*)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_no_page_names_a_registry_or_a_path_of_one_machine(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"pypi[.]org|pythonhosted[.]|npmjs[.]|anaconda[.]org", text)
    assert not re.search(r"(?<![\w./])/(work|tmp|root|home|Users)\b", text)


@every_page
def test_no_page_uses_a_second_word_for_an_idea(page):
    banned = r"\b(img|bbox|bboxes|gt|preds|confidence|probability|category|color|license|recognize)\b"
    assert not re.findall(banned, re.sub(r"https://\S+", "", page.read_text(encoding="utf-8")))


@every_page
def test_lines_fit_the_width_except_in_tables(page):
    lines = without_code(page).splitlines()
    assert not [line for line in lines if len(line) > 120 and not line.startswith("|")]


if __name__ == "__main__" and sys.argv[1:] == ["--write"]:
    write()
