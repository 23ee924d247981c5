"""The till's side of a lease: a plain function of (state, what happened, now). Written from docs/mqtt.md alone.

Times are milliseconds of the till's own monotonic clock. A lease counts from the moment it was asked for.
"""

from dataclasses import dataclass, replace

FIRST_ASK_MS = 1_000
"""How soon to ask again while none is held."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What the till holds. `until`: when its lease ends. `n` and `asked_at`: its newest request."""

    until: int = 0
    length: int = 0
    n: int = 0
    asked_at: int | None = None

    def live(self, now: int) -> bool:
        """Whether the till may sell."""
        return now < self.until


def due(lease: Lease, now: int) -> bool:
    """Whether it is time to ask: at first, and whenever a third of the lease has passed since the last request."""
    if lease.asked_at is None:
        return True
    wait = lease.length // 3 if lease.live(now) else FIRST_ASK_MS
    return now - lease.asked_at >= wait


def ask(lease: Lease, now: int) -> Lease:
    """The till asks now; the request is number `n` of what comes back."""
    return replace(lease, n=lease.n + 1, asked_at=now)


def granted(lease: Lease, n: int, length: int) -> Lease:
    """The gateway grants request `n`. Only the newest counts: an older one would count from a wrong moment."""
    if n != lease.n or lease.asked_at is None:
        return lease
    return replace(lease, until=max(lease.until, lease.asked_at + length), length=length)
