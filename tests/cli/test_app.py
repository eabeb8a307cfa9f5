"""What every command has in common: help, exit codes, and where errors go."""

import json
import os
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

import opsin as package
from opsin.core.errors import OpsinError
from opsin.tasks import TASKS

ROOT = Path(__file__).parents[2]


def test_help_names_every_command(opsin):
    ended = opsin("--help")
    assert ended.code == 0
    assert all(
        f" {verb} " in ended.out for verb in (*(task.verb.split()[0] for task in TASKS), "models", "data", "doctor")
    )
    assert ended.err == ""


def test_help_shows_examples(opsin):
    assert "opsin classify holiday/ --limit 1 --csv > labels.csv" in opsin("--help").out


def test_without_a_word_help_is_shown(opsin):
    assert "opsin look photo.jpg --save drawn" in opsin().out


def test_a_short_flag_asks_for_help_too(opsin):
    assert opsin("detect", "-h").out == opsin("detect", "--help").out


def test_the_version_is_printed(opsin):
    assert opsin("--version").out == f"opsin {package.__version__}\n"


def test_a_shell_can_complete_its_words(opsin):
    assert "--install-completion" in opsin("--help").out


def test_an_unknown_command_is_wrong_usage_and_the_nearest_is_offered(opsin):
    ended = opsin("clasify", "x.jpg")
    assert (ended.code, ended.out) == (2, "")
    assert "No such command 'clasify'. Did you mean 'classify'?" in ended.err


def test_an_unknown_flag_is_wrong_usage_and_the_nearest_is_offered(opsin):
    ended = opsin("classify", "--modle", "x", "x.jpg")
    assert (ended.code, ended.out) == (2, "")
    assert "--model" in ended.err


def test_an_error_of_ours_is_one_line_on_standard_error(opsin):
    ended = opsin("classify", "--limit", 0, "x.jpg")
    assert (ended.code, ended.out, ended.err) == (2, "", "opsin: limit must be at least 1; got 0.\n")


@pytest.mark.parametrize("kind", [OpsinError, *OpsinError.__subclasses__()], ids=lambda kind: kind.__name__)
def test_each_kind_of_error_has_its_exit_code(opsin, monkeypatch, kind):
    monkeypatch.setattr("opsin.cli._command.open_source", raising(kind("So it is.")))
    ended = opsin("classify", "--model", "pplcnetv2_tiny_classification.random", "--json", "x.jpg")
    assert (ended.code, ended.out, ended.err) == (kind.exit_code, "", "opsin: So it is.\n")


def test_a_refused_licence_is_a_no(opsin, monkeypatch):
    monkeypatch.setenv("OPSIN_LICENCES", "strict")
    ended = opsin("classify", "--quiet", "x.jpg")
    assert ended.code == 3
    assert ended.err.startswith("opsin: pplcnetv2_base.imagenet: it was trained on ImageNet-1k, whose terms (research")


def test_without_weights_and_network_one_line_says_what_to_do(opsin):
    ended = opsin("detect", "--quiet", "x.jpg")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.count("\n") == 1
    assert "picodet_small.coco: picodet_small.pdmodel is not in the cache, and OPSIN_OFFLINE forbids" in ended.err
    assert "opsin models pull picodet_small.coco" in ended.err


def test_a_bug_is_shown_whole_and_has_a_code_of_its_own(opsin, monkeypatch):
    monkeypatch.setattr("opsin.cli._command.open_source", raising(ZeroDivisionError("by nothing")))
    ended = opsin("classify", "--model", "pplcnetv2_tiny_classification.random", "--json", "x.jpg")
    assert (ended.code, ended.out) == (70, "")
    assert ended.err.startswith("Traceback")
    assert "ZeroDivisionError: by nothing" in ended.err
    assert ended.err.endswith("opsin: this is a bug in Opsin; the lines above say where.\n")


def test_interrupted_it_ends_with_130(opsin, monkeypatch):
    monkeypatch.setattr("opsin.cli._command.open_source", raising(KeyboardInterrupt()))
    ended = opsin("classify", "--model", "pplcnetv2_tiny_classification.random", "--json", "x.jpg")
    assert ended.code == 130
    assert "Traceback" not in ended.err


def raising(error):
    def raised(*given, **options):
        raise error

    return raised


def test_the_console_script_is_the_command_line():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, name = declared["opsin"].split(":")
    assert getattr(import_module(module), name) is import_module("opsin.cli").main


def test_run_as_a_module_it_is_the_command_line(photos):
    words = ["classify", "--model", "pplcnetv2_tiny_classification.random", "--json", "photos/red.png", "gone.png"]
    ended = as_a_module(*words)
    first, second = map(json.loads, ended.stdout.splitlines())
    assert (first["labels"][0], list(second)) == ("red", ["source", "error"])
    assert ended.stderr == "opsin: There is no file gone.png. Check its name.\n"
    assert ended.returncode == 1


def test_a_reader_who_has_enough_is_no_bug(photos):
    words = ["classify", "--model", "pplcnetv2_tiny_classification.random", "--json", *["photos/red.png"] * 400]
    command = [sys.executable, "-m", "opsin", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as ended:
        ended.stdout.close()
        assert b"bug" not in ended.stderr.read()
    assert ended.returncode not in (0, 70)


def as_a_module(*words):
    return subprocess.run([sys.executable, "-m", "opsin", *words], capture_output=True, text=True, env=environment())


def environment():
    return os.environ | {"PYTHONPATH": str(ROOT)}
