"""Weights to the files that are shipped: `python -m edge.vision.training.export WEIGHTS.pt FOLDER/people.onnx`."""

import argparse
import hashlib
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from edge.vision.cards import OwnModelCard
from edge.vision.session import COLUMNS, ROWS
from edge.vision.sizes import Size
from edge.vision.training.network import INPUT, MOST, PersonNet, Shipped
from edge.vision.training.pool import draw_samples
from edge.vision.training.quantize import quantize

SMALLER: tuple[Size, ...] = (
    (416, 544), (384, 512), (352, 480), (352, 448), (320, 448), (320, 416), (288, 416), (288, 384),
    (256, 384), (256, 352), (256, 320), (224, 320),
)  # fmt: skip
"""What a busy core may show it instead (see `edge.vision.sizes`): of about the same shape, ever smaller."""


CALIBRATING = 9900
"""The seed of what is drawn to see how large numbers become: nothing else is drawn with it."""


def export(weights: Path, out: Path, seen: int = 100) -> None:
    """Write the ONNX file: in bytes, peaks are kept and boxes decoded inside the graph, for pictures of any size.

    `seen`: how many drawn pictures it is shown to learn the range of every number in it.
    """
    shown = (np.stack([one.picture, one.background])[None] for one in draw_samples(CALIBRATING, seen))
    with TemporaryDirectory() as folder:
        floats = Path(folder) / "floats.onnx"
        _export_floats(weights, floats)
        quantize(floats, out, shown)


def _export_floats(weights: Path, out: Path) -> None:
    net = PersonNet()
    net.load_state_dict(torch.load(weights, weights_only=True, map_location="cpu"))
    pictures = torch.zeros(1, 2, *INPUT, dtype=torch.uint8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter that needs no further package calls itself old
        torch.onnx.export(
            Shipped(net).eval(), (pictures,), str(out), dynamo=False, opset_version=17,
            input_names=["pictures"], output_names=["people"], dynamic_axes={"pictures": {2: ROWS, 3: COLUMNS}},
        )  # fmt: skip


def write_card(model: Path, least: float, sure: float, overlap: float) -> None:
    """Write the card beside a model file: what it takes and gives, its thresholds and its hash."""
    card = OwnModelCard(
        name="own",
        file=model.name,
        sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        layout="picture and background to peaks",
        input=(1, 2, *INPUT),
        output=(1, 5, MOST),
        smaller=SMALLER,
        least=least,
        sure=sure,
        overlap=overlap,
        learn_s=10,
        learn_at_most=8,
    )
    model.with_suffix(".json").write_text(card.model_dump_json(indent=2) + "\n")


def main() -> None:
    """Read the command line, export, and write the card."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("weights", type=Path)
    ask.add_argument("out", type=Path)
    ask.add_argument("--least", type=float, default=0.2)
    ask.add_argument("--sure", type=float, default=0.4)
    ask.add_argument("--overlap", type=float, default=0.55)
    given = ask.parse_args()
    export(given.weights, given.out)
    write_card(given.out, given.least, given.sure, given.overlap)


if __name__ == "__main__":
    main()
