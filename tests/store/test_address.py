import time

import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.store.address import check_address, download

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def asset(asset_of, server):
    server.files["spot"] = CONTENT
    return asset_of(CONTENT)


@pytest.fixture
def part(tmp_path):
    return tmp_path / "file.part"


def test_the_bytes_come_and_nothing_else_stays(tmp_path, asset, server):
    download(f"{server.address}/spot", asset, tmp_path / "new" / "file")
    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"file": CONTENT}


def test_progress_grows_to_the_whole(tmp_path, asset, server):
    told = []
    download(f"{server.address}/spot", asset, tmp_path / "file", lambda *what: told.append(what))
    done = [each[1] for each in told]
    assert done == sorted(done)
    assert told[-1] == ("spot.onnx", len(CONTENT), len(CONTENT))


def test_a_break_keeps_what_came_and_says_how_much(tmp_path, asset, server, part):
    with pytest.raises(
        MissingWeightsError, match=r"/cut/spot broke off after 128000 of 256000 bytes\. Try again: it goes"
    ):
        download(f"{server.address}/cut/spot", asset, tmp_path / "file")
    assert part.read_bytes() == CONTENT[:128000]


def test_after_a_break_only_the_rest_is_asked_for(tmp_path, asset, server, part):
    part.write_bytes(CONTENT[:1000])
    download(f"{server.address}/spot", asset, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert server.asked["spot"] == ["bytes=1000-"]


def test_a_server_that_begins_again_is_followed(tmp_path, asset, server, part):
    part.write_bytes(b"x" * 1000)
    download(f"{server.address}/whole/spot", asset, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_that_is_whole_costs_no_question(tmp_path, asset, server, part):
    part.write_bytes(CONTENT)
    download(f"{server.address}/spot", asset, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT
    assert not server.asked["spot"]


def test_a_part_that_is_too_long_is_thrown_away(tmp_path, asset, server, part):
    part.write_bytes(CONTENT + b"x")
    download(f"{server.address}/spot", asset, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_part_of_something_else_is_found_out_and_deleted(tmp_path, asset, server, part):
    part.write_bytes(b"x" * 1000)
    with pytest.raises(DamagedWeightsError, match=rf"must be 256000 bytes with sha256 {asset.sha256}"):
        download(f"{server.address}/spot", asset, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_the_server_cannot_go_on_from_is_deleted(tmp_path, asset, server, part):
    server.files["spot"] = CONTENT[:1000]
    part.write_bytes(CONTENT[:1000])
    with pytest.raises(MissingWeightsError, match=r"/spot answers 416 .+\. Try another source\.$"):
        download(f"{server.address}/spot", asset, tmp_path / "file")
    assert not part.exists()


def test_a_file_that_is_not_there_says_so_and_keeps_the_part(tmp_path, asset, server, part):
    part.write_bytes(CONTENT[:1000])
    with pytest.raises(MissingWeightsError, match=r"/none answers 404 Not Found\. Try another source\.$"):
        download(f"{server.address}/none", asset, tmp_path / "file")
    assert part.exists()


def test_other_bytes_are_refused_and_deleted(tmp_path, asset, server):
    server.files["spot"] = CONTENT[::-1]
    with pytest.raises(DamagedWeightsError, match=r"spot\.onnx must be 256000 bytes"):
        download(f"{server.address}/spot", asset, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_no_more_is_taken_than_the_asset_is_long(tmp_path, asset, server):
    server.files["spot"] = CONTENT * 20
    told = []
    with pytest.raises(DamagedWeightsError, match="what came is more bytes"):
        download(f"{server.address}/spot", asset, tmp_path / "file", lambda *what: told.append(what))
    assert told[-1][1] == len(CONTENT)
    assert sum(done == total for _, done, total in told) <= 2


def test_a_server_that_drips_runs_out_of_time(tmp_path, asset, server):
    started = time.monotonic()
    with pytest.raises(MissingWeightsError, match=r"/slow/spot takes too long\. Try again: it goes on from there"):
        download(f"{server.address}/slow/spot", asset, tmp_path / "file", max_seconds=0.1)
    assert time.monotonic() - started < 2


def test_what_came_before_time_ran_out_is_kept(tmp_path, asset, server, part):
    with pytest.raises(MissingWeightsError):
        download(f"{server.address}/slow/spot", asset, tmp_path / "file", max_seconds=0.5)
    assert CONTENT.startswith(part.read_bytes())
    assert part.stat().st_size > 0


def test_nobody_there_is_one_line(tmp_path, asset):
    with pytest.raises(
        MissingWeightsError, match=r"127.0.0.1:9/spot cannot be reached: .+ Check the network, and try again"
    ):
        download("http://127.0.0.1:9/spot", asset, tmp_path / "file")


def test_a_silent_server_is_left(tmp_path, asset, server):
    with pytest.raises(MissingWeightsError, match=r"/still/spot broke off: .*timed out"):
        download(f"{server.address}/still/spot", asset, tmp_path / "file", timeout_seconds=0.4)


@pytest.mark.parametrize(
    "address", ["https://a.example/x", "http://127.0.0.1/x", "http://localhost:1/x", "http://[::1]/"]
)
def test_safe_addresses_are_taken(address):
    check_address(address)


@pytest.mark.parametrize(
    "address",
    ["http://a.example/x", "http://127.0.0.1.example/", "ftp://a.example", "file:///etc/passwd", "http://[", ""],
)
def test_other_addresses_are_refused(address, tmp_path, asset):
    with pytest.raises(MissingWeightsError, match=r"^Files are fetched from https addresses only; got '"):
        download(address, asset, tmp_path / "file")


def test_a_redirect_is_followed(tmp_path, asset, server):
    download(f"{server.address}/to?{server.address}/spot", asset, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == CONTENT


def test_a_redirect_to_an_unsafe_address_is_refused(tmp_path, asset, server):
    with pytest.raises(MissingWeightsError, match=r"https addresses only; got 'http://a\.example/spot'"):
        download(f"{server.address}/to?http://a.example/spot", asset, tmp_path / "file")
