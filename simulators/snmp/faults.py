"""What may go wrong with an agent, on demand. Change it while the agent runs."""

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """Everything off is a good agent."""

    silent: bool = False
    """Hears and never answers."""
    slow_ms: int = 0
    drop_every: int = 0
    """Loses every n-th answer."""
    flood: int = 0
    """Sends this many junk datagrams after each answer."""
    garbage: bool = False
    """Answers with bytes that are no SNMP."""
    wrong_id: bool = False
    """Answers a request that nobody made."""
    wrong_types: bool = False
    """Every value is text."""
    endless: bool = False
    """A walk never comes to an end: names go round in a circle."""
    huge: bool = False
    """Every text is as long as a datagram bears."""
