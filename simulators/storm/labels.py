"""Simulated shelf labels: ink that stays, a radio that may not, and a word that may be lost."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from simulators.storm.truth import Judge
from simulators.storm.world import World


class Ended(Enum):
    """How an upload ended, as the gateway's radio sees it."""

    DONE = auto()
    UNREACHABLE = auto()
    ASLEEP = auto()


@dataclass(frozen=True, slots=True)
class Picture:
    """What a label was given: item and version as its code says them, and the prices that are printed."""

    item: str
    version: int
    minor: int
    member: int | None = None


class Label:
    """One label. It takes pictures in the order in which they come, one at a time."""

    def __init__(self, name: str, world: World, judge: Judge) -> None:
        self.name = name
        self.dead = 0
        """How many faults hold it dead at the moment."""
        self.asleep = 0
        self.on_shelf = True
        self.in_hand = False
        self.shows: Picture | None = None
        self.calm = False
        self._world = world
        self._judge = judge
        self._dice = world.dice(name)
        self._busy_until = 0

    def upload(self, picture: Picture, alive: Callable[[], bool], ended: Callable[[Ended], None]) -> None:
        """Take a picture over the air. `alive`: whether the gateway's end of the connection is still there."""
        world, dice = self._world, self._dice
        if self.dead or not (self.on_shelf or self.in_hand):
            world.after(15_000, ended, Ended.UNREACHABLE)
        elif self.asleep and not self.calm:
            world.reach("label asleep")
            world.after(2_000, ended, Ended.ASLEEP)
        elif world.now < self._busy_until:
            world.after(3_000, ended, Ended.UNREACHABLE)
        else:
            took = dice.randrange(1_500, 12_000)
            self._busy_until = world.now + took
            world.after(took, self._has_it, picture, alive, ended)

    def _has_it(self, picture: Picture, alive: Callable[[], bool], ended: Callable[[Ended], None]) -> None:
        world, draw = self._world, 1.0 if self.calm else self._dice.random()
        if self.dead or not (self.on_shelf or self.in_hand) or not alive() or draw < 0.04:
            world.reach("upload broke off")
            ended(Ended.UNREACHABLE)
        elif draw < 0.10:
            world.reach("label's word lost")
            self._show(picture)
            world.after(4_000, ended, Ended.UNREACHABLE)
        elif draw < 0.15:
            late = self._dice.randrange(1_000, 40_000)
            world.reach("label drew late, its word lost")
            self._busy_until = world.now + late
            world.after(late, self._show, picture)
            world.after(1_000, ended, Ended.UNREACHABLE)
        else:
            self._show(picture)
            world.after(0 if self.calm else self._dice.randrange(1, 400), ended, Ended.DONE)

    def _show(self, picture: Picture) -> None:
        if (self.on_shelf or self.in_hand) and not self.dead:
            self.shows = picture
            self.on_shelf, self.in_hand = True, False
            members = "" if picture.member is None else f", {picture.member} for members,"
            what = f"shows {picture.minor}{members} for {picture.item} (version {picture.version})"
            self._world.say(self.name, what)
            self._judge.shows(self.name, picture.item, picture.version, picture.minor, picture.member)

    def taken_away(self) -> None:
        """A person took it off the shelf; its ink stays as it is."""
        self.on_shelf, self._busy_until = False, 0
        self._world.say(self.name, "is taken off the shelf")
        self._judge.off_the_shelf(self.name)

    def taken_in_hand(self) -> None:
        """A person has it in hand with a fresh battery, and puts it on the shelf once it shows what it should."""
        self.in_hand, self.dead, self.asleep = True, 0, 0
        self._world.say(self.name, "is bound again, in somebody's hand")

    def right_already(self) -> None:
        """The gateway says that it needs no new picture."""
        self._world.reach("label needs no new picture")
        if self.in_hand and self.shows is not None:
            self._show(self.shows)
