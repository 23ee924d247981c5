"""Labels drawn per second and core, against what their text and their code take alone."""

from statistics import median

from tests.bench.figure import ROUNDS, Figure, Say
from tests.bench.labels import bench

LEAST = 2_000


def labels_drawn(say: Say) -> list[Figure]:
    """296 × 128, three colours, text and QR, no two alike."""
    rounds = []
    for number in range(ROUNDS):
        say(f"labels drawn, round {number + 1} of {ROUNDS}")
        rounds.append(bench())
    ours = median(one["labels_per_s"] for one in rounds)
    parts = [1 / (1 / one["bare_cv2_text_per_s"] + 1 / one["bare_zxing_qr_per_s"]) for one in rounds]
    ratio = median(one["labels_per_s"] / part for one, part in zip(rounds, parts, strict=True))
    note = "against bare OpenCV text and zxing QR"
    return [Figure("labels drawn, one core", ours, "/s", median(parts), ratio, f"≥ {LEAST:,}/s", ours >= LEAST, note)]
