"""A day as a person reads it: times of day, and only what has to do with the fault."""

import re
from collections.abc import Sequence

from rich.markup import escape

from simulators.storm.schedule import Step
from simulators.storm.stage import Outcome
from simulators.storm.world import Entry

OPENS_AT = 8 * 3_600_000
"""The shop opens at eight; for the eye only."""
_ITEM = re.compile(r"\b\d{14}\b")


def time_of_day(at: int) -> str:
    """Milliseconds since the opening as hh:mm:ss.mmm."""
    seconds, milliseconds = divmod(OPENS_AT + at, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"


def describe(step: Step) -> str:
    """A step of a schedule in one line."""
    fields = {name: getattr(step, name) for name in step.__slots__}
    words = [time_of_day(fields.pop("at")), type(step).__name__]
    for name, value in fields.items():
        shown = time_of_day(value) if name in ("until", "scan_at", "pay_at", "back_at") and value else value
        words.append(f"{name}={shown}")
    return " ".join(words)


def timeline(outcome: Outcome, everything: bool = False) -> list[str]:
    """The record as lines of markup; without `everything`, what speaks of items that the fault does not name is out."""
    items = set(_ITEM.findall(outcome.why))
    entries = outcome.trace if everything or not items else [one for one in outcome.trace if _concerns(one, items)]
    lines = []
    for at, who, what in entries:
        style = "bold red" if who == "judge" else "cyan" if who == "head office" else "yellow" if who == "air" else ""
        text = f"{time_of_day(at)}  {who:<12} {escape(what)}"
        lines.append(f"[{style}]{text}[/{style}]" if style else text)
    return lines


def _concerns(entry: Entry, items: set[str]) -> bool:
    named = set(_ITEM.findall(entry[2]))
    return not named or bool(named & items)


def schedule_lines(schedule: Sequence[Step]) -> list[str]:
    """A schedule, a line for each step."""
    return [escape(describe(step)) for step in schedule]
