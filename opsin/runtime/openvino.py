"""Runs a network with OpenVINO. It reads its own format, ONNX, TFLite and Paddle files."""

from __future__ import annotations

import functools
import queue
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from opsin.core.errors import UsageError, WeightsError
from opsin.runtime._mediapipe import known_to
from opsin.runtime.network import Arrays, Graph, Place

if TYPE_CHECKING:
    import openvino


class OpenVinoNetwork:
    """A compiled network; as many requests are kept ready as may be under way at once.

    Args:
        path: the network's file; or the network itself, built in memory.
        graph: how it is to be fed and read.
        place: where it runs.
        weights: the file that holds its numbers, for the formats that keep them apart.

    Raises:
        WeightsError: when the file cannot be read.
        UsageError: when the machine has no such device.
    """

    def __init__(self, path: Path | openvino.Model, graph: Graph, place: Place, weights: Path | None = None) -> None:
        _begin()
        self._compiled = _compile(_read(path, weights, graph), place)
        # A value may go by more names than ours once the network is compiled.
        self._names = [next(filter(graph.outputs.__contains__, each.get_names())) for each in self._compiled.outputs]
        self._requests: queue.SimpleQueue[openvino.InferRequest] = queue.SimpleQueue()
        for _ in range(place.streams):
            self._requests.put(self._compiled.create_infer_request())

    def __call__(self, batch: Arrays) -> Arrays:
        """Raw outputs by name; the arrays are copies, the request's own memory is used again."""
        request = self._requests.get()
        try:
            results = request.infer(dict(batch), share_inputs=True, share_outputs=True)
            outputs = zip(self._names, self._compiled.outputs, strict=True)
            return {name: np.array(results[output]) for name, output in outputs}
        finally:
            self._requests.put(request)


def widened(path: Path, weights: Path | None = None) -> openvino.Model:
    """The network in a file, its numbers in 32 bits where the file has 16: the same, and sooner multiplied.

    OpenVINO keeps such numbers as they are, and its fastest product of a few rows by a matrix wants 32 bits: a quarter
    of the time of a network that does little else.

    Args:
        path: the network's file.
        weights: the file that holds its numbers, for the formats that keep them apart.

    Raises:
        WeightsError: when the file cannot be read.
    """
    from openvino.passes import ConstantFolding, Manager

    model, passes = _file(path, weights), Manager()
    passes.register_pass(ConstantFolding())
    passes.run_passes(model)
    return model


@functools.cache
def _begin() -> None:
    """One inference of a network of one number, by one thread, before there can be several.

    OpenVINO's Python side fills a table of types at its first inference. Two threads that do so at once can wait for
    each other for ever: one holds the interpreter's lock and waits for the table, the other the reverse.
    """
    import openvino
    from openvino import opset13

    number = opset13.parameter([1], np.float32)
    network = openvino.Core().compile_model(openvino.Model([opset13.relu(number)], [number]), "CPU")
    network([np.zeros(1, np.float32)])


def _read(path: Path | openvino.Model, weights: Path | None, graph: Graph) -> openvino.Model:
    """The network, cut to the outputs asked for, taking uint8 pixels (n, h, w, c)."""
    # Imported here: it costs a third of a second, which `opsin --help` must not pay.
    import openvino

    whole = _file(path, weights) if isinstance(path, Path) else path
    for name, value in graph.constants.items():
        _hold(whole, name, value)
    if graph.shape:
        whole.reshape({graph.pixels: list(graph.shape)})
    name = path.stem if isinstance(path, Path) else whole.get_friendly_name()
    return _take_pixels(openvino.Model(_outputs(whole, graph.outputs), _inputs_left(whole, graph), name), graph)


def _file(path: Path, weights: Path | None) -> openvino.Model:
    """The whole network in a file."""
    import openvino

    try:
        return known_to(openvino.Core()).read_model(path, *([weights] if weights else []))
    except RuntimeError as error:
        raise WeightsError(f"{path} is not a network that can be read: {str(error).splitlines()[0]}") from error


def _hold(model: openvino.Model, name: str, value: tuple[tuple[float, ...], ...]) -> None:
    """Replaces an input by a constant."""
    from openvino import opset13

    parameter = model.input(name).get_node()
    constant = opset13.constant(np.array(value, np.float32))
    for target in parameter.output(0).get_target_inputs():
        target.replace_source_output(constant.output(0))


def _inputs_left(model: openvino.Model, graph: Graph) -> list[Any]:
    held = set(graph.constants)
    return [each for each in model.get_parameters() if not held & set(each.output(0).get_names())]


def _outputs(model: openvino.Model, names: Mapping[str, str]) -> list[Any]:
    """The values asked for, each carrying our name.

    Raises:
        WeightsError: when the file has no value of that name.
    """
    by_name = {node.get_friendly_name(): node.output(0) for node in model.get_ordered_ops() if node.outputs()}
    # What a value is called weighs more than what the operation before it is.
    values = [value for node in model.get_ordered_ops() for value in node.outputs()]
    by_name |= {name: value for value in values for name in value.get_names()}
    if missing := sorted(set(names.values()) - by_name.keys()):
        raise WeightsError(f"The network {model.get_friendly_name()} has no value called {missing[0]!r}.")
    for ours, theirs in names.items():
        by_name[theirs].get_tensor().set_names({ours})
    return [by_name[theirs] for theirs in names.values()]


def _take_pixels(model: openvino.Model, graph: Graph) -> openvino.Model:
    """Moves layout and normalisation into the network, where they are nearly free."""
    if not graph.pixels:
        return model
    from openvino import Layout, Type
    from openvino.preprocess import PrePostProcessor

    steps = PrePostProcessor(model)
    pixels = steps.input(graph.pixels)
    pixels.tensor().set_element_type(Type.f32 if graph.is_float else Type.u8).set_layout(Layout("NHWC"))
    pixels.model().set_layout(Layout(graph.layout))
    converted = pixels.preprocess().convert_element_type(Type.f32)
    if graph.is_bgr:
        converted.reverse_channels()
    if graph.mean:
        converted.mean(list(graph.mean))
    if graph.std:
        converted.scale(list(graph.std))
    return steps.build()


def _compile(model: openvino.Model, place: Place) -> openvino.CompiledModel:
    import openvino

    core = openvino.Core()
    known = {name.split(".")[0] for name in core.available_devices} | {"AUTO"}
    if place.device not in known:
        raise UsageError(f"This machine has no device {place.device!r}; it has {', '.join(sorted(known))}.")
    # Left alone, OpenVINO computes in bf16 on processors that can, and answers differ by up to 0.17.
    settings: dict[str, Any] = {"INFERENCE_PRECISION_HINT": place.precision}
    if place.device == "CPU":
        settings |= {"NUM_STREAMS": place.streams}
        settings |= {} if place.shares else {"INFERENCE_NUM_THREADS": place.streams}
    return core.compile_model(model, place.device, settings)
