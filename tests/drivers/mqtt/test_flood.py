"""Who says more than a till has to say is put out, each time for longer; who catches up after days is not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mqtt.flood import AT_ONCE, BESIDE_OTHERS, LONGEST_REST_MS, PER_SECOND, Talk, Verdict, heard

HOUR = 3_600_000


def say(talk: Talk, now: int, count: int) -> tuple[Talk, list[Verdict]]:
    verdicts = []
    for _ in range(count):
        talk, verdict = heard(talk, now)
        verdicts.append(verdict)
    return talk, verdicts


def test_a_till_may_tell_what_it_saved_up() -> None:
    _, verdicts = say(Talk(), 1, AT_ONCE)
    assert set(verdicts) == {Verdict.FINE}


def test_one_that_goes_on_is_out_and_comes_back_and_is_out_for_longer() -> None:
    talk, verdicts = say(Talk(), 1, AT_ONCE + 2)
    assert verdicts[-2:] == [Verdict.TOO_MUCH, Verdict.OUT]
    first = talk.rest_ms
    talk, verdicts = say(talk, 1 + first, AT_ONCE + 1)
    assert verdicts[0] is Verdict.FINE
    assert Verdict.TOO_MUCH in verdicts
    assert talk.rest_ms == 2 * first


def test_while_others_talk_a_till_is_read_no_faster_than_it_should_speak() -> None:
    talk, read = Talk(), 0
    for now in range(0, 10_000, 5):
        talk, verdict = heard(talk, now, lambda: True)
        read += verdict is Verdict.FINE
    assert BESIDE_OTHERS < read < BESIDE_OTHERS + 10 * PER_SECOND + 10
    assert heard(talk, 10_000, lambda: False)[1] is Verdict.FINE


def test_an_hour_of_quiet_is_forgiven() -> None:
    talk, _ = say(Talk(), 1, AT_ONCE + 1)
    talk, _ = say(talk, 2 * HOUR, 1)
    assert talk.floods == 0


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 400)), max_size=60))
def test_no_rest_is_longer_than_the_longest_and_nobody_stays_out(turns: list[tuple[int, int]]) -> None:
    talk, now = Talk(), 0
    for pause, count in turns:
        now += pause
        for _ in range(count):
            talk, _ = heard(talk, now, at_once=100)
        assert talk.out_until <= now + LONGEST_REST_MS
    assert heard(talk, talk.out_until + HOUR, at_once=100)[1] is Verdict.FINE
