"""What a benchmark says: a figure of ours, a peer's measured in the same run, and the ratio that we promised."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Say = Callable[[str], None]
"""Tells whoever waits what is being measured now."""

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `unit` is that of `ours` and `peer`; `ratio` is ours to the peer's in the median round."""

    name: str
    ours: float
    unit: str
    peer: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""


def compared(
    name: str,
    unit: str,
    rounds: list[tuple[float, float]],
    against: str,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Figure:
    """The median over rounds of (ours, peer), each pair measured one right after the other.

    `against` names the peer; `least` or `most` is what the ratio has to reach or may not exceed.
    """
    ratio = median(ours / peer for ours, peer in rounds)
    target, met = "", None
    if least is not None:
        target, met = f"ratio ≥ {least:g}", ratio >= least
    if most is not None:
        target, met = f"ratio ≤ {most:g}", ratio <= most
    spread = ", ".join(f"{ours / peer:.2f}" for ours, peer in rounds)
    ours, peer = median(ours for ours, _ in rounds), median(peer for _, peer in rounds)
    return Figure(name, ours, unit, peer, ratio, target, met, f"against {against}; rounds {spread}")
