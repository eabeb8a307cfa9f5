"""No telemetry. OpenVINO reports each import of it to its makers, through a package of its own: Opsin keeps it out."""

import sys

REPORTERS = ("openvino_telemetry",)
"""Packages that report what is done here. OpenVINO takes a stand-in of its own where the first cannot be imported."""


def silence() -> None:
    """From now on, whatever asks for a reporter is told that there is none. One that was imported before stays."""
    for name in REPORTERS:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # None is what the import system calls "not there"
