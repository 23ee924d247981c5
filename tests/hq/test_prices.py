"""A push from head office to the store's own eyes, and the store's word back."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cloud_sync.contract.change import MAX_ROWS, ChangeRow, Untrusted, open_change, public_key
from cloud_sync.contract.item import internal_item
from cloud_sync.hq.office import HqError
from cloud_sync.hq.outcomes import Counts, counts, pushed_rows
from cloud_sync.hq.push import LIFE, MAX_AHEAD, push
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway


def row(number: int, minor: int = 330, name: str = "Milk") -> ChangeRow:
    return ChangeRow(item=internal_item(str(number)), name=name, minor=minor, currency="EUR")


def test_what_is_pushed_arrives_signed_in_order_and_bounded(head_office: HeadOffice, gateway: Gateway) -> None:
    rows = [row(number) for number in range(1, 2 * MAX_ROWS + 51)]
    done = push(head_office.office, gateway.store, rows, "anna")
    assert (done.pushed, done.unchanged, done.sequences) == (450, 0, (1, 2, 3))
    changes = gateway.changes()
    assert [change.sequence for change in changes] == [1, 2, 3]
    assert [entry for change in changes for entry in change.rows] == rows
    assert {change.store for change in changes} == {gateway.store}
    assert all(change.expires_at == change.effective_at + LIFE for change in changes)
    assert gateway.page().head == 3


def test_the_feed_goes_on_from_the_cursor(head_office: HeadOffice, gateway: Gateway) -> None:
    for number in range(1, 6):
        push(head_office.office, gateway.store, [row(number)], "anna")
    page = gateway.page(after=2, limit=2)
    assert ([entry.sequence for entry in page.entries], page.head) == ([3, 4], 5)
    assert gateway.page(after=5).entries == ()


def test_equal_rows_are_not_pushed_again_and_differing_ones_are(head_office: HeadOffice, gateway: Gateway) -> None:
    push(head_office.office, gateway.store, [row(1), row(2)], "anna")
    done = push(head_office.office, gateway.store, [row(1), row(2, 350), row(3)], "anna")
    assert (done.pushed, done.unchanged, done.sequences) == (2, 1, (2,))
    assert [entry.minor for entry in gateway.changes(after=1)[0].rows] == [350, 330]


def test_a_row_that_the_store_refused_can_be_pushed_again(head_office: HeadOffice, gateway: Gateway) -> None:
    push(head_office.office, gateway.store, [row(1), row(2)], "anna")
    gateway.committed([gateway.outcome(1, [(row(1).item, "refused", "too much"), (row(2).item, "held", "asleep")])])
    again = push(head_office.office, gateway.store, [row(1), row(2)], "anna")
    assert (again.pushed, again.unchanged) == (1, 1)


def test_outcomes_replace_pending_and_the_latest_word_counts(head_office: HeadOffice, gateway: Gateway) -> None:
    push(head_office.office, gateway.store, [row(number) for number in (1, 2, 3, 4)], "anna")
    assert counts(head_office.office, [gateway.store]) == {gateway.store: Counts(pending=4)}
    gateway.committed([
        gateway.outcome(1, [(row(1).item, "held", "label-7 is asleep"), (row(2).item, "refused", "over the limit")]),
        gateway.outcome(1, [(row(1).item, "landed", ""), (row(3).item, "held", "label-8 is asleep")]),
    ])  # fmt: skip
    assert counts(head_office.office, [gateway.store]) == {gateway.store: Counts(1, 1, 1, 1)}
    found, total = pushed_rows(head_office.office, gateway.store, status="held")
    assert (total, found[0].item, found[0].why) == (1, row(3).item, "label-8 is asleep")


def test_a_word_from_an_earlier_epoch_does_not_undo_a_later_one(head_office: HeadOffice, gateway: Gateway) -> None:
    push(head_office.office, gateway.store, [row(1)], "anna")
    gateway.committed([gateway.outcome(1, [(row(1).item, "landed", "")])], epoch=8)
    gateway.committed([gateway.outcome(1, [(row(1).item, "held", "late")])], epoch=7)
    assert counts(head_office.office, [gateway.store])[gateway.store] == Counts(landed=1)


def test_one_word_for_the_whole_change(head_office: HeadOffice, gateway: Gateway) -> None:
    push(head_office.office, gateway.store, [row(1), row(2)], "anna")
    word = {"item": "", "outcome": "refused", "why": "expired"}
    gateway.committed([gateway.event("price.outcome", {"sequence": 1, "outcome_of_all": word}, "price")])
    found, _ = pushed_rows(head_office.office, gateway.store)
    assert [(entry.outcome, entry.why) for entry in found] == [("refused", "expired")] * 2


def test_an_altered_or_foreign_envelope_is_not_trusted(head_office: HeadOffice, gateway: Gateway) -> None:
    push(head_office.office, gateway.store, [row(1)], "anna")
    envelope = gateway.page().entries[0].envelope.encode()
    trusted = [public_key(*pair) for pair in gateway.change_keys.items()]
    assert open_change(envelope, trusted).rows == (row(1),)
    with pytest.raises(Untrusted):
        open_change(envelope.replace(b"payload", b"paylaod"), trusted)
    with pytest.raises(Untrusted):
        open_change(envelope, [public_key(next(iter(gateway.change_keys)), "00" * 32)])


def test_a_change_for_later_lives_a_week_from_then(head_office: HeadOffice, gateway: Gateway) -> None:
    later = head_office.office.now() + 30 * 86_400_000
    push(head_office.office, gateway.store, [row(1)], "anna", effective_at=later)
    change = gateway.changes()[0]
    assert (change.effective_at, change.expires_at) == (later, later + LIFE)
    with pytest.raises(HqError, match="ahead"):
        push(head_office.office, gateway.store, [row(2)], "anna", head_office.office.now() + MAX_AHEAD + 60_000)


def test_rows_that_contradict_each_other_or_the_store_push_nothing(head_office: HeadOffice, gateway: Gateway) -> None:
    dollars = row(2).model_copy(update={"currency": "USD"})
    for rows in ([row(1), row(1, 331)], [row(1), dollars]):
        with pytest.raises(HqError):
            push(head_office.office, gateway.store, rows, "anna")
    assert gateway.page().head == 0


def test_a_push_that_fails_half_way_leaves_nothing(head_office: HeadOffice, gateway: Gateway) -> None:
    class Broken:
        def __init__(self) -> None:
            self.left = 1
            self.public_key = head_office.office.signer.public_key

        def sign(self, payload: bytes) -> object:
            self.left -= 1
            if self.left < 0:
                raise OSError("the key is gone")
            return head_office.office.signer.sign(payload)

    broken = replace(head_office.office, signer=Broken())
    with pytest.raises(OSError, match="gone"):
        push(broken, gateway.store, [row(number) for number in range(1, MAX_ROWS + 2)], "anna")
    assert gateway.page().head == 0
    assert push(head_office.office, gateway.store, [row(1)], "anna").sequences == (1,)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.integers(1, 6), st.integers(1, 3), max_size=6), max_size=5))
def test_sequences_rise_by_one_and_the_last_push_of_an_item_is_its_price(
    head_office: HeadOffice, gateway: Gateway, pushes: list[dict[int, int]]
) -> None:
    start = gateway.page().head
    wanted: dict[str, int] = {}
    for prices in pushes:
        rows = [row(number, minor) for number, minor in prices.items()]
        wanted |= {entry.item: entry.minor for entry in rows}
        push(head_office.office, gateway.store, rows, "anna")
    changes = gateway.changes(after=start)
    assert [change.sequence for change in changes] == list(range(start + 1, start + 1 + len(changes)))
    said = {entry.item: entry.minor for change in gateway.changes() for entry in change.rows}
    assert wanted.items() <= said.items()
