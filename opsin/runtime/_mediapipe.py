"""The operation of MediaPipe's networks that OpenVINO's reader does not know."""

from __future__ import annotations

from typing import Any

OPERATION = "Convolution2DTransposeBias"


def known_to(core: Any) -> Any:
    """The same core of OpenVINO, which reads MediaPipe's files now."""
    from openvino.frontend import ConversionExtension

    core.add_extension(ConversionExtension(OPERATION, _spread))
    return core


def _spread(node: Any) -> list[Any]:
    """Each place becomes a small square of places, none of which overlap, plus a constant.

    The file keeps the steps as bytes that OpenVINO gives no access to. MediaPipe's are as long as the kernel is wide.
    Inputs: places (n, h, w, c), kernel (o, kh, kw, c) and constant (o,); output: (n, h * kh, w * kw, o).
    """
    from openvino import opset13

    places, kernel, constant = (node.get_input(number) for number in range(3))
    steps = list(kernel.get_partial_shape().to_shape())[1:3]
    spread = opset13.convolution_backprop_data(
        opset13.transpose(places, [0, 3, 1, 2]), opset13.transpose(kernel, [3, 0, 1, 2]), steps
    )
    return [opset13.add(opset13.transpose(spread, [0, 2, 3, 1]), constant).output(0)]
