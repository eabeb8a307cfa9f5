"""The engine on a network small enough to be computed by hand."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import openvino
import pytest
from openvino import opset13 as ops

from opsin.core.errors import UsageError, WeightsError
from opsin.runtime.network import Graph, Place
from opsin.runtime.openvino import OpenVinoNetwork, widened

MEAN, STD = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
TABLE = np.random.default_rng(0).normal(size=(3, 5)).astype(np.float32)
PIXELS = np.random.default_rng(1).integers(0, 256, (4, 6, 8, 3), np.uint8)
DEEP = np.random.default_rng(2).normal(size=(3 * 48, 3 * 48)).astype(np.float32)


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """x (n, 3, 6, 8) -> its means (n, 3), known as "pooled" -> (means @ TABLE) * factor, known as "answer"."""
    x = ops.parameter([-1, 3, 6, 8], np.float32, name="x")
    factor = ops.parameter([1, 2], np.float32, name="factor")
    pooled = ops.reduce_mean(x, np.array([2, 3]), keep_dims=False, name="pooled")
    times = ops.reduce_sum(factor, np.array([0, 1]), keep_dims=False)
    answer = ops.multiply(ops.matmul(pooled, ops.constant(TABLE), False, False), times, name="answer")
    return saved(tmp_path_factory, {"x": x, "factor": factor, "answer": answer}, [answer], [x, factor])


@pytest.fixture(scope="session")
def last(tmp_path_factory):
    """x (n, 6, 8, 3), channels last -> its means (n, 3)."""
    x = ops.parameter([-1, 6, 8, 3], np.float32, name="x")
    answer = ops.reduce_mean(x, np.array([1, 2]), keep_dims=False, name="answer")
    return saved(tmp_path_factory, {"x": x, "answer": answer}, [answer], [x])


@pytest.fixture(scope="session")
def deep(tmp_path_factory):
    """x (n, 3, 6, 8) -> all its numbers (n, 144) @ DEEP."""
    x = ops.parameter([-1, 3, 6, 8], np.float32, name="x")
    flat = ops.reshape(x, np.array([-1, 3 * 48]), special_zero=False)
    answer = ops.matmul(flat, ops.constant(DEEP), False, False)
    return saved(tmp_path_factory, {"x": x, "answer": answer}, [answer], [x])


def saved(factory, named, outputs, inputs):
    for name, node in named.items():
        node.output(0).get_tensor().set_names({name})
    path = factory.mktemp("network") / "small.xml"
    openvino.save_model(openvino.Model(outputs, inputs, "small"), path, compress_to_fp16=False)
    return path


def graph(outputs=None, **normalisation):
    return Graph("x", outputs or {"scores": "answer"}, constants={"factor": ((1.0, 1.0),)}, **normalisation)


def opened(path, place=None, **asked):
    return OpenVinoNetwork(path, graph(**asked), place or Place())


def means(pixels):
    return pixels.astype(np.float64).mean(axis=(1, 2))


def test_the_network_takes_pixels_as_they_are_and_its_value_comes_under_our_name(path):
    raw = opened(path)({"x": PIXELS})
    assert list(raw) == ["scores"]
    assert raw["scores"] == pytest.approx(means(PIXELS) @ TABLE * 2, rel=1e-4)


def test_mean_and_std_are_taken_inside(path):
    raw = opened(path, mean=MEAN, std=STD)({"x": PIXELS})
    assert raw["scores"] == pytest.approx((means(PIXELS) - MEAN) / STD @ TABLE * 2, rel=1e-3, abs=1e-4)


def test_a_network_with_its_channels_last_takes_the_same_pixels(last):
    network = OpenVinoNetwork(last, Graph("x", {"scores": "answer"}, MEAN, STD, layout="NHWC"), Place())
    assert network({"x": PIXELS})["scores"] == pytest.approx((means(PIXELS) - MEAN) / STD, abs=1e-4)


def test_a_value_inside_the_network_may_be_asked_for(path):
    raw = opened(path, outputs={"scores": "answer", "features": "pooled"})({"x": PIXELS})
    assert set(raw) == {"scores", "features"}
    assert raw["features"] == pytest.approx(means(PIXELS), rel=1e-5)
    assert raw["scores"] == pytest.approx(raw["features"] @ TABLE * 2, rel=1e-4)


def test_what_lies_behind_the_value_asked_for_is_cut_off(path):
    raw = opened(path, outputs={"features": "pooled"})({"x": PIXELS})
    assert list(raw) == ["features"]


@pytest.mark.parametrize("factor", [((1.0, 1.0),), ((0.5, 3.0),)])
def test_an_input_held_constant_need_not_be_given(path, factor):
    network = OpenVinoNetwork(path, Graph("x", {"scores": "answer"}, constants={"factor": factor}), Place())
    assert network({"x": PIXELS})["scores"] == pytest.approx(means(PIXELS) @ TABLE * sum(factor[0]), rel=1e-4)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_batch_may_be_as_long_as_one_likes(path, number):
    network = opened(path)
    together = network({"x": PIXELS})["scores"]
    assert network({"x": PIXELS[:number]})["scores"] == pytest.approx(together[:number])


def test_pixels_need_not_lie_side_by_side_in_memory(path):
    network = opened(path)
    mirrored = PIXELS[:, :, ::-1]
    assert network({"x": mirrored})["scores"] == pytest.approx(network({"x": PIXELS})["scores"])
    halves = np.repeat(PIXELS, 2, axis=2)[:, :, ::2]
    assert network({"x": halves})["scores"] == pytest.approx(network({"x": PIXELS})["scores"])


def test_pixels_are_left_alone_and_may_be_read_only(path):
    fixed = PIXELS.copy()
    fixed.setflags(write=False)
    opened(path, mean=MEAN, std=STD)({"x": fixed})
    assert (fixed == PIXELS).all()


def test_an_answer_stays_when_the_network_is_asked_again(path):
    network = opened(path)
    first = network({"x": PIXELS})["scores"]
    before = first.copy()
    network({"x": np.zeros_like(PIXELS)})
    assert (first == before).all()


def test_an_answer_belongs_to_who_asked(path):
    network = opened(path)
    network({"x": PIXELS})["scores"][:] = 0
    assert network({"x": PIXELS})["scores"].any()


@pytest.mark.parametrize("streams", [1, 2])
def test_many_threads_get_the_answers_that_one_gets(path, streams):
    network = opened(path, Place(streams=streams))
    batches = [np.random.default_rng(seed).integers(0, 256, (1 + seed % 3, 6, 8, 3), np.uint8) for seed in range(32)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda batch: network({"x": batch})["scores"], batches))
    assert all((network({"x": batch})["scores"] == raw).all() for batch, raw in zip(batches, together, strict=True))


def test_after_a_batch_that_does_not_fit_the_next_one_is_answered(path):
    network = opened(path)
    for _ in range(3):  # more often than there are requests
        with pytest.raises(RuntimeError):
            network({"x": PIXELS[:, :2]})
    assert network({"x": PIXELS})["scores"].shape == (4, 5)


def test_numbers_are_exact_to_six_digits_unless_asked_otherwise(deep):
    network = OpenVinoNetwork(deep, Graph("x", {"scores": "answer"}, MEAN, STD), Place())
    flat = ((PIXELS.astype(np.float64) - MEAN) / STD).transpose(0, 3, 1, 2).reshape(4, -1)
    # bf16 has 8 bits: it would be off by about 0.1 here.
    assert network({"x": PIXELS})["scores"] == pytest.approx(flat @ DEEP, abs=1e-4)


@pytest.mark.parametrize(("place", "precision"), [(Place(), "f32"), (Place(precision="bf16"), "bf16")])
def test_the_network_is_compiled_for_the_precision_asked_for(path, place, precision, monkeypatch):
    asked = settings_of(path, place, monkeypatch)
    assert asked["INFERENCE_PRECISION_HINT"] == precision


@pytest.mark.parametrize("streams", [1, 2])
def test_as_many_batches_may_be_under_way_as_asked_for(path, streams, monkeypatch):
    assert settings_of(path, Place(streams=streams), monkeypatch)["NUM_STREAMS"] == streams


def test_f32_is_what_the_compiled_network_says_of_itself(path):
    compiled = opened(path)._compiled
    assert compiled.get_property("INFERENCE_PRECISION_HINT") == openvino.Type.f32


def settings_of(path, place, monkeypatch):
    """What OpenVINO is asked for: not every processor can show that it was."""
    asked = []
    real = openvino.Core.compile_model
    monkeypatch.setattr(openvino.Core, "compile_model", lambda core, *given: asked.append(given) or real(core, *given))
    opened(path, place)
    return asked[-1][2]


def test_a_file_that_is_no_network_is_refused_by_name(tmp_path):
    (tmp_path / "note.onnx").write_text("no network")
    with pytest.raises(WeightsError, match=r"^.+note\.onnx is not a network that can be read: [^\n]+$"):
        opened(tmp_path / "note.onnx")


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(WeightsError, match=r"^.+gone\.xml is not a network that can be read: [^\n]+$"):
        opened(tmp_path / "gone.xml")


def test_a_device_that_is_not_there_is_refused_and_the_others_are_named(path):
    with pytest.raises(UsageError, match=r"^This machine has no device 'XPU'; it has AUTO, CPU.*\.$"):
        opened(path, Place(device="XPU"))


def test_auto_chooses_a_device(path):
    raw = opened(path, Place(device="AUTO"))({"x": PIXELS})
    assert raw["scores"] == pytest.approx(means(PIXELS) @ TABLE * 2, rel=1e-4)


FIRST_CALLS = """
import sys, threading
from pathlib import Path
import numpy as np
from opsin.runtime.network import Graph, Place
from opsin.runtime.openvino import OpenVinoNetwork, widened

