"""Whose turn it is: retry, backoff and fairness for every kind of device, in one place. Pure."""

from collections.abc import Container, Iterable
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
    first: bool = False
    """Whether the turn was given before others that had waited longer."""


@dataclass(slots=True)
class Pacing:
    """The turns of all devices of one kind. `at_once`: how many may be busy together."""

    at_once: int
    turns: dict[str, Turn] = field(default_factory=dict)
    given: int = 0
    """Turns given so far: unlike a clock, a count is never set back."""

    def next(self, wanting: Iterable[str], now: int, first: Container[str] = ()) -> list[str]:
        """Which of the devices that want a turn get one now: those whose last one is longest ago.

        Those in `first` go before the others, but where there is more than one turn, not with all of them. A device
        that keeps failing waits longer each time, so it cannot take the turns of those that work.
        """
        busy = [turn for turn in self.turns.values() if turn.busy]
        free = max(0, self.at_once - len(busy))
        hasty: list[tuple[int, str]] = []
        patient: list[tuple[int, str]] = []
        for device in wanting:
            turn = self.turns.get(device, Turn())
            wait = turn.not_before - now
            if not turn.busy and not 0 < wait <= LONGEST_RETRY_MS:  # longer: the clock was set back
                (hasty if device in first else patient).append((turn.number, device))
        hasty.sort()
        ahead = min(free, max(0, max(1, self.at_once - 1) - sum(turn.first for turn in busy)))
        order = [*hasty[:ahead], *sorted(patient), *hasty[ahead:]]
        chosen = [device for _, device in order[:free]]
        for device in chosen:
            self.given += 1
            failures = self.turns.get(device, Turn()).failures
            self.turns[device] = Turn(self.given, 0, failures, busy=True, first=device in first)
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
