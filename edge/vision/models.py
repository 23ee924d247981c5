"""Which detector a model file makes. No file means background subtraction, which is built in."""

from pathlib import Path

from edge.vision import fastestdet, yolox
from edge.vision.background import BackgroundDetector
from edge.vision.detector import BadModelError, Detector
from edge.vision.session import ModelSession


def open_detector(model: Path | None, fps: float) -> Detector:
    """The detector for a model file, told apart by the shapes of its input and output.

    `fps` is how many pictures a second it will see. Raises BadModelError with the reason.
    """
    if model is None:
        return BackgroundDetector(fps)
    session = ModelSession(model)
    shapes = session.input_shape, session.output_shape
    if yolox.fits(*shapes):
        return yolox.YoloxDetector(session)
    if fastestdet.fits(*shapes):
        return fastestdet.FastestDetDetector(session)
    raise BadModelError(f"{model} takes {shapes[0]} and gives {shapes[1]}; that is neither YOLOX nor FastestDet")
