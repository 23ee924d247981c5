"""The lines between gateway, tills and head office: what is sent may be lost, doubled, late or overtaken."""

from collections.abc import Callable
from typing import Any

from simulators.storm.schedule import Weather
from simulators.storm.world import World

_EVERYDAY = Weather(0, 0, "", drop=0.01, twice=0.02, late=0.05, late_ms=3_000)
_CALM = Weather(0, 0, "", drop=0, twice=0, late=0, late_ms=0)


class Air:
    """All lines. A line is called after the far end: a till, or head office."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._dice = world.dice("air")
        self._weather: dict[str, list[Weather]] = {}
        self._cut: dict[str, int] = {}
        self._calm = False

    def change(self, weather: Weather, begins: bool) -> None:
        """Weather comes up, or is over."""
        now = self._weather.setdefault(weather.line, [])
        if begins:
            now.append(weather)
        elif weather in now:
            now.remove(weather)

    def cut(self, line: str) -> None:
        """Cut a line. What is on its way is lost."""
        self._cut[line] = self._cut.get(line, 0) + 1

    def heal(self, line: str) -> bool:
        """Mend a cut; returns whether the line stands again."""
        self._cut[line] = max(0, self._cut.get(line, 0) - 1)
        return not self._cut[line]

    def stands(self, line: str) -> bool:
        """Whether the line is not cut."""
        return not self._cut.get(line)

    def calm_down(self) -> None:
        """From now on nothing is lost or late."""
        self._calm = True
        self._cut.clear()

    def carry(self, line: str, deliver: Callable[..., None], *args: Any, sure: bool = False) -> None:
        """Carry a message. `sure`: as on a connection that stands, once and soon, unless the line is cut."""
        world, dice = self._world, self._dice
        if self._cut.get(line):
            world.reach("message into a cut line")
            return
        raging = self._weather.get(line)
        weather = _CALM if self._calm else raging[-1] if raging else _EVERYDAY
        copies = 1
        if not sure and not self._calm:
            draw = dice.random()
            if draw < weather.drop:
                world.reach("message dropped")
                return
            if draw < weather.drop + weather.twice:
                world.reach("message doubled")
                copies = 2
        for _ in range(copies):
            delay = dice.randrange(4, 60)
            if not sure and weather.late and dice.random() < weather.late:
                delay += dice.randrange(weather.late_ms)
                world.reach("message delayed")
            world.after(delay, self._arrive, line, deliver, args)

    def _arrive(self, line: str, deliver: Callable[..., None], args: tuple[Any, ...]) -> None:
        if self._cut.get(line):
            self._world.reach("message lost in a cut")
            return
        deliver(*args)
