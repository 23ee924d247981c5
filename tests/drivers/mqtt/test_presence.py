from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.mqtt import presence as module
from drivers.mqtt.payloads import Birth, Death
from drivers.mqtt.presence import Presence, Verdict


def born(session: int) -> Birth:
    return Birth(session, 5, "till", "", "", 0)


def test_a_will_counts_only_with_its_own_birth() -> None:
    presence = Presence()
    presence.connected()
    assert presence.state("till-1", born(1), retained=False) is Verdict.CAME
    assert presence.state("till-1", born(2), retained=False) is Verdict.CAME
    assert presence.state("till-1", Death(1), retained=False) is Verdict.STALE
    assert presence.state("till-1", Death(2), retained=False) is Verdict.LEFT


def test_a_wiped_device_that_counts_from_one_again_is_not_buried_by_its_old_will() -> None:
    presence = Presence()
    presence.connected()
    presence.state("till-1", born(900), retained=False)
    presence.state("till-1", born(1), retained=False)
    assert presence.state("till-1", Death(900), retained=False) is Verdict.STALE


def test_what_is_retained_is_the_present() -> None:
    presence = Presence()
    presence.connected()
    presence.state("till-1", born(1), retained=False)
    presence.connected()
    assert presence.state("till-1", Death(2), retained=True) is Verdict.LEFT


def test_who_says_nothing_after_our_link_broke_is_missing_once() -> None:
    presence = Presence()
    presence.connected()
    for device in ("till-1", "till-2", "till-3"):
        presence.state(device, born(1), retained=False)
    presence.connected()
    presence.state("till-1", born(2), retained=True)
    presence.spoke("till-2")
    assert presence.missing() == ("till-3",)
    assert presence.missing() == ()


def test_an_event_is_a_sign_of_life_once() -> None:
    presence = Presence()
    presence.connected()
    assert presence.spoke("till-1")
    assert not presence.spoke("till-1")
    assert presence.state("till-1", Death(4), retained=False) is Verdict.LEFT
    assert presence.spoke("till-1")


def test_a_crowd_is_bounded() -> None:
    presence = Presence()
    for number in range(module.MAX_DEVICES):
        presence.state(f"d{number}", born(1), retained=False)
    assert presence.state("one-more", born(1), retained=False) is Verdict.CROWDED
    assert not presence.spoke("one-more")
    assert presence.state("d0", born(2), retained=False) is Verdict.CAME


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3))))
def test_a_device_is_gone_exactly_when_its_last_believed_word_was_a_death(
    steps: list[tuple[bool, int]],
) -> None:
    presence = Presence()
    presence.connected()
    here: int | None = None
    for is_birth, session in steps:
        words = born(session) if is_birth else Death(session)
        verdict = presence.state("till-1", words, retained=False)
        if is_birth:
            assert verdict is Verdict.CAME
            here = session
        elif here is not None and here != session:
            assert verdict is Verdict.STALE
        else:
            assert verdict is Verdict.LEFT
            here = None
