"""Going on alone: until when this lane may sell, and when to ask anew. Pure; times are of a clock that never jumps."""

from dataclasses import dataclass, replace

ASK_AGAIN_MS = 1_000


@dataclass(frozen=True, slots=True)
class Lease:
    """`n` and `asked`: the newest question. `until`: the end of the lease that is held."""

    n: int = 0
    asked: int | None = None
    until: int | None = None
    length: int = 0

    def holds(self, now: int) -> bool:
        """Whether the lane may sell."""
        return self.until is not None and now < self.until

    def due(self, now: int) -> bool:
        """Whether to ask: a third of the way through a lease, or every second without one."""
        pause = self.length // 3 if self.holds(now) else ASK_AGAIN_MS
        return self.asked is None or now - self.asked >= pause


def ask(lease: Lease, now: int) -> Lease:
    """The question goes out now."""
    return replace(lease, n=lease.n + 1, asked=now)


def granted(lease: Lease, n: int, length: int) -> Lease:
    """An answer came. It counts from the question; an answer to an older question says nothing."""
    if lease.asked is None or n != lease.n:
        return lease
    until = lease.asked + length
    return replace(lease, until=until if lease.until is None else max(lease.until, until), length=length)
