"""Scanners that speak over a serial line, and bursts as a keyboard-like scanner sends them."""

from drivers.serial.scanner.labels import Label, LabelParser
from drivers.serial.scanner.repeats import Repeats

__all__ = ["Label", "LabelParser", "Repeats"]
"""What is built on: labels out of bytes, and the same label read twice at once."""
