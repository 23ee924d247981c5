"""A made-up past: whoever knows of a deed says when it was, and all of them are done in the order of time."""

from collections.abc import Callable
from operator import itemgetter

from tests.console.floor import Floor


class Past:
    """What happened before `now`. `meanwhile(at)` catches up with what goes on all the time."""

    def __init__(self, floor: Floor, now: int, meanwhile: Callable[[int], None]) -> None:
        self.floor, self.now = floor, now
        self._meanwhile = meanwhile
        self._deeds: list[tuple[int, Callable[[], object]]] = []

    def add(self, ago: int, deed: Callable[[], object]) -> None:
        """Have something done `ago` milliseconds before now; the floor's clock stands there for all of it."""
        self._deeds.append((self.now - ago, deed))

    def play(self) -> None:
        """Do everything, the oldest first."""
        for at, deed in sorted(self._deeds, key=itemgetter(0)):
            self._meanwhile(at)
            self.floor.now = at
            deed()
