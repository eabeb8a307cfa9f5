import os
import subprocess
import sys
import threading

import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.store.fetch import cache_folder, fetch, have, path_of, verify

pytestmark = pytest.mark.usefixtures("home")

PULL = """
import sys
from opsin.store.asset import Asset
from opsin.store.fetch import fetch
fetch([Asset("spot.onnx", sys.argv[1], 4, addresses=(sys.argv[2],))])
"""


def put(asset, content):
    path_of(asset).parent.mkdir(parents=True, exist_ok=True)
    path_of(asset).write_bytes(content)


def test_the_cache_is_below_home(home):
    assert cache_folder().parent == home


def test_files_of_one_name_and_other_bytes_lie_side_by_side(asset_of):
    assert path_of(asset_of(b"one")) != path_of(asset_of(b"two"))


def test_an_asset_of_an_address_is_fetched(asset_of, server):
    server.files["spot"] = b"spot"
    asset = asset_of(b"spot", addresses=[f"{server.address}/spot"])
    assert fetch([asset])[asset].read_bytes() == b"spot"


def test_what_is_here_is_not_fetched_again(asset_of, server):
    server.files["spot"] = b"spot"
    asset = asset_of(b"spot", addresses=[f"{server.address}/spot"])
    assert fetch([asset]) == fetch([asset])
    assert len(server.asked["spot"]) == 1


def test_assets_of_one_package_come_with_one_download(asset_of, publish):
    publish({"spots/a": b"a", "spots/b": b"b"})
    assets = [asset_of(b"a", "a", "spots==1.0"), asset_of(b"b", "b", "spots==1.0")]
    told = []
    found = fetch(assets, lambda *what: told.append(what))
    assert [found[asset].read_bytes() for asset in assets] == [b"a", b"b"]
    assert sum(done == total for _, done, total in told) == 1


def test_an_address_stands_in_for_a_package_that_is_gone(asset_of, publish, server):
    server.files["spot"] = b"spot"
    asset = asset_of(b"spot", package="spots==1.0", addresses=[f"{server.address}/none", f"{server.address}/spot"])
    assert fetch([asset])[asset].read_bytes() == b"spot"


def test_an_address_stands_in_for_a_member_that_is_damaged(asset_of, publish, server):
    publish({"spots/a": b"x"})
    server.files["a"] = b"a"
    damaged = asset_of(b"a", "a", "spots==1.0", [f"{server.address}/a"])
    assert fetch([damaged])[damaged].read_bytes() == b"a"


def test_when_all_fail_all_reasons_are_told(asset_of, publish, server):
    asset = asset_of(b"spot", package="spots==1.0", addresses=[f"{server.address}/none"])
    message = r"^spot\.onnx cannot be had\. spots==1\.0 cannot be fetched: .+ http://.+/none answers 404"
    with pytest.raises(MissingWeightsError, match=message):
        fetch([asset])


def test_when_one_source_is_damaged_and_the_other_gone_the_error_is_damage(asset_of, publish, server):
    publish({"spots/spot.onnx": b"spit"})
    asset = asset_of(b"spot", package="spots==1.0", addresses=[f"{server.address}/none"])
    with pytest.raises(DamagedWeightsError, match=r"^spot\.onnx cannot be had\. spot\.onnx must be 4 bytes"):
        fetch([asset])


def test_a_wrong_byte_is_refused_and_nothing_stays(asset_of, server):
    server.files["spot"] = b"spit"
    asset = asset_of(b"spot", addresses=[f"{server.address}/spot"])
    with pytest.raises(
        DamagedWeightsError, match=rf"{asset.sha256}; what came is 4 bytes with sha256 {asset_of(b'spit').sha256}"
    ):
        fetch([asset])
    assert [path.name for path in cache_folder().iterdir()] == [".lock"]


def test_an_asset_that_lies_nowhere_says_where_to_put_it(asset_of):
    asset = asset_of(b"spot")
    with pytest.raises(MissingWeightsError) as caught:
        fetch([asset])
    assert str(caught.value) == f"spot.onnx can be fetched from nowhere. Put the file at {path_of(asset)}."


def test_a_cached_file_of_another_length_is_fetched_again(asset_of, server):
    server.files["spot"] = b"spot"
    asset = asset_of(b"spot", addresses=[f"{server.address}/spot"])
    put(asset, b"sp")
    assert not have(asset)
    assert fetch([asset])[asset].read_bytes() == b"spot"


def test_a_cached_file_of_another_length_is_deleted_though_nothing_replaces_it(asset_of):
    asset = asset_of(b"spot")
    put(asset, b"sp")
    with pytest.raises(MissingWeightsError):
        fetch([asset])
    assert not path_of(asset).exists()


def test_verify_finds_what_is_right(asset_of):
    put(asset_of(b"spot"), b"spot")
    assert verify(asset_of(b"spot")) == "ok"


def test_verify_finds_what_is_missing(asset_of):
    assert verify(asset_of(b"spot")) == "missing"


def test_verify_deletes_what_is_damaged(asset_of):
    put(asset_of(b"spot"), b"spit")
    assert (verify(asset_of(b"spot")), path_of(asset_of(b"spot")).exists()) == ("damaged", False)


def test_offline_names_the_file_the_package_the_address_and_the_place(asset_of, monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    asset = asset_of(b"spot", package="spots==1.0", addresses=["https://a.example/spot"])
    with pytest.raises(MissingWeightsError) as caught:
        fetch([asset])
    assert str(caught.value) == (
        "spot.onnx is not in the cache, and OPSIN_OFFLINE forbids fetching it from spots/spot.onnx in the package "
        f"spots==1.0 or https://a.example/spot. Unset OPSIN_OFFLINE, or put the file at {path_of(asset)}."
    )


def test_offline_never_touches_the_network(asset_of, server, monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    with pytest.raises(MissingWeightsError):
        fetch([asset_of(b"spot", addresses=[f"{server.address}/spot"])])
    assert not server.asked


def test_offline_finds_what_is_here_and_writes_nothing(asset_of, monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    put(asset_of(b"spot"), b"spot")
    assert fetch([asset_of(b"spot")]) == {asset_of(b"spot"): path_of(asset_of(b"spot"))}
    assert len(list(cache_folder().iterdir())) == 1


def test_two_processes_at_once_fetch_once(asset_of, server):
    server.files["spot"] = b"spot"
    address = f"{server.address}/slow/spot"
    command = [sys.executable, "-c", PULL, asset_of(b"spot").sha256, address]
    both = [subprocess.Popen(command, env=os.environ) for _ in range(2)]
    assert [each.wait(30) for each in both] == [0, 0]
    assert len(server.asked["spot"]) == 1
    assert have(asset_of(b"spot"))


def test_many_threads_at_once_fetch_once(asset_of, server):
    server.files["spot"] = b"spot"
    asset = asset_of(b"spot", addresses=[f"{server.address}/slow/spot"])
    threads = [threading.Thread(target=fetch, args=([asset],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.asked["spot"]) == 1


def test_what_a_killed_process_left_is_swept_and_a_part_is_not(asset_of, server):
    server.files["spot"] = b"spot"
    asset = asset_of(b"spot", addresses=[f"{server.address}/spot"])
    (cache_folder() / ".incoming-x" / "out").mkdir(parents=True)
    (cache_folder() / ".half").touch()
    (cache_folder() / "other.part").touch()
    fetch([asset])
    assert {path.name for path in cache_folder().iterdir()} == {".lock", "other.part", path_of(asset).name}
