"""Playing days: what a process sets up once, and how each day ended."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cloud_sync.contract.item import internal_item
from simulators.storm.codec import gateway_words
from simulators.storm.day import Day
from simulators.storm.office import OfficeFile
from simulators.storm.parts import Parts
from simulators.storm.schedule import GRACE_MS, ITEMS, Step, make_schedule
from simulators.storm.verdict import judge_the_end
from simulators.storm.world import OPENING, Entry, Violation, World

ITEM_CODES = tuple(internal_item(str(1001 + number)) for number in ITEMS)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a day ended. `rule` is "" when every invariant held."""

    seed: int
    rule: str
    why: str
    at: int
    trace: list[Entry]
    reached: Counter[str]
    lines_sold: int
    digest: str
    """SHA-256 of all that happened: the same seed gives the same, byte for byte."""

    @property
    def held(self) -> bool:
        """Whether every invariant held."""
        return not self.rule


class Stage:
    """What many days of one process share. `grace_ms`: the window that the shop keeps."""

    def __init__(self, grace_ms: int = GRACE_MS) -> None:
        self._office = OfficeFile()
        key = self._office.signer.public_key
        self._parts = Parts(gateway_words(), ITEM_CODES, {key.keyid: key.keyval["public"]}, grace_ms)

    def close(self) -> None:
        """Close what is open."""
        self._parts.close()
        self._office.close()

    def play(self, seed: int, schedule: Sequence[Step] | None = None) -> Outcome:
        """Play the day of a seed, or another schedule with the same dice."""
        world = World(seed)
        office = self._office.begin(lambda: OPENING + world.now)
        day = Day(office, self._parts, world, make_schedule(seed) if schedule is None else schedule)
        rule = why = ""
        try:
            day.play()
            judge_the_end(day)
        except Violation as found:
            rule, why = found.rule, found.why
            world.say("judge", f"{rule}: {why}")
        except Exception as error:  # noqa: BLE001  a fault that no kill explains is a finding like any other
            rule, why = "crash", f"{type(error).__name__}: {error}"
            world.say("judge", f"the gateway fell over: {why}")
        finally:
            day.gateway.close()
        digest = hashlib.sha256()
        for entry in world.trace:
            digest.update(repr(entry).encode())
        digest.update(repr(sorted(world.reached.items())).encode())
        return Outcome(seed, rule, why, world.now, world.trace, world.reached, day.judge.lines_sold, digest.hexdigest())


def hunt(stage: Stage, seeds: int, first: int = 1) -> Outcome | None:
    """The first day of so many on which an invariant breaks; None when all held."""
    for seed in range(first, first + seeds):
        outcome = stage.play(seed)
        if not outcome.held:
            return outcome
    return None
