"""Which devices are here, decided from births and wills alone. No clock, no socket.

A broker may publish the will of a connection long after the device came back on another one, so a will
counts only for the birth that carries the same session number.
"""

from enum import Enum, auto

from drivers.mqtt.payloads import Birth, Death

MAX_DEVICES = 10_000
"""Devices remembered. Only holders of a password get here, so this bounds a mistake, not a crowd."""


class Verdict(Enum):
    """What one word about a device's state means."""

    CAME = auto()
    LEFT = auto()
    STALE = auto()
    CROWDED = auto()


class Presence:
    """Remembers the session of every device's last birth, and in which connection of ours we heard it."""

    def __init__(self) -> None:
        self._session: dict[str, int | None] = {}
        self._epoch: dict[str, int] = {}
        self._heard: dict[str, int] = {}
        self._connection = 0

    def connected(self) -> None:
        """Our own link to the broker is new: what it says first is the present, what it omits is unknown."""
        self._connection += 1

    def state(self, device: str, words: Birth | Death, *, retained: bool) -> Verdict:
        """A birth always counts; a will if it is retained (that is the present) or its birth is known."""
        match words:
            case Birth():
                if device not in self._session and len(self._session) >= MAX_DEVICES:
                    return Verdict.CROWDED
                self._session[device] = words.session
                self._epoch[device] = words.epoch
                self._heard[device] = self._connection
                return Verdict.CAME
            case Death():
                known = self._session.get(device)
                if known is not None and known != words.session and not retained:
                    return Verdict.STALE
                self._forget(device)
                return Verdict.LEFT

    def epoch(self, device: str) -> int | None:
        """Which journal a device keeps, by its last birth; None for one that is not here, or never said."""
        return self._epoch.get(device)

    def missing(self) -> tuple[str, ...]:
        """Devices that were here before our link broke and have not said a word since. They are forgotten."""
        gone = tuple(device for device, heard in self._heard.items() if heard != self._connection)
        for device in gone:
            self._forget(device)
        return gone

    def spoke(self, device: str) -> bool:
        """A device that sends events is here, whatever the broker forgot to say. True when that is news."""
        news = device not in self._session
        if news:
            if len(self._session) >= MAX_DEVICES:
                return False
            self._session[device] = None
        self._heard[device] = self._connection
        return news

    def _forget(self, device: str) -> None:
        self._session.pop(device, None)
        self._epoch.pop(device, None)
        self._heard.pop(device, None)
