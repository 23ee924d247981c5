"""From two surveys of a device: what they mean together. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from drivers.base import Measure, Survey
from edge.network.continuity import FASTEST_BITS, Continuity, judge, per_second

UPTIME = "system.uptime"
_SPEED = re.compile(r"port\.(\d+)\.speed")
MOST_ERRORS = 10_000_000
"""Faulty frames a second that no port of a shop exceeds."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """What a survey comes to: all but raw counters, rates where they can be told, and whether it started anew."""

    measures: tuple[Measure, ...]
    continuity: Continuity


def reckon(before: Survey | None, after: Survey) -> Reckoned:
    """Put rates in the place of counters. `before`: the survey before this one, if there was one."""
    plain = [one for one in after.measures if not one.bits or one.name == UPTIME]
    if before is None:
        return Reckoned(tuple(plain), Continuity.SAME)
    elapsed = after.steady - before.steady
    then = {one.name: one for one in before.measures}
    continuity = _continuity(then, after.measures, elapsed)
    if continuity.unbroken:
        speeds = _speeds(after.measures)
        for one in after.measures:
            if one.bits and one.name != UPTIME and (old := then.get(one.name)) is not None and old.bits == one.bits:
                plain += _rate(old, one, elapsed, speeds)
    return Reckoned(tuple(plain), continuity)


def _continuity(then: dict[str, Measure], now: Iterable[Measure], elapsed: int) -> Continuity:
    ticks = next((one.value for one in now if one.name == UPTIME), None)
    old = then.get(UPTIME)
    if not isinstance(ticks, int) or old is None or not isinstance(old.value, int):
        return Continuity.SAME
    return judge(old.value, ticks, elapsed)


def _speeds(measures: Iterable[Measure]) -> dict[str, int]:
    """Port → bits a second that it can carry."""
    return {
        found[1]: one.value * 1_000_000
        for one in measures
        if (found := _SPEED.fullmatch(one.name)) and isinstance(one.value, int) and one.value > 0
    }


def _rate(old: Measure, new: Measure, elapsed: int, speeds: dict[str, int]) -> list[Measure]:
    """Octets become bits a second; any other counter, figures a second."""
    if not isinstance(old.value, int) or not isinstance(new.value, int):
        return []
    octets = new.unit == "octets"
    most = speeds.get(new.name.split(".")[1], FASTEST_BITS) // 8 * 2 if octets else MOST_ERRORS
    rate = per_second(old.value, new.value, new.bits, elapsed, most)
    if rate is None:
        return []
    return [Measure(f"{new.name}-rate", rate * 8 if octets else rate, "bit/s" if octets else "/s")]
