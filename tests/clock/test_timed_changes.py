"""Prices that wait for their time: by the store's own clock, its hours, and only while the clock can be trusted."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cloud_sync.contract.attention import CLOCK_KINDS, ClockTold
from edge.clock.calendar import Calendar
from edge.clock.kept import make_calendar
from edge.clock.trust import Source
from edge.prices.timing import retime
from edge.store import Transaction
from edge.store.ledger import verify
from tests.clock.shop import HOUR, MINUTE, MORNING, ClockShop
from tests.desk import A


@pytest.fixture
def shop() -> Iterator[ClockShop]:
    made = ClockShop()
    yield made
    made.close()


def utc(text: str) -> int:
    """UTC epoch milliseconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def at_night(text: str) -> ClockShop:
    """A shop at a moment, with a clock that was vouched for."""
    return ClockShop(utc(text))


def begins(shop: ClockShop, version: int) -> bool:
    """Whether a price is on its way to devices."""
    return shop.phase(A, version)[0] in ("active", "landed")


# A wall time of the store.


def test_a_local_time_is_the_stores_own(shop: ClockShop) -> None:
    version = shop.push({A: 120}, begins="2026-10-26T08:00")
    shop.now = utc("2026-10-26T07:00") - 1
    shop.steady += shop.now - MORNING
    shop.tick()
    assert not begins(shop, version)
    shop.pass_time(1)
    assert begins(shop, version)


def test_a_time_that_comes_twice_cuts_at_the_first_and_raises_at_the_second() -> None:
    cut, up = at_night("2026-10-24T23:00"), at_night("2026-10-24T23:00")
    lower, higher = cut.push({A: 80}, begins="2026-10-25T02:30"), up.push({A: 120}, begins="2026-10-25T02:30")
    for shop in (cut, up):
        shop.pass_time(90 * MINUTE)
    assert begins(cut, lower)
    assert up.phase(A, higher) == ("waiting", f"takes effect at {utc('2026-10-25T01:30')}")
    up.pass_time(60 * MINUTE - 1)
    assert not begins(up, higher)
    up.pass_time(1)
    assert begins(up, higher)
    assert up.outcomes()[-1][2:] == ("held", f"takes effect at {utc('2026-10-25T01:30')}")
    for shop in (cut, up):
        shop.close()


def test_a_time_that_does_not_exist_cuts_before_and_raises_after_the_clocks_change() -> None:
    cut, up = at_night("2026-03-29T00:00"), at_night("2026-03-29T00:00")
    lower, higher = cut.push({A: 80}, begins="2026-03-29T02:30"), up.push({A: 120}, begins="2026-03-29T02:30")
    for shop in (cut, up):
        shop.pass_time(30 * MINUTE)
    assert (begins(cut, lower), begins(up, higher)) == (True, False)
    up.pass_time(60 * MINUTE)
    assert begins(up, higher)
    for shop in (cut, up):
        shop.close()


def test_what_counts_as_a_raise_is_decided_when_it_begins() -> None:
    """At 120 it is a cut when it is ordered, and a raise once another change has made the price 90."""
    shop = at_night("2026-10-24T23:00")
    shop.push({A: 150})
    version = shop.push({A: 120}, begins="2026-10-25T02:30")
    later = shop.push({A: 90})
    assert later > version
    shop.pass_time(3 * HOUR)
    assert shop.phase(A, version)[0] == "superseded"  # a newer one is in force, whatever the time
    shop.close()


def test_a_local_time_survives_a_restart_with_the_line_down() -> None:
    shop = at_night("2026-10-24T23:00")
    version = shop.push({A: 120}, begins="2026-10-25T02:30")
    shop.now += HOUR
    shop.lost += HOUR  # an hour without a gateway, on a machine that ran on
    shop.start()
    shop.pass_time(90 * MINUTE - 1)
    assert not begins(shop, version)
    shop.pass_time(1)
    assert begins(shop, version)
    shop.close()


# Occasions.


@pytest.mark.parametrize(
    ("occasion", "when"),
    [
        ("opening", "2026-10-27T07:00"),
        ("closing", "2026-10-26T19:00"),
        ("opening-day", "2026-10-27T07:00"),
    ],
)
def test_a_change_waits_for_an_occasion(occasion: str, when: str) -> None:
    shop = at_night("2026-10-26T10:00")
    version = shop.push({A: 120}, begins=occasion)
    shop.pass_time(utc(when) - shop.now - 1)
    assert not begins(shop, version)
    shop.pass_time(1)
    assert begins(shop, version)
    shop.close()


def test_an_occasion_follows_the_calendar_when_it_is_set_anew(shop: ClockShop) -> None:
    version = shop.push({A: 120}, begins="opening")
    calendar = make_calendar(shop.hours.configured, ("09:30-12:00",) * 7, {})

    def work(tx: Transaction) -> None:
        shop.hours.keep(tx, calendar, "ana")
        retime(tx, shop.hours(tx.sql))

    shop.do(work)
    assert shop.ledger("hours.set")[0]["by"] == "ana"
    shop.pass_time(utc("2026-10-26T08:30") - shop.now - 1)
    assert not begins(shop, version)
    shop.pass_time(1)
    assert begins(shop, version)


