"""Heads and pages in space, for whoever wants to see some."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def heads() -> ModuleType:
    """The module heads.py, which is beside this one."""
    spec = importlib.util.spec_from_file_location("heads", Path(__file__).with_name("heads.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
