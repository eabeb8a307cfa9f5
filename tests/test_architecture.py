"""The shape of the package, read from its imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "opsin"

# Top to bottom; a folder may import what stands below it, and nothing beside it.
LEVELS = [
    {"cli", "web"},
    {"library"},
    {"uses"},
    {"engine"},
    {"reports"},
    {"models"},
    {"tasks"},
    {"draw", "metrics", "data", "weights", "nn", "runtime"},
    {"media"},
    {"store"},
    {"core"},
]
LEVEL = {folder: depth for depth, level in enumerate(LEVELS) for folder in level}
MODULES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in ROOT.rglob("*.py")
}
HEAVY = ("keras", "tensorflow", "jax", "torch", "openvino", "cv2", "fastapi", "lancedb", "ray", "matplotlib", "sklearn")


def imports(module: str) -> set[str]:
    """Modules of the package that a module imports anywhere, inside functions and for type checking too."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{name.name}" for name in node.names} | {node.module}
    inside = {nearest(name) for name in found if name.split(".")[0] == "opsin"}
    # A module's own package is there before the module is; naming it is no dependence.
    return {name for name in inside if name != module and not module.startswith(f"{name}.")}


def nearest(name: str) -> str:
    """The module that a dotted name lies in."""
    while name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def folder(module: str) -> str:
    return module.split(".")[1] if module.count(".") or (ROOT / module.split(".")[-1]).is_dir() else ""


INNER = sorted(name for name in MODULES if folder(name) in LEVEL)


def test_every_folder_has_a_level():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= set(LEVEL)


@pytest.mark.parametrize("module", INNER)
def test_imports_only_point_down(module):
    upward = [
        other
        for other in imports(module)
        if folder(other) in LEVEL and folder(other) != folder(module) and LEVEL[folder(other)] <= LEVEL[folder(module)]
    ]
    assert not upward, f"{module} imports {upward}, which do not lie below it"


@pytest.mark.parametrize("module", [name for name in INNER if folder(name) in ("models", "tasks", "uses")])
def test_families_tasks_and_uses_know_each_other_through_the_registry_only(module):
    beside = [
        other
        for other in imports(module)
        if folder(other) == folder(module) and other.count(".") > 1 and not other.split(".")[-1].startswith("_")
    ]
    assert not beside


def test_there_is_no_import_cycle():
    waiting = {module: imports(module) for module in MODULES}
    while free := [module for module, others in waiting.items() if not others & waiting.keys()]:
        for module in free:
            del waiting[module]
    assert not {module: others & waiting.keys() for module, others in waiting.items()}


def test_the_core_needs_numpy_only():
    found = set()
    for path in (ROOT / "core").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add((node.module or "").split(".")[0])
    assert found - sys.stdlib_module_names == {"numpy", "opsin"}


@pytest.mark.parametrize("statement", ["import opsin", "import opsin; opsin.TASKS.names(); opsin.MODELS.names()"])
def test_importing_and_listing_loads_nothing_heavy(statement):
    program = f"{statement}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    assert loaded(program) == []


def test_help_loads_nothing_heavy():
    program = f"""
import sys
from opsin.cli import main
try:
    main(["--help"])
except SystemExit:
    print("LOADED", *[name for name in {HEAVY!r} if name in sys.modules])
"""
    assert loaded(program)[-1] == "LOADED"


def loaded(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_no_file_is_called_after_nothing():
    banned = {"utils", "helpers", "common", "misc", "base", "manager"}
    assert not banned & {path.stem.strip("_") for path in ROOT.rglob("*.py")}


def test_the_library_never_prints_nor_exits():
    said = [
        f"{module}:{node.lineno}"
        for module in INNER
        if folder(module) not in ("cli", "web")
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "exit", "sys.exit", "os._exit")
    ]
    assert not said


def test_nothing_is_unpickled_or_evaluated():
    said = [
        f"{module}:{node.lineno}"
        for module in MODULES
        for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("eval", "exec", "pickle.load", "pickle.loads")
    ]
    assert not said
