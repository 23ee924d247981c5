"""When the box's clock is trusted, decided from what was vouched for and the clock that never jumps."""

from hypothesis import given
from hypothesis import strategies as st

from edge.clock.trust import (
    UNPROVEN,
    Anchor,
    Doubt,
    Evidence,
    Reading,
    Rules,
    Source,
    Verdict,
    from_office,
    hear,
    judge,
    true_time,
)

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
NOW = 1_800_000_000_000
RULES = Rules(built=NOW - 100 * DAY)
RIGHT = Verdict(Doubt.NONE)


def vouch(source: Source, off: int = 0, at: int = 0, error: int = 100) -> Evidence:
    """At monotonic `at`, somebody says that it is NOW + at + off."""
    return Evidence(source, NOW + at + off, at, error)


def said(*words: Evidence, wall_off: int = 0, floor: int = 0) -> Anchor | None:
    """The anchor after all of these."""
    anchor = None
    for word in words:
        anchor = hear(anchor, word, Reading(NOW + word.monotonic + wall_off, word.monotonic), floor, RULES)
    return anchor


def verdict(anchor: Anchor | None, at: int, off: int = 0, before: Verdict = RIGHT, floor: int = 0) -> Verdict:
    """What is judged at monotonic `at` by a wall clock that is so far ahead."""
    return judge(anchor, Reading(NOW + at + off, at), before, floor, RULES)


def test_a_clock_that_nobody_vouched_for_is_not_trusted() -> None:
    assert verdict(None, 0) == UNPROVEN


def test_a_clock_is_trusted_once_somebody_vouched_for_it() -> None:
    for source in Source:
        assert verdict(said(vouch(source)), HOUR).trusted


def test_a_jump_is_seen_at_once_and_forgiven_when_the_clock_is_set_right() -> None:
    anchor = said(vouch(Source.OFFICE))
    jumped = verdict(anchor, HOUR, off=HOUR)
    assert jumped == Verdict(Doubt.JUMPED, HOUR)
    assert verdict(anchor, HOUR + 1, off=4_000, before=jumped) == Verdict(Doubt.JUMPED, 4_000)  # no fluttering
    assert verdict(anchor, HOUR + 2, before=jumped).trusted


def test_a_clock_that_was_wrong_when_it_was_vouched_for_is_off_and_has_not_jumped() -> None:
    anchor = said(vouch(Source.OFFICE, off=-HOUR))
    assert verdict(anchor, 1, before=UNPROVEN) == Verdict(Doubt.OFF, HOUR)


def test_trust_grows_old() -> None:
    anchor = said(vouch(Source.OFFICE))
    assert verdict(anchor, RULES.stale_ms).trusted
    assert verdict(anchor, RULES.stale_ms + 1).doubt is Doubt.STALE


def test_head_offices_word_weighs_more_than_the_networks_and_a_persons() -> None:
    for source in (Source.NETWORK, Source.PERSON):
        anchor = said(vouch(Source.OFFICE), vouch(source, off=HOUR, at=MINUTE), wall_off=HOUR)
        assert verdict(anchor, MINUTE, off=HOUR, before=UNPROVEN).doubt is Doubt.OFF
        corrected = said(vouch(source, off=HOUR), vouch(Source.OFFICE, at=MINUTE))
        assert verdict(corrected, MINUTE).trusted
    later = RULES.stale_ms + 1
    assert verdict(said(vouch(Source.OFFICE), vouch(Source.NETWORK, off=HOUR, at=later)), later, off=HOUR).trusted


def test_a_time_before_what_is_certainly_past_is_believed_of_head_office_only() -> None:
    floor = NOW + DAY
    assert said(vouch(Source.NETWORK), floor=floor) is None
    assert verdict(None, 0, floor=floor).doubt is Doubt.BEFORE
    assert verdict(said(vouch(Source.OFFICE), floor=floor), 0, floor=floor).trusted
    assert judge(None, Reading(0, 0), RIGHT, 0, RULES).doubt is Doubt.BEFORE
    assert said(vouch(Source.OFFICE, off=-200 * DAY)) is None  # nor can head office be older than this program


def test_a_word_that_is_too_unsure_changes_nothing() -> None:
    assert said(vouch(Source.OFFICE, error=RULES.most_error_ms + 1)) is None


@given(st.integers(0, 10**9), st.integers(0, 1_000), st.integers(0, 2_000), st.integers(0, 2_000))
def test_head_offices_date_never_claims_to_be_surer_than_it_is(sent: int, kept: int, there: int, back: int) -> None:
    """Truth: at `sent` it is NOW; the server dates the answer `there` later, by a date that it has `kept` so long."""
    dated = (NOW + there - kept) // 1000 * 1000
    found = from_office(dated, sent, sent + there + back)
    assert abs(found.true_at - (NOW + there + back)) <= found.error_ms


@given(
    st.lists(st.tuples(st.sampled_from(list(Source)), st.integers(0, 10 * DAY), st.integers(0, 2_500)), max_size=12),
    st.integers(-2 * HOUR, 2 * HOUR),
)
def test_while_nobody_lies_a_clock_is_trusted_only_when_it_is_nearly_right(
    words: list[tuple[Source, int, int]], off: int
) -> None:
    """Every word is as true as it claims to be: then what is trusted is right, and what is right is trusted."""
    anchor = None
    for source, at, error in sorted(words, key=lambda word: word[1]):
        lean = error if at % 2 else -error
        anchor = hear(anchor, Evidence(source, NOW + at + lean, at, error), Reading(NOW + at, at), 0, RULES)
    at = max((at for _, at, _ in words), default=0) + MINUTE
    found = verdict(anchor, at, off=off)
    assert not found.trusted or abs(off) <= RULES.tolerance_ms + RULES.most_error_ms + 11 * DAY // 10_000
    if words and abs(off) <= RULES.tolerance_ms - RULES.most_error_ms:
        assert found.trusted
    if anchor is not None:
        assert abs(true_time(anchor, at) - NOW - at) <= RULES.most_error_ms + 11 * DAY // 10_000
