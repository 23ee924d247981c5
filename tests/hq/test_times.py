"""When a push is to be in force: an instant is head office's to reckon, a wall time and an occasion the store's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloud_sync.contract.change import Change, open_change
from cloud_sync.hq.office import HqError
from cloud_sync.hq.push import feed, push
from cloud_sync.hq.times import Start, parse_start
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway
from tests.hq.test_prices import row

ZAGREB = "Europe/Zagreb"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", Start()),
        ("2027-06-03T06:00+02:00", Start(1_811_995_200_000)),
        ("2027-06-03T06:00", Start(1_811_995_200_000, "2027-06-03T06:00:00")),
        ("2026-10-25 02:30", Start(1_792_888_200_000, "2026-10-25T02:30:00")),  # comes twice: the store's to settle
        ("opening", Start(None, "opening")),
        ("opening-day 2027-06-03T00:00", Start(1_811_973_600_000, "opening-day")),
    ],
)
def test_what_an_operator_writes(text: str, start: Start) -> None:
    assert parse_start(text, ZAGREB) == start


@given(st.text(max_size=30))
def test_any_text_is_a_start_or_refused_in_words(text: str) -> None:
    try:
        start = parse_start(text, ZAGREB)
    except HqError:
        return
    assert start.begins is None or start.begins in ("opening", "closing", "opening-day") or "T" in start.begins


def test_the_store_is_told_what_was_written(head_office: HeadOffice, gateway: Gateway) -> None:
    office = head_office.office
    push(office, gateway.store, [row(1)], "anna", begins="closing")
    push(office, gateway.store, [row(2)], "anna", effective_at=office.now() + 60_000, begins="2027-06-03T06:00:00")
    said: list[Change] = [
        open_change(entry.envelope.encode(), [office.signer.public_key])
        for entry in feed(office, gateway.store, 0, 10).entries
    ]
    assert [(change.begins, change.timed) for change in said][-2:] == [("closing", True), ("2027-06-03T06:00:00", True)]
