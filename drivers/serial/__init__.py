"""Scales, scanners and receipt printers on serial lines, sockets and RFC 2217 device servers.

`SerialDriver` is the driver. Each family has a folder: `frames` (or `labels`, `status`) reads and writes bytes, `talk`
knows what is said in which order; neither knows a port. `port` runs talks, one thread for each port.
"""

from drivers.serial.driver import SerialDriver
from drivers.serial.options import SerialOptions

__all__ = ["SerialDriver", "SerialOptions"]
