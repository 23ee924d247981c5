"""An ONNX model, loaded with care: one thread, no spinning, every complaint in words."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from edge.vision.detector import BadModelError
from edge.vision.sizes import Size

MAX_MODEL_BYTES = 256 << 20
FLOATS, BYTES = "tensor(float)", "tensor(uint8)"
"""What a model may take; it gives floats."""
ROWS, COLUMNS = "rows", "columns"
"""What a model that takes pictures of more than one size calls their sides."""
WARM_UP, RUNS = 3, 61
"""How often a model is run to see what it costs."""
COMPLAINTS = (
    "EPFail", "Fail", "InvalidArgument", "InvalidGraph", "InvalidProtobuf", "NoModel", "NoSuchFile",
    "NotImplemented", "RuntimeException",
)  # fmt: skip
"""What the library raises on a file that it cannot use; they share no base of their own."""


class ModelSession:
    """One input of FLOATS or BYTES, as `takes` says, and one output of floats, of fixed shape. Raises BadModelError.

    `size` is that of the pictures, for a model that takes more than one; with `parts`, it will also be run on parts of
    such pictures, which costs some hundredths more.
    """

    def __init__(self, path: Path, takes: str = FLOATS, size: Size | None = None, *, parts: bool = False) -> None:
        self._session = _open(path, None if parts else size)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1:
            raise BadModelError(f"{path} has {len(inputs)} inputs and {len(outputs)} outputs; a detector has one each")
        self._name: str = inputs[0].name
        self.takes = takes
        self.parts = parts and size is not None and inputs[0].shape[2:] == [ROWS, COLUMNS]
        self.input_shape = _fixed(path, "input", inputs[0], takes, size if self.parts else None)
        # Where its sides are free, what it gives is not written in the file.
        self.output_shape = self._given(path) if self.parts else _fixed(path, "output", outputs[0], FLOATS)

    def run(self, blob: npt.NDArray[np.float32] | npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """The model's answer to one input; shapes and type as the model says."""
        answer: npt.NDArray[np.float32] = self._session.run(None, {self._name: blob})[0]
        return answer

    def cost_ms(self) -> float:
        """Milliseconds of this thread's processor time that a run mostly takes, with what others on the box cost it."""
        blob, took = self._nothing(), []
        for _ in range(WARM_UP + RUNS):
            began = time.thread_time()
            self.run(blob)
            took.append(time.thread_time() - began)
        return median(took[WARM_UP:]) * 1000

    def _given(self, path: Path) -> tuple[int, ...]:
        with _in_words(path):
            return self.run(self._nothing()).shape

    def _nothing(self) -> npt.NDArray[np.float32] | npt.NDArray[np.uint8]:
        return np.zeros(self.input_shape, np.uint8) if self.takes == BYTES else np.zeros(self.input_shape, np.float32)


def _open(path: Path, size: Size | None) -> Any:
    if not path.is_file():
        raise BadModelError(f"there is no model file {path}")
    if not 0 < path.stat().st_size <= MAX_MODEL_BYTES:
        raise BadModelError(f"{path} is empty or above {MAX_MODEL_BYTES >> 20} MiB")
    runtime = load_runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    for side, length in zip((ROWS, COLUMNS), size or (), strict=False):
        options.add_free_dimension_override_by_name(side, length)
    with _in_words(path):
        # From bytes: a model read by path could name further files to load.
        return runtime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    raised = load_runtime().capi.onnxruntime_pybind11_state
    complaints = tuple(getattr(raised, name) for name in COMPLAINTS)
    try:
        yield
    except (*complaints, RuntimeError, ValueError) as error:
        first = (str(error).splitlines() or ["no reason given"])[0]
        raise BadModelError(f"{path} cannot be loaded as an ONNX model: {first[:200]}") from error


def load_runtime() -> Any:
    """The onnxruntime module, silenced first.

    Since 1.29 its official builds for Linux keep a data base of events in the user's cache and send them to
    their maker, from the moment they are imported. Nothing leaves a shop that the shop did not ask for.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    return onnxruntime


def _fixed(path: Path, which: str, port: Any, wanted: str, size: Size | None = None) -> tuple[int, ...]:
    shape = (*port.shape[:2], *(size or port.shape[2:]))
    if port.type != wanted or not all(isinstance(length, int) and length > 0 for length in shape):
        raise BadModelError(f"{path}: its {which} is {port.type} {port.shape}, not {wanted} of a fixed shape")
    return shape