network = OpenVinoNetwork(Path(sys.argv[1]), Graph("x", {"answer": "answer"}, layout="NHWC"), Place(streams=4))
sys.setswitchinterval(1e-6)
together = threading.Barrier(4)


def call():
    together.wait()
    network({"x": np.zeros((1, 6, 8, 3), np.uint8)})


threads = [threading.Thread(target=call) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""


def test_first_calls_from_several_threads_do_not_wait_for_each_other_for_ever(last):
    for _ in range(5):  # without care, four in five hang
        subprocess.run([sys.executable, "-c", FIRST_CALLS, str(last)], check=True, timeout=60)


def test_a_value_that_the_network_lacks_is_named(path):
    with pytest.raises(WeightsError, match=r"^The network small has no value called 'logits'\.$"):
        OpenVinoNetwork(path, graph({"scores": "logits"}), Place())


def test_a_grey_picture_needs_no_mean(tmp_path_factory):
    x = ops.parameter([-1, 6, 8, 1], np.float32, name="x")
    answer = ops.reduce_mean(x, np.array([1, 2]), keep_dims=False, name="answer")
    path = saved(tmp_path_factory, {"x": x, "answer": answer}, [answer], [x])
    network = OpenVinoNetwork(path, Graph("x", {"answer": "answer"}, layout="NHWC"), Place())
    grey = PIXELS[..., :1]
    assert network({"x": grey})["answer"] == pytest.approx(grey.mean(axis=(1, 2)), rel=1e-5)


class TestWidened:
    @pytest.fixture
    def narrow(self, deep, tmp_path):
        openvino.save_model(openvino.Core().read_model(deep), tmp_path / "narrow.xml", compress_to_fp16=True)
        return tmp_path / "narrow.xml"

    def test_no_number_is_left_in_16_bits(self, narrow):
        kinds = {each.get_element_type() for each in widened(narrow).get_ops() if each.get_type_name() == "Constant"}
        assert openvino.Type.f16 not in kinds

    def test_the_numbers_stay_those_of_the_file(self, narrow):
        batch = np.random.default_rng(0).normal(size=(2, 3, 6, 8)).astype(np.float32)
        compiled = openvino.compile_model(widened(narrow), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        wanted = batch.reshape(2, -1) @ DEEP.astype(np.float16).astype(np.float32)
        np.testing.assert_allclose(compiled([batch])[0], wanted, atol=1e-4)

    def test_a_file_that_is_no_network_is_told(self, tmp_path):
        (tmp_path / "net.xml").write_text("<net/>")
        with pytest.raises(WeightsError, match="is not a network that can be read"):
            widened(tmp_path / "net.xml")
