"""Which detector a model file makes. Two need no file: `own`, the shipped model, and background subtraction."""

from pathlib import Path

from edge.vision import fastestdet, yolox
from edge.vision.background import BackgroundDetector
from edge.vision.detector import BadModelError, Detector
from edge.vision.own import open_own
from edge.vision.session import ModelSession

OWN, BACKGROUND = Path("own"), Path("background")
"""Instead of a file: the model that is shipped, and none at all."""


def open_detector(model: Path | None, fps: float) -> Detector:
    """The detector for a model file, told apart by the shapes of its input and output.

    `fps` is how many pictures a second it will see. Raises BadModelError with the reason.
    """
    if model is None or model == BACKGROUND:
        return BackgroundDetector(fps)
    if model == OWN:
        return open_own(fps)
    session = ModelSession(model)
    shapes = session.input_shape, session.output_shape
    if yolox.fits(*shapes):
        return yolox.YoloxDetector(session)
    if fastestdet.fits(*shapes):
        return fastestdet.FastestDetDetector(session)
    raise BadModelError(f"{model} takes {shapes[0]} and gives {shapes[1]}; that is neither YOLOX nor FastestDet")
