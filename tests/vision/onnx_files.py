"""The smallest ONNX files, as protobuf fields by hand, so that no library for making them is needed."""

import numpy as np


def constant_model(takes: tuple[int, ...], gives: np.ndarray) -> bytes:
    """A model that ignores its float32 input of this shape and always gives the same float32 answer."""
    values = _field(2, 1) + b"".join(_field(1, size) for size in gives.shape)
    answer = values + _field(8, b"answer") + _field(9, gives.astype("<f4").tobytes())
    node = _field(1, b"answer") + _field(2, b"y") + _field(4, b"Identity")
    graph = _field(1, node) + _field(2, b"g") + _field(5, answer)
    graph += _field(11, _port(b"x", takes)) + _field(12, _port(b"y", gives.shape))
    return _model(graph)


def identity_model(shape: tuple[int, ...]) -> bytes:
    """y = x, float32."""
    node = _field(1, b"x") + _field(2, b"y") + _field(4, b"Identity")
    return _model(_field(1, node) + _field(2, b"g") + _field(11, _port(b"x", shape)) + _field(12, _port(b"y", shape)))


def _model(graph: bytes) -> bytes:
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, b"") + _field(2, 13))


def _port(name: bytes, shape: tuple[int, ...]) -> bytes:
    sizes = b"".join(_field(1, _field(1, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, sizes)))


def _field(number: int, payload: bytes | int) -> bytes:
    if isinstance(payload, int):
        return _varint(number << 3) + _varint(payload)
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(value: int) -> bytes:
    low = bytearray()
    while value > 127:
        low.append(value & 127 | 128)
        value >>= 7
    return bytes([*low, value])
