"""Making a failing schedule shorter: whatever may be left out while the same invariant still breaks is left out."""

from collections.abc import Callable, Sequence

from simulators.storm.schedule import Push, Shopper, Step, make_schedule
from simulators.storm.stage import Outcome, Stage


def shrink(
    stage: Stage, failed: Outcome, tries: int = 160, progress: Callable[[int, int], None] | None = None
) -> tuple[list[Step], Outcome]:
    """The shortest schedule found within so many tries, and how its day ended. Delta debugging over the list.

    `progress` hears of (tries so far, steps left).
    """
    kept = [step for step in make_schedule(failed.seed) if step.at <= failed.at]
    best, used = failed, 0

    def still_fails(schedule: Sequence[Step]) -> bool:
        nonlocal best, used
        used += 1
        outcome = stage.play(failed.seed, schedule)
        if progress:
            progress(used, len(schedule))
        if outcome.rule != failed.rule:
            return False
        best = outcome
        return True

    for kind in (Shopper, Push):  # the largest crowds first, all at once
        rest = [step for step in kept if not isinstance(step, kind)]
        if len(rest) < len(kept) and used < tries and still_fails(rest):
            kept = rest
    size = max(1, len(kept) // 2)
    while used < tries:
        start = shorter = 0
        while start < len(kept) and used < tries:
            rest = kept[:start] + kept[start + size :]
            if rest and still_fails(rest):
                kept, shorter = rest, 1
            else:
                start += size
        if size == 1 and not shorter:
            break
        size = max(1, size // 2)
    return kept, best
