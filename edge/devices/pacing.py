"""Whose turn it is: retry, backoff and fairness for every kind of device, in one place. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field

FIRST_RETRY_MS = 1_000
LONGEST_RETRY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Turn:
    """How a device stands in the queue: the number of its last turn, and not before when it may have another."""

    number: int = 0
    not_before: int = 0
    failures: int = 0
    busy: bool = False


@dataclass(slots=True)
class Pacing:
    """The turns of all devices of one kind. `at_once`: how many may be busy together."""

    at_once: int
    turns: dict[str, Turn] = field(default_factory=dict)
    given: int = 0
    """Turns given so far: unlike a clock, a count is never set back."""

    def next(self, wanting: Iterable[str], now: int) -> list[str]:
        """Which of the devices that want a turn get one now: those whose last one is longest ago.

        A device that keeps failing waits longer each time, so it cannot take the turns of those that work.
        """
        free = self.at_once - sum(turn.busy for turn in self.turns.values())
        ready = []
        for device in wanting:
            turn = self.turns.get(device, Turn())
            wait = turn.not_before - now
            if not turn.busy and not 0 < wait <= LONGEST_RETRY_MS:  # longer: the clock was set back
                ready.append((turn.number, device))
        chosen = [device for _, device in sorted(ready)[: max(free, 0)]]
        for device in chosen:
            self.given += 1
            self.turns[device] = Turn(self.given, 0, self.turns.get(device, Turn()).failures, busy=True)
        return chosen

    def worked(self, device: str) -> None:
        """The attempt succeeded."""
        self.turns[device] = Turn(self.turns[device].number)

    def failed(self, device: str, now: int) -> None:
        """The attempt failed: wait twice as long as the last time, up to a minute."""
        turn = self.turns[device]
        wait = min(FIRST_RETRY_MS << min(turn.failures, 10), LONGEST_RETRY_MS)
        self.turns[device] = Turn(turn.number, now + wait, turn.failures + 1)

    def hurry(self, device: str) -> None:
        """The device came to life: what kept it waiting no longer counts."""
        turn = self.turns.get(device)
        if turn and not turn.busy:
            self.turns[device] = Turn(turn.number)
