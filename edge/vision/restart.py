"""When to start a camera's worker again: a plain function."""

from dataclasses import dataclass

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
LIVED_WELL_S = 60.0
"""A worker that watched for so long was no failure from the start; the next wait is short again."""


@dataclass(frozen=True, slots=True)
class Restart:
    """Failures in a row, and how long to wait now; None: until a person acts."""

    failures: int = 0
    wait_s: float | None = 0.0


def after_end(state: Restart, watched_s: float, again: bool) -> Restart:
    """The worker ended after watching for `watched_s`; `again`: whether trying again could help."""
    if not again:
        return Restart(0, None)
    failures = 1 if watched_s >= LIVED_WELL_S else state.failures + 1
    return Restart(failures, min(FIRST_WAIT_S * 2.0 ** min(failures - 1, 10), LONGEST_WAIT_S))
