"""The notebooks run from top to bottom, and are kept small."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=[path.stem for path in NOTEBOOKS])


def code_cells(path: Path) -> list[dict]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def source(cell: dict) -> str:
    return "".join(cell["source"])


def test_there_are_two_notebooks():
    assert [path.stem for path in NOTEBOOKS] == ["own_folder", "teach_digits"]


@every_notebook
def test_each_cell_of_a_notebook_is_python(path):
    for cell in code_cells(path):
        compile(source(cell), path.name, "exec")


@every_notebook
def test_a_notebook_shows_what_its_cells_gave_in_their_order(path):
    assert [cell["execution_count"] for cell in code_cells(path)] == list(range(1, len(code_cells(path)) + 1))
    assert any(cell["outputs"] for cell in code_cells(path))


@every_notebook
def test_a_notebook_holds_no_error_and_no_chatter(path):
    outputs = [output for cell in code_cells(path) for output in cell["outputs"]]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


@every_notebook
def test_a_notebook_names_no_path_of_one_machine(path):
    text = path.read_text(encoding="utf-8")
    assert not [folder for folder in ("/work/", "/tmp/", "/root/", "/home/") if folder in text]


@every_notebook
def test_a_notebook_is_small(path):
    assert path.stat().st_size < 150_000


@pytest.mark.slow
@every_notebook
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's own packages
def test_a_notebook_runs_from_top_to_bottom(path, tmp_path):
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    notebook = nbformat.read(path, as_version=4)
    # An error in a cell is raised here, with the cell.
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}}).execute()