def test_an_occasion_that_never_comes_is_refused_in_words(shop: ClockShop) -> None:
    always = Calendar(shop.hours.configured.zone)
    shop.do(lambda tx: shop.hours.keep(tx, always, "ana"))
    version = shop.push({A: 120}, begins="closing")
    assert shop.outcomes()[-1] == (version, "*", "refused", "time: this shop's hours have no closing within a year")


def test_raises_may_be_kept_to_closed_hours_and_cuts_are_not() -> None:
    shop = ClockShop(utc("2026-10-26T10:00"), only_closed=True)
    cut = shop.push({A: 80})
    shop.tick()
    assert begins(shop, cut)
    shop.settled(cut)
    up = shop.push({A: 120})
    shop.tick()
    assert shop.phase(A, up) == ("waiting", f"takes effect at {utc('2026-10-26T19:00')}")
    shop.pass_time(9 * HOUR)
    assert begins(shop, up)
    shop.close()


# Trust.


def test_a_clock_that_jumped_ahead_begins_no_raise_and_every_cut(shop: ClockShop) -> None:
    up, cut = shop.push({A: 120}, effective_at=shop.now + 30 * MINUTE), 0
    shop.now += HOUR
    shop.tick()
    assert shop.phase(A, up)[0] == "waiting"
    assert "jumped 60 min ahead" in shop.phase(A, up)[1]
    assert "jumped 60 min ahead" in shop.outcomes()[-1][3]
    assert shop.trust() == [True, False]
    cut = shop.push({A: 80}, effective_at=shop.now + MINUTE)
    shop.pass_time(MINUTE)
    assert begins(shop, cut)
    assert verify(shop.sql).intact


def test_a_held_raise_goes_on_when_the_clock_is_right_again_and_its_time_has_come(shop: ClockShop) -> None:
    up = shop.push({A: 120}, effective_at=shop.now + 30 * MINUTE)
    shop.now += HOUR
    shop.tick()
    shop.now -= HOUR
    shop.pass_time(30 * MINUTE - 1)
    assert not begins(shop, up)
    shop.pass_time(1)
    assert begins(shop, up)


def test_a_timed_raise_that_comes_late_waits_for_trust_and_one_for_now_does_not() -> None:
    shop = ClockShop(vouched=False)
    late = shop.push({A: 120}, issued_at=shop.now - HOUR, effective_at=shop.now - MINUTE)
    shop.tick()
    assert shop.phase(A, late) == (
        "waiting", "clock: nobody has vouched for this box's time since it was switched on; raises wait, cuts go"
    )  # fmt: skip
    shop.vouch()
    shop.tick()
    assert begins(shop, late)
    shop.close()
    other = ClockShop(vouched=False)
    assert begins(other, other.push({A: 120}))
    other.close()


def test_a_person_who_approves_cannot_begin_a_raise_before_its_time(shop: ClockShop) -> None:
    version = shop.push({A: 900}, effective_at=shop.now + 30 * MINUTE)
    assert shop.phase(A, version)[0] == "held"
    shop.now += HOUR
    assert shop.do(lambda tx: shop.engine.approve(tx, A, version, "bea"))
    shop.tick()
    assert "jumped" in shop.phase(A, version)[1]
    shop.now -= HOUR
    shop.pass_time(30 * MINUTE)
    assert begins(shop, version)


def test_a_machine_that_was_switched_off_has_to_be_vouched_for_again(shop: ClockShop) -> None:
    up = shop.push({A: 120}, effective_at=shop.now + 30 * MINUTE)
    shop.start("second")
    shop.pass_time(HOUR)
    assert "nobody has vouched" in shop.phase(A, up)[1]
    assert shop.do(lambda tx: shop.watch.person(tx, "ana"))
    shop.tick()
    assert begins(shop, up)
    assert shop.ledger("clock.confirmed") == [{"by": "ana"}]


def test_nobody_can_confirm_a_clock_that_head_office_contradicts(shop: ClockShop) -> None:
    shop.now += HOUR
    assert not shop.do(lambda tx: shop.watch.person(tx, "ana"))
    assert not shop.vouch(Source.NETWORK).trusted
    assert shop.vouch().trusted  # head office itself may


def test_head_office_hears_of_every_change_of_trust(shop: ClockShop) -> None:
    shop.now -= HOUR
    shop.tick()
    shop.do(shop.watch.look)
    shop.now += HOUR
    shop.do(shop.watch.look)
    shop.do(shop.watch.look)
    batch = shop.outbox.peek(shop.sql)
    assert batch is not None
    told = [event.kind for event in batch.events if event.kind in ("clock.trusted", "clock.doubted")]
    assert told == ["clock.trusted", "clock.doubted", "clock.trusted"]
    assert all(ClockTold.model_validate(event.body) for event in batch.events if event.kind in CLOCK_KINDS)
    assert shop.trust() == [True, False, True]
    assert shop.ledger("clock.doubted")[0]["why"].startswith("clock: this box's time has jumped 60 min back")


def test_a_change_of_trust_that_was_not_committed_is_said_again(shop: ClockShop) -> None:
    shop.now += HOUR
    shop.sql.execute("BEGIN")
    shop.watch.look(Transaction(shop.sql, shop.outbox, shop.now, shop.steady))
    shop.sql.execute("ROLLBACK")
    shop.outbox.reload(shop.sql)
    assert not shop.do(shop.watch.look).trusted
    assert shop.trust() == [True, False]
