import ast
import inspect
from pathlib import Path

import pytest

from opsin.core import errors
from opsin.core.errors import MissingExtraError, OpsinError, UnknownNameError

OURS = [each for _, each in inspect.getmembers(errors, inspect.isclass) if issubclass(each, Exception)]


@pytest.mark.parametrize("error", OURS, ids=lambda each: each.__name__)
def test_every_error_is_below_the_root_and_in_the_drawing(error):
    assert issubclass(error, OpsinError)
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", OURS, ids=lambda each: each.__name__)
def test_exit_codes_are_those_of_the_command_line(error):
    assert error.exit_code in (1, 2, 3)


def test_an_unknown_name_offers_the_nearest():
    said = str(UnknownNameError("task", "detectoin", ["detection", "embedding"]))
    assert said == "There is no task called 'detectoin'. Did you mean 'detection'? Known: detection, embedding."


def test_an_unknown_name_far_from_all_offers_none():
    assert str(UnknownNameError("task", "zzz", ["detection"])) == "There is no task called 'zzz'. Known: detection."


def test_an_unknown_name_where_there_are_none_says_so():
    assert str(UnknownNameError("task", "x", [])) == "There is no task called 'x'. Known: none."


def test_a_missing_extra_says_how_to_install_it():
    assert str(MissingExtraError("HEIC pictures", "heic")).endswith('pip install "opsin[heic]"')


def test_the_package_raises_no_other_errors_than_these():
    names = {each.__name__ for each in OURS}
    # Caught again a few lines above, in the same file.
    fine = {"SyntaxError", "TypeError", "ValueError", "_RefusedError", "tarfile.ReadError"}
    fine |= {"NotImplementedError"}  # Keras's layers cannot be abstract classes
    raised = {
        ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
        for path in Path(errors.__file__).parents[1].rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and node.exc is not None
    }
    builtin = {name for name in raised if name.endswith(("Error", "Exception")) and name not in names}
    assert not builtin - fine
