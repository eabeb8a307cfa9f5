"""ONNX: https://onnx.ai. Its file carries notes as `metadata_props`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from opsin.nn.formats._format import FORMATS, Format, Notes, Samples, Serving

NETWORK = "network.onnx"
FREE = "n"
"""What the free first axis is called."""


def _write(network: Serving, folder: Path, notes: Notes, samples: Samples) -> None:
    import onnx

    network.export(folder / NETWORK, "onnx")
    model = onnx.load(folder / NETWORK)
    _name_free_axes(model.graph)
    _spell_out(model.graph)
    onnx.helper.set_model_props(model, dict(notes))
    model.producer_name = "opsin"
    onnx.save(model, folder / NETWORK)


def _name_free_axes(graph: Any) -> None:
    """The converter calls every free axis `unk__` and a number; one name says that they are the same."""
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = FREE
    # Of the values between, the runtimes work out the shapes themselves.
    del graph.value_info[:]


_SPELLED = {"Erfc": ("Erf", "one - it"), "Expm1": ("Exp", "it - one")}
"""Steps of TensorFlow that ONNX lacks and the converter passes on (of the exact GELU, of CELU): the step it has, and
what is to be done with that."""


def _spell_out(graph: Any) -> None:
    """Puts steps that ONNX has in the place of those that it lacks."""
    from onnx import TensorProto, helper

    nodes = list(graph.node)
    if not any(node.op_type in _SPELLED for node in nodes):
        return
    graph.initializer.append(helper.make_tensor("one", TensorProto.FLOAT, (), [1.0]))
    del graph.node[:]
    for node in nodes:
        if node.op_type not in _SPELLED:
            graph.node.append(node)
            continue
        step, then = _SPELLED[node.op_type]
        it = f"{node.output[0]}/{step}"
        graph.node.append(helper.make_node(step, list(node.input), [it], name=f"{node.name}/{step}"))
        sides = ["one", it] if then == "one - it" else [it, "one"]
        graph.node.append(helper.make_node("Sub", sides, list(node.output), name=node.name))


FORMATS.add("onnx", Format("onnx", NETWORK, "For ONNX Runtime and most other engines.", _write))
