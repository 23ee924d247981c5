"""QR codes as modules, and how large a panel can show one."""

import numpy as np
import numpy.typing as npt
import zxingcpp

QUIET = 4
"""Empty modules around a code (ISO/IEC 18004)."""
SMALLEST_MODULE = 2
"""Pixels; e-paper of 112 dpi makes this 0.45 mm, about the least that a phone reads at arm's length."""


def modules(text: str) -> npt.NDArray[np.uint8]:
    """The code as (n, n), 0 for a dark module and 255 for a light one, without a quiet zone.

    The smallest code that holds the text, with the strongest error correction that this size has room for.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False))


def module_size(count: int, width: int, height: int) -> int:
    """Pixels per module, so that `count` modules and the quiet zone take up to two fifths of the shorter side,
    or half of it on a tall panel, where the code stands below the price.

    0 when not even the smallest legible module leaves room for a price.
    """
    shorter = min(width, height)
    side = count + 2 * QUIET
    size = max(SMALLEST_MODULE, shorter * (5 if height > width else 4) // 10 // side)
    return size if size * side * 5 <= shorter * 4 else 0
