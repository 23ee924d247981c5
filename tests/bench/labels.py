"""How many labels one core draws, beside what its two parts do alone. Run: python -m tests.bench.labels"""

import time
from collections.abc import Callable

import cv2
import numpy as np
import zxingcpp

from cloud_sync.contract.item import internal_item
from edge.labels import LabelContent, digital_link, draw
from tests.labels.samples import COMMON, label

COUNT = 4000
_KINDS = ["MLIJEKO", "ČOKOLADA", "SLADOLED", "MASLINOVO ULJE", "PAŠTETA", "KEKS", "TJESTENINA", "ŠEĆER"]
_MAKERS = ["DUKAT", "KRAŠ", "LEDO", "SAN ANTONIO", "GAVRILOVIĆ", "VINDIJA", "PODRAVKA"]


def bench() -> dict[str, float]:
    """Labels per second of one core (CPU time of this thread) at 296 × 128 in three colours, no two alike.

    In the same run what bare text and bare codes take.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        labels = [_label(number) for number in range(COUNT)]
        draw(labels[0], COMMON)
        return {
            "labels_per_s": _rate(lambda number: draw(labels[number], COMMON)),
            "bare_cv2_text_per_s": _rate(lambda number: _bare_text(labels[number])),
            "bare_zxing_qr_per_s": _rate(lambda number: _bare_code(labels[number])),
        }
    finally:
        cv2.setNumThreads(before)


def _label(number: int) -> LabelContent:
    name = f"{_KINDS[number % 8]} {_MAKERS[number % 7]} {number}G"
    minor = 49 + number
    was = minor + 1 + number // 3 if number % 4 == 0 else None
    return label(
        name, minor, item=internal_item(str(number)), version=10**6 + number, unit_minor=minor * 3, was_minor=was
    )


def _rate(draw_one: Callable[[int], object]) -> float:
    start = time.thread_time()
    for number in range(COUNT):
        draw_one(number)
    return round(COUNT / (time.thread_time() - start), 1)


def _bare_text(content: LabelContent) -> None:
    """The label's four texts with OpenCV alone: no fitting, no codes."""
    paper = np.full((128, 296), 255, np.uint8)
    font = cv2.FontFace("sans")
    cv2.putText(paper, content.name, (4, 24), (0,), font, 18, 700)
    cv2.putText(paper, f"{content.minor // 100},{content.minor % 100:02d} €", (4, 100), (0,), font, 48, 700)
    cv2.putText(paper, f"{content.unit_minor} €/L", (4, 122), (0,), font, 12, 700)
    cv2.putText(paper, content.item, (120, 122), (0,), font, 10, 500)


def _bare_code(content: LabelContent) -> None:
    link = digital_link.make(content.domain, content.item, content.version)
    code = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode)
    np.asarray(zxingcpp.write_barcode_to_image(code, scale=2))


if __name__ == "__main__":
    for name, rate in bench().items():
        print(f"{name}: {rate:,.0f}")
