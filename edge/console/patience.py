"""How long somebody who guesses passwords must wait. Pure: the time comes in as an argument."""

from collections import OrderedDict
from dataclasses import dataclass

FREE_TRIES = 5
LONGEST_MS = 60_000
FORGET_AFTER_MS = 15 * 60_000
MAX_KNOWN = 1_000
"""Names and addresses remembered; the one that was quiet longest is forgotten first."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Failed tries in a row, and when the last was (UTC epoch milliseconds)."""

    failed: int
    at: int

    @property
    def open_at(self) -> int:
        """When the next try is looked at: at once for the first five, then 1, 2, 4 … up to 60 seconds."""
        over = self.failed - FREE_TRIES
        return self.at + (min(LONGEST_MS, 1_000 << min(over, 16)) if over >= 0 else 0)


class Patience:
    """Failed tries per name and per address. A lock-out ends by itself, so nobody can lock a manager out for good."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Tries] = OrderedDict()

    def wait_ms(self, keys: tuple[str, ...], now: int) -> int:
        """How long until a try under these keys is looked at; 0 for now."""
        return max(0, *(tries.open_at - now for tries in self._of(keys, now)))

    def failed(self, keys: tuple[str, ...], now: int) -> None:
        """A try under these keys was wrong."""
        for key, tries in zip(keys, self._of(keys, now), strict=True):
            self._known[key] = Tries(tries.failed + 1, now)
            self._known.move_to_end(key)
        while len(self._known) > MAX_KNOWN:
            self._known.popitem(last=False)

    def worked(self, keys: tuple[str, ...]) -> None:
        """A try under these keys was right."""
        for key in keys:
            self._known.pop(key, None)

    def _of(self, keys: tuple[str, ...], now: int) -> list[Tries]:
        found = (self._known.get(key, Tries(0, 0)) for key in keys)
        return [tries if now - tries.at < FORGET_AFTER_MS else Tries(0, 0) for tries in found]
