"""Whether the box's wall clock can be trusted, decided purely from evidence.

Somebody vouches for a moment: head office in its answers, the network's time by way of the kernel, or a person. From
there the box counts on by its monotonic clock, which never jumps; so at any moment it knows what the wall clock should
say, and how sure that is. A wall clock that says something else was set wrongly or has jumped. While nothing has
vouched, or too long ago, nothing is known and the clock is not trusted either.

Times are milliseconds: `wall` and `true_at` since the UTC epoch, `monotonic` since the machine started.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Source(StrEnum):
    """Who vouches for a moment."""

    OFFICE = "office"
    """Head office, in an answer whose way back and forth was timed."""
    NETWORK = "network"
    """The kernel says that a time server keeps its clock."""
    PERSON = "person"
    """Somebody compared the clock with a right one."""


class Doubt(StrEnum):
    """Why the clock is not trusted."""

    NONE = ""
    UNPROVEN = "unproven"
    """Nothing has vouched for it since the machine started."""
    STALE = "stale"
    """What vouched for it did so too long ago."""
    OFF = "off"
    """It was wrong already when it was vouched for."""
    JUMPED = "jumped"
    """It was right, and has jumped since."""
    BEFORE = "before"
    """It stands before a time that is past for certain."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """At `monotonic` it was `true_at`, give or take `error_ms`."""

    source: Source
    true_at: int
    monotonic: int
    error_ms: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The evidence that is counted on from. `off_then`: how far the wall clock was ahead of it at that moment."""

    by: Evidence
    off_then: int


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks, read at once."""

    wall: int
    monotonic: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`off_ms`: how far the wall clock is ahead of what it should say; 0 when that is not known."""

    doubt: Doubt
    off_ms: int = 0

    @property
    def trusted(self) -> bool:
        """Whether the clock may be relied upon."""
        return self.doubt is Doubt.NONE


@dataclass(frozen=True, slots=True)
class Rules:
    """`built`: this program did not exist before."""

    tolerance_ms: int = 5_000
    stale_ms: int = 7 * 86_400_000
    drift_per_million: int = 100
    most_error_ms: int = 2_500
    """Evidence that is less sure than this is not used."""
    built: int = 0


UNPROVEN = Verdict(Doubt.UNPROVEN)
_RANK = {Source.PERSON: 0, Source.NETWORK: 0, Source.OFFICE: 1}
"""Head office's word is signed for by its certificate; a time server's and a passer-by's are not."""


def hear(anchor: Anchor | None, evidence: Evidence, reading: Reading, floor: int, rules: Rules) -> Anchor | None:
    """The anchor after somebody vouched for a moment.

    `floor`: a time that is past for certain. Nobody but head office may say that it is earlier, and nobody may
    contradict what head office said not long ago but head office.
    """
    if evidence.error_ms > rules.most_error_ms:
        return anchor
    now_true = evidence.true_at + reading.monotonic - evidence.monotonic
    if now_true < rules.built or (evidence.source is not Source.OFFICE and now_true < floor):
        return anchor
    fresh = Anchor(evidence, reading.wall - now_true)
    if anchor is None or _age(anchor, evidence.monotonic) > rules.stale_ms:
        return fresh
    expected, doubtful = true_time(anchor, evidence.monotonic), error(anchor, evidence.monotonic, rules)
    if abs(evidence.true_at - expected) > rules.tolerance_ms + doubtful:
        return fresh if _RANK[evidence.source] >= _RANK[anchor.by.source] else anchor
    weightier = max(evidence.source, anchor.by.source, key=_RANK.__getitem__)
    kept = evidence if evidence.error_ms <= doubtful else replace(evidence, true_at=expected, error_ms=doubtful)
    return Anchor(replace(kept, source=weightier), reading.wall - now_true)


def judge(anchor: Anchor | None, reading: Reading, before: Verdict, floor: int, rules: Rules) -> Verdict:
    """Whether the wall clock can be trusted now. `before`: what was judged last, so that it does not flutter."""
    if reading.wall < rules.built:
        return Verdict(Doubt.BEFORE)
    if anchor is None:
        return Verdict(Doubt.BEFORE) if reading.wall < floor else UNPROVEN
    if _age(anchor, reading.monotonic) > rules.stale_ms:
        return Verdict(Doubt.STALE)
    off = reading.wall - true_time(anchor, reading.monotonic)
    allowed = rules.tolerance_ms if before.trusted else rules.tolerance_ms // 2
    drift = _drift(anchor, reading.monotonic, rules)
    if abs(off) <= allowed + drift:
        return Verdict(Doubt.NONE)
    since = abs(off - anchor.off_then)
    doubt = Doubt.JUMPED if since > rules.tolerance_ms + drift or before.doubt is Doubt.JUMPED else Doubt.OFF
    known = before.off_ms if before.doubt is doubt and abs(off - before.off_ms) <= rules.tolerance_ms else off
    return Verdict(doubt, known)


def true_time(anchor: Anchor, monotonic: int) -> int:
    """What a right clock says at a reading of the monotonic one."""
    return anchor.by.true_at + monotonic - anchor.by.monotonic


def error(anchor: Anchor, monotonic: int, rules: Rules) -> int:
    """How far `true_time` may be from the truth."""
    return anchor.by.error_ms + _drift(anchor, monotonic, rules)


def from_office(date_ms: int, sent: int, heard: int) -> Evidence:
    """Head office dated its answer; `sent` and `heard` are monotonic times of the question and the answer.

    The date is cut to the second and may have been kept for another one by the server; the answer was dated at some
    moment between the two. (HTTP dates: RFC 9110, section 5.6.7.)
    """
    spread = 2_000 + max(0, heard - sent)
    return Evidence(Source.OFFICE, date_ms + spread // 2, heard, spread // 2)


def _age(anchor: Anchor, monotonic: int) -> int:
    return max(0, monotonic - anchor.by.monotonic)


def _drift(anchor: Anchor, monotonic: int, rules: Rules) -> int:
    return _age(anchor, monotonic) * rules.drift_per_million // 1_000_000
