"""Which detector a model file makes. Two need no file: `own`, the shipped model, and background subtraction.

A file that an operator brings may have a card beside it (`people.json` for `people.onnx`), which says what it is,
its hash and its thresholds, and is held to it. Without one a model is told by its shapes, and has the thresholds of its
kind.
"""

from collections.abc import Callable
from pathlib import Path

from edge.vision import fastestdet, nanodet, yolox
from edge.vision.background import BackgroundDetector
from edge.vision.cards import OwnModelCard, open_carded, read_card
from edge.vision.detector import BadModelError, Detector
from edge.vision.own import open_own, own_from
from edge.vision.session import ModelSession

OWN, BACKGROUND = Path("own"), Path("background")
"""Instead of a file: the model that is shipped, and none at all."""


Fits = Callable[[tuple[int, ...], tuple[int, ...]], bool]
Public = type[yolox.YoloxDetector] | type[nanodet.NanoDetDetector] | type[fastestdet.FastestDetDetector]

LAYOUTS: dict[str, tuple[Fits, Public]] = {
    "YOLOX": (yolox.fits, yolox.YoloxDetector),
    "NanoDet": (nanodet.fits, nanodet.NanoDetDetector),
    "FastestDet": (fastestdet.fits, fastestdet.FastestDetDetector),
}


def open_detector(model: Path | None, fps: float, core_looks: float = 0.0) -> Detector:
    """The detector for a model file or its card; `fps` is how many pictures a second it will see.

    `core_looks`: how many its core has promised to look at each second (see sizes.py).
    Raises BadModelError with the reason.
    """
    if model is None or model == BACKGROUND:
        return BackgroundDetector(fps)
    if model == OWN:
        return open_own(fps, core_looks=core_looks)
    card = model.with_suffix(".json")
    return _by_card(card, model, fps, core_looks) if card.is_file() or model == card else _by_shapes(model)


def _by_card(path: Path, model: Path, fps: float, core_looks: float) -> Detector:
    card = read_card(path)
    if model not in (path, path.parent / card.file):
        raise BadModelError(f"{path} is the card of {card.file}, not of {model.name}")
    if isinstance(card, OwnModelCard):
        return own_from(card, path.parent, fps, core_looks)
    fits, kind = LAYOUTS[card.layout]
    if not fits(card.input, card.output):
        raise BadModelError(f"{path}: no {card.layout} takes {card.input} and gives {card.output}")
    detector = kind(open_carded(card, path.parent), card.least, card.overlap)
    detector.name, detector.sure = card.name, card.sure
    return detector


def _by_shapes(model: Path) -> Detector:
    session = ModelSession(model)
    for fits, kind in LAYOUTS.values():
        if fits(session.input_shape, session.output_shape):
            return kind(session)
    raise BadModelError(
        f"{model} takes {session.input_shape} and gives {session.output_shape}; that is neither {' nor '.join(LAYOUTS)}"
    )
