"""The upload machine: the documented conversation, and labels that do not keep to it."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ble.gicisky.pixels import Wire
from drivers.ble.gicisky.upload import Upload, Where, Write, begin, heard
from drivers.errors import Misspoke
from simulators.ble.firmware import Channel, Faults, HangUp, Say, Show, State, react

DEVICE = "ble-ffff92000001"
DATA = bytes(range(250)) * 2
"""Three parts: 240, 240 and 20 bytes."""


def talk(wire: Wire, said: Iterable[bytes]) -> tuple[Upload, list[Write]]:
    state, writes = begin(DEVICE, wire)
    sent = list(writes)
    for words in said:
        state, writes = heard(state, words)
        sent += writes
    return state, sent


def want(part: int) -> bytes:
    return b"\x05\x00" + part.to_bytes(4, "little")


OPENING = (b"\x01\xf4\x00", b"\x02\x00")


def test_the_documented_conversation() -> None:
    state, sent = talk(Wire(DATA), (*OPENING, want(0), want(1), want(2), b"\x05\x08"))
    assert state.complete
    assert [(write.where, write.data) for write in sent] == [
        (Where.COMMAND, b"\x01"),
        (Where.COMMAND, b"\x02\xf4\x01\x00\x00\x00\x00\x00"),
        (Where.COMMAND, b"\x03"),
        (Where.IMAGE, b"\x00\x00\x00\x00" + DATA[:240]),
        (Where.IMAGE, b"\x01\x00\x00\x00" + DATA[240:480]),
        (Where.IMAGE, b"\x02\x00\x00\x00" + DATA[480:]),
    ]


def test_framed_pictures_say_so_in_the_length_command() -> None:
    _, sent = talk(Wire(DATA, framed=True), OPENING)
    assert sent[1].data == b"\x02\xf4\x01\x00\x00\x01"


def test_a_smaller_block_size_is_kept_to() -> None:
    _, sent = talk(Wire(DATA), (b"\x01\x68\x00", b"\x02\x00", want(4)))
    assert sent[-1].data == b"\x04\x00\x00\x00" + DATA[400:]


def test_a_repeated_request_is_answered_with_the_same_part() -> None:
    state, sent = talk(Wire(DATA), (*OPENING, want(0), want(0), want(1), want(2), b"\x05\x08"))
    assert sent[3] == sent[4]
    assert state.complete


def test_the_third_request_for_one_part_ends_the_upload() -> None:
    with pytest.raises(Misspoke, match="part 1 3 times"):
        talk(Wire(DATA), (*OPENING, want(0), want(1), want(1), want(1)))


def test_a_request_past_the_end_means_complete() -> None:
    state, _ = talk(Wire(DATA), (*OPENING, want(0), want(1), want(2), want(3)))
    assert state.complete


@pytest.mark.parametrize("end", [b"\x05\x08", want(3), want(0xFFFFFFFF)])
def test_a_label_that_claims_to_have_what_it_never_got_is_not_believed(end: bytes) -> None:
    with pytest.raises(Misspoke, match="never sent"):
        talk(Wire(DATA), (*OPENING, want(0), want(2), end))


@pytest.mark.parametrize(
    "said",
    [
        (b"",),
        (b"\x01",),
        (b"\x01\xf4",),
        (b"\x01\x05\x00",),
        (b"\x02\x00",),
        (OPENING[0], b"\x02\x01"),
        (*OPENING, b"\x05\x00\x00\x00\x00"),
        (*OPENING, b"\x05\x07\x00\x00\x00\x00"),
        (*OPENING, b"garbage"),
    ],
)
def test_garbage_is_misspoken_and_names_the_device_and_the_bytes(said: tuple[bytes, ...]) -> None:
    with pytest.raises(Misspoke) as caught:
        talk(Wire(DATA), said)
    assert caught.value.device == DEVICE
    assert caught.value.said == said[-1]


plausible = st.one_of(
    st.sampled_from((*OPENING, b"\x05\x08")),
    st.integers(0, 4).map(want),
    st.binary(max_size=8),
    st.tuples(st.sampled_from((b"\x01", b"\x02", b"\x05\x00")), st.binary(max_size=6)).map(b"".join),
)


@settings(max_examples=200)
@given(st.lists(plausible, max_size=30))
def test_no_label_can_do_more_than_misspeak(said: list[bytes]) -> None:
    state, writes = begin(DEVICE, Wire(DATA))
    sent = list(writes)
    try:
        for words in (*OPENING, *said):
            state, writes = heard(state, words)
            sent += writes
    except Misspoke:
        pass
    blocks = [write.data for write in sent if write.where is Where.IMAGE]
    assert all(len(write.data) <= 244 for write in sent)
    assert len(blocks) <= 2 * 3
    if state.complete:
        parts = {block[:4]: block[4:] for block in blocks}
        assert b"".join(parts[key] for key in sorted(parts)) == DATA


faults = st.builds(
    Faults,
    mute=st.sampled_from((False, False, False, True)),
    drop_after_parts=st.none() | st.integers(1, 4),
    repeat_part=st.none() | st.integers(0, 4),
    repeats=st.integers(1, 4),
    garbage=st.none() | st.binary(max_size=8),
    garbage_after_parts=st.integers(1, 4),
    never_completes=st.booleans(),
    ends_by_asking=st.booleans(),
)


@settings(max_examples=200)
@given(st.binary(min_size=1, max_size=900), faults)
def test_driver_and_label_always_come_to_an_end(data: bytes, faults: Faults) -> None:
    """Each ends by itself, or falls silent, which the driver's clock ends; and nobody is told a lie."""
    upload, writes = begin(DEVICE, Wire(data))
    label, shown = State(), []
    parts = -(-len(data) // 240)
    for _ in range(4 + 2 * parts):
        said: list[bytes] = []
        for write in writes:
            channel = Channel.COMMAND if write.where is Where.COMMAND else Channel.IMAGE
            label, reactions = react(label, channel, write.data, faults)
            shown += [reaction.payload for reaction in reactions if isinstance(reaction, Show)]
            if any(isinstance(reaction, HangUp) for reaction in reactions):
                return
            said += [reaction.said for reaction in reactions if isinstance(reaction, Say)]
        if not said:
            break
        try:
            for words in said:
                upload, writes = heard(upload, words)
        except Misspoke:
            return
        if upload.complete:
            break
    else:
        pytest.fail("the conversation went on and on")
    assert not upload.complete or shown == [data]
    if faults == Faults():
        assert upload.complete
