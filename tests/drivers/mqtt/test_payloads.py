import contextlib
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.base import PriceRow
from drivers.mqtt.payloads import (
    MAX_INTEGER,
    MAX_PAYLOAD,
    MAX_ROWS,
    Birth,
    Death,
    UnreadableError,
    device_of,
    read_event,
    read_state,
    write_prices,
    write_receipt,
)

EVENT = {"epoch": 5, "seq": 1, "at": 0, "kind": "sale", "body": {}}
BIRTH = {
    "state": "online",
    "session": 3,
    "epoch": 5,
    "kind": "till",
    "name": "Blagajna 1",
    "firmware": "2",
    "seq": 9,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


def test_an_event_is_read_and_unknown_keys_are_left_alone() -> None:
    words = read_event(json.dumps(EVENT | {"body": {"a": [1]}, "later": "more"}).encode())
    assert (words.epoch, words.seq, words.at, words.kind, words.body) == (5, 1, 0, "sale", {"a": [1]})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"epoch": 0}, "epoch"),
        ({"epoch": MAX_INTEGER + 1}, "epoch"),
        ({"seq": 0}, "seq"),
        ({"seq": 1.0}, "seq"),
        ({"seq": True}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"at": -1}, "at"),
        ({"kind": "Sale!"}, "kind"),
        ({"kind": "a" * 41}, "kind"),
        ({"kind": ["sale"]}, "kind"),
        ({"body": []}, "body"),
        ({"body": None}, "body"),
    ],
)
def test_an_event_that_breaks_the_contract_is_refused_by_the_word_that_breaks_it(
    change: dict[str, object], word: str
) -> None:
    with pytest.raises(UnreadableError, match=word):
        read_event(json.dumps(EVENT | change).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"name": "x" * 81},
        {"name": "a\u202eb"},
        {"name": "line\nbreak"},
        {"name": 7},
        {"firmware": "x" * 41},
        {"session": -1},
        {"session": None},
        {"epoch": 0},
        {"state": "ONLINE"},
        {"state": ["online"]},
        {"kind": ""},
    ],
)
def test_a_malicious_birth_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UnreadableError):
        read_state(json.dumps(BIRTH | change).encode())


def test_birth_and_will_are_read() -> None:
    assert read_state(json.dumps(BIRTH).encode()) == Birth(3, 5, "till", "Blagajna 1", "2", 9)
    assert read_state(b'{"state":"offline","session":3}') == Death(3)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 40_000)
@example(b"{" * (MAX_PAYLOAD + 1))
@example(b'{"state":"\\ud800"}')
@example(b'{"epoch":1e400}')
def test_any_bytes_are_read_or_refused_and_nothing_else(payload: bytes) -> None:
    for read in (read_event, read_state):
        with contextlib.suppress(UnreadableError):
            read(payload)


@settings(max_examples=100, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(EVENT, JSON)) | st.fixed_dictionaries(dict.fromkeys(BIRTH, JSON)))
def test_the_right_keys_with_any_values_are_read_or_refused(words: dict[str, object]) -> None:
    for read in (read_event, read_state):
        with contextlib.suppress(UnreadableError):
            read(json.dumps(words).encode())


@pytest.mark.parametrize("topic", ["", "aisle/1/s/Till/event", "aisle/1/s//event", "aisle/1/s/a/b/event", "x"])
def test_a_topic_without_a_device_is_refused(topic: str) -> None:
    with pytest.raises(UnreadableError):
        device_of(topic)


def test_a_topic_names_its_device() -> None:
    assert device_of("aisle/1/0204/till-1/event") == "till-1"


ROWS = st.builds(
    PriceRow,
    item=st.from_regex(r"[0-9]{14}", fullmatch=True),
    version=st.integers(0, MAX_INTEGER),
    name=st.text(st.characters(codec="utf-8"), min_size=1, max_size=120),
    minor=st.integers(0, 10**12),
    currency=st.just("EUR"),
    per=st.sampled_from(["each", "kg"]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(ROWS, max_size=8), st.integers(1, 120))
def test_prices_arrive_whole_in_order_and_within_the_limits(rows: list[PriceRow], times: int) -> None:
    messages = list(write_prices(rows * times))
    heard = [row for message in messages for row in json.loads(message)["rows"]]
    assert [PriceRow(**row) for row in heard] == rows * times
    assert all(1 <= len(json.loads(message)["rows"]) <= MAX_ROWS for message in messages)
    assert all(len(message) <= MAX_PAYLOAD for message in messages)


def test_long_names_make_more_messages_not_larger_ones() -> None:
    rows = [PriceRow(f"{n:014}", 1, "茶" * 120, 1, "EUR", "each") for n in range(MAX_ROWS)]
    sizes = [len(message) for message in write_prices(rows)]
    assert len(sizes) == 2
    assert max(sizes) <= MAX_PAYLOAD


def test_a_receipt_is_json() -> None:
    assert json.loads(write_receipt(MAX_INTEGER, 7)) == {"epoch": MAX_INTEGER, "seq": 7}
