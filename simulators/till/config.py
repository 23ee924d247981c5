"""Who a till is, where its broker is and where it keeps its journal."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TillConfig:
    """One self-checkout of one store."""

    store: str
    device: str
    host: str
    port: int
    password: str = field(repr=False)
    journal: Path
    name: str = "Self-checkout"
    firmware: str = "sim-1"
    keepalive_s: int = 15
    leases: bool = False
    """Whether it asks for leases, and sells nothing without one."""
