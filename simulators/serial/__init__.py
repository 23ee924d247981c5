"""Scales, a scanner and a printer as byte peers: on pseudo-terminals, TCP sockets and RFC 2217, with faults on demand.

Written from the protocol facts alone. A `Machine` knows a protocol and the truth about its pan or paper; a peer puts
it on a line and can pull the plug.
"""

from simulators.serial.cas import CasIndicator, CasScale
from simulators.serial.combo import ScannerScale
from simulators.serial.dialog import DialogScale
from simulators.serial.machine import Faults, Machine
from simulators.serial.nci import NciScale
from simulators.serial.pan import Pan
from simulators.serial.peer import Peer
from simulators.serial.printer import PrintedReceipt, Printer
from simulators.serial.scanner import Scanner
from simulators.serial.toledo import ToledoScale
from simulators.serial.ways import NetworkPeer, TelnetPeer, TerminalPeer

__all__ = [
    "CasIndicator",
    "CasScale",
    "DialogScale",
    "Faults",
    "Machine",
    "NciScale",
    "NetworkPeer",
    "Pan",
    "Peer",
    "PrintedReceipt",
    "Printer",
    "Scanner",
    "ScannerScale",
    "TelnetPeer",
    "TerminalPeer",
    "ToledoScale",
]
