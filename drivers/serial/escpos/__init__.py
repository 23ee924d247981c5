"""ESC/POS receipt printers."""

from drivers.serial.escpos.layout import OddTextError, write_receipt
from drivers.serial.escpos.talk import EscPos

__all__ = ["EscPos", "OddTextError", "write_receipt"]
