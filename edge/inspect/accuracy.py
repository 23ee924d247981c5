"""From what was found to what is true of the whole shop, with how certain that is. Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

LEVEL = 0.95
_STEPS, _TINY = 300, 1e-300


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen in one stratum of `labels`: for each label that was looked at, whether it has the property.

    None: the label could not be judged (it was not there), so it says nothing of the share among those that can.
    """

    labels: int
    found: tuple[bool | None, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the shop's labels. `low` and `high`: where it lies with a confidence of 95 %."""

    value: Fraction
    low: float
    high: float


def estimate(strata: Sequence[Looked]) -> Share | None:
    """The share of labels with the property, each label weighed by how many it stands for; None when none was judged.

    Unbiased when all that were drawn could be judged; else the ratio of two unbiased sums. The interval is Clopper and
    Pearson's with the effective sample size of Korn and Graubard (1998): honest also when nothing wrong was found.
    """
    seen = [one for one in strata if one.found]
    weights = [Fraction(one.labels, len(one.found)) for one in seen]
    judged = sum((w * sum(f is not None for f in one.found) for w, one in zip(weights, seen, strict=True)), Fraction())
    if not judged:
        return None
    having = sum((w * sum(f is True for f in one.found) for w, one in zip(weights, seen, strict=True)), Fraction())
    share = having / judged
    if all(len(one.found) == one.labels for one in strata):
        return Share(share, float(share), float(share))
    low, high = clopper_pearson(float(share), _effective_size(seen, weights, share, judged))
    return Share(share, low, high)


def _effective_size(seen: Sequence[Looked], weights: Sequence[Fraction], share: Fraction, judged: Fraction) -> float:
    """How large a plain random sample would be as certain as this one; never more than were judged."""
    counts = [sum(f is not None for f in one.found) for one in seen]
    judged_count = sum(counts)
    squares = sum((w * w * n for w, n in zip(weights, counts, strict=True)), Fraction())
    sizes = [float(judged_count), float(judged * judged / squares)]
    variance, known = Fraction(), True
    for one in seen:
        n = len(one.found)
        if n == one.labels:
            continue
        if n == 1:
            known = False
            continue
        rests = [Fraction() if f is None else f - share for f in one.found]
        mean = sum(rests, Fraction()) / n
        spread = sum(((rest - mean) ** 2 for rest in rests), Fraction()) / (n - 1)
        variance += Fraction(one.labels) ** 2 * (1 - Fraction(n, one.labels)) * spread / n
    variance /= judged * judged
    if known and variance:
        sizes[1] = float(share * (1 - share) / variance)
    return max(1.0, min(sizes))


def clopper_pearson(share: float, size: float, level: float = LEVEL) -> tuple[float, float]:
    """The exact interval of a share that was found among `size`, which need not be a whole number."""
    hits, tail = share * size, (1 - level) / 2
    low = 0.0 if share <= 0 else _beta_quantile(tail, hits, size - hits + 1)
    high = 1.0 if share >= 1 else _beta_quantile(1 - tail, hits + 1, size - hits)
    return low, high


def _beta_quantile(at: float, a: float, b: float) -> float:
    return _halve(lambda x: beta_below(x, a, b) < at)


def _halve(below: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


def beta_below(x: float, a: float, b: float) -> float:
    """The chance that a beta variable is below `x`: the regularised incomplete beta function, by its continued fraction
    (DLMF 8.17.22) as Lentz evaluates it.
    """
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_below(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )  # fmt: skip
    value, up, down = 1.0, 1.0, 0.0
    for step in range(_STEPS):
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2 == 0:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        else:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        down = 1 / ((1 + term * down) or _TINY)
        up = (1 + term / up) or _TINY
        value *= up * down
        if abs(1 - up * down) < 1e-13:
            break
    return front * (value - 1) / a
