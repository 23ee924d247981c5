"""What an act of the day showed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Promise:
    """What an act showed, in words, and why it failed; "" when it was kept."""

    words: str
    broken: str = ""
