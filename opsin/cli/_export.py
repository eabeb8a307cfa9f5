"""`opsin export`: a taught network as a file for other engines."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated

import typer

from opsin.cli._progress import reporting
from opsin.engine.parity import Parity

Folder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
To = Annotated[
    str,
    typer.Option(
        "--to", metavar="FORMAT", help="onnx, litert, litert-int8, openvino or saved_model.", show_default=False
    ),
]
Data = Annotated[
    str | None,
    typer.Option(
        "--data",
        metavar="DATA",
        help="Pictures to compare answers by; the run's own when left out.",
        show_default=False,
    ),
]
Pictures = Annotated[
    int | None,
    typer.Option(help="How many pictures to compare by: 512, or 10,000 for 8-bit numbers.", show_default=False),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress; errors only.")]


def export(
    run: Folder, to: To, data: Data = None, pictures: Pictures = None, json: Json = False, quiet: Quiet = False
) -> None:
    """Write a trained network as a file for other engines, and prove that it gives the same answers there.

    It goes to RUN/export/FORMAT, with its labels and parity.json. A file that answers otherwise is not kept, and the
    exit code is 3.

    Examples:

        opsin export runs/mnist-tutorial --to onnx

        opsin export runs/mnist-tutorial --to litert-int8
    """
    from opsin.engine.export import export as write

    with reporting(is_shown=not quiet) as report:
        done = write(run, to=to, data=data, pictures=pictures, progress=report)
    if json:
        facts = {"network": str(done.network), "format": done.format, "size_bytes": done.size_bytes}
        engines = {name: parity.to_dict() for name, parity in done.parity.items()}
        typer.echo(jsonlib.dumps(facts | {"engines": engines}))
    elif not quiet:
        typer.echo(f"Wrote {done.network} ({done.size_bytes / 1e6:.1f} MB). {_tried(next(iter(done.parity.values())))}")
        for name, parity in done.parity.items():
            typer.echo(f"  {name:<12} {_spoken(parity)}")


def _tried(parity: Parity) -> str:
    return f"Compared on {parity.pictures:,} pictures:"


def _spoken(parity: Parity) -> str:
    """A line for a person.

    >>> _spoken(Parity(512, 10, 1e-5, 1e-6, 1.0, "accuracy", 0.95, 0.95))
    '100.00% of the answers the same, numbers within 1.0e-06, accuracy 95.00% (95.00% before)'
    """
    return (
        f"{parity.agreement:.2%} of the answers the same, numbers within {parity.relative:.1e}, {parity.figure} "
        f"{parity.quality_after:.2%} ({parity.quality_before:.2%} before)"
    )
