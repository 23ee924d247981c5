"""A label's own program, byte by byte."""

from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.ble.firmware import Channel, Faults, HangUp, Reaction, Say, Show, State, react

GOOD = Faults()
OPENING = (
    (Channel.COMMAND, b"\x01"),
    (Channel.COMMAND, b"\x02\xf5\x00\x00\x00\x00\x00\x00"),
    (Channel.COMMAND, b"\x03"),
)
"""A picture of 245 bytes: a full part and one of five bytes."""
FIRST = (Channel.IMAGE, bytes(4) + b"a" * 240)
LAST = (Channel.IMAGE, b"\x01\0\0\0" + b"b" * 5)


def talk(*writes: tuple[Channel, bytes], faults: Faults = GOOD) -> list[Reaction]:
    state, out = State(), list[Reaction]()
    for channel, data in writes:
        state, reactions = react(state, channel, data, faults)
        out += reactions
    return out


def test_the_documented_conversation() -> None:
    assert talk(*OPENING, FIRST, LAST) == [
        Say(b"\x01\xf4\x00"),
        Say(b"\x02\x00"),
        Say(b"\x05\x00\0\0\0\0"),
        Say(b"\x05\x00\x01\0\0\0"),
        Show(b"a" * 240 + b"b" * 5, inflate=False),
        Say(b"\x05\x08"),
    ]


def test_a_wrong_part_is_asked_for_again() -> None:
    assert talk(*OPENING, LAST)[-1] == Say(b"\x05\x00\0\0\0\0")


def test_cancel_forgets_the_picture() -> None:
    assert talk(*OPENING, FIRST, (Channel.COMMAND, b"\x04"), LAST) == talk(*OPENING, FIRST)


def test_faults_do_what_they_say() -> None:
    writes = (*OPENING, FIRST, LAST)
    assert talk(*writes, faults=Faults(mute=True)) == [Show(b"a" * 240 + b"b" * 5, inflate=False)]
    assert talk(*OPENING, FIRST, faults=Faults(drop_after_parts=1))[-1] == HangUp()
    assert talk(*OPENING, FIRST, faults=Faults(garbage=b"?"))[-1] == Say(b"?")
    assert talk(*OPENING, FIRST, faults=Faults(repeat_part=0))[-1] == Say(b"\x05\x00\0\0\0\0")
    assert talk(*OPENING, FIRST, FIRST, faults=Faults(repeat_part=0))[-1] == Say(b"\x05\x00\x01\0\0\0")
    assert talk(*writes, faults=Faults(never_completes=True)) == talk(*OPENING, FIRST)
    assert talk(*writes, faults=Faults(ends_by_asking=True))[-1] == Say(b"\x05\x00\x02\0\0\0")
    assert talk(*OPENING, FIRST, faults=Faults(seconds_per_block=2.0))[-1] == Say(b"\x05\x00\x01\0\0\0", 2.0)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(Channel), st.binary(max_size=260)), max_size=20))
def test_no_host_can_upset_it(writes: list[tuple[Channel, bytes]]) -> None:
    for reaction in talk(*OPENING, *writes):
        assert isinstance(reaction, Say | Show)
