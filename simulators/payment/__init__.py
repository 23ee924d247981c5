"""Payment terminals as byte peers, and the bank behind them that knows the truth.
Written from the protocol facts alone.
"""

from simulators.payment.bank import Bank, Charge
from simulators.payment.faults import Fault, Kind
from simulators.payment.nexo_server import NexoServer
from simulators.payment.nexo_terminal import NexoTerminal
from simulators.payment.zvt_server import ZvtPort, ZvtServer
from simulators.payment.zvt_terminal import Habits, ZvtTerminal

__all__ = [
    "Bank",
    "Charge",
    "Fault",
    "Habits",
    "Kind",
    "NexoServer",
    "NexoTerminal",
    "ZvtPort",
    "ZvtServer",
    "ZvtTerminal",
]
