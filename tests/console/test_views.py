"""What the read models say of a real shop."""

import pytest

from cloud_sync.contract.events import EventClass
from edge.store import Transaction
from edge.views.devices import list_devices
from edge.views.journal import list_changes, list_deeds, list_ledger
from edge.views.label import pictures_of, read_label
from edge.views.labels import LabelFilter, LabelState, count_labels, list_labels, list_places
from edge.views.overview import read_overview
from edge.views.prices import count_prices, list_prices, waiting_for
from edge.views.tasks import TaskKind, list_tasks
from edge.views.tickets import open_tickets
from edge.views.visitors import read_visitors
from tests.console.conftest import MILK, NOW, OIL, SALT
from tests.console.floor import DAY, HOUR, MINUTE, Floor, row


def states(shop: Floor) -> dict[str, str]:
    with shop.store.reading() as db:
        return {label.id: label.state.value for label in list_labels(db, LabelFilter(), shop.now)[1]}


def kinds(shop: Floor) -> list[TaskKind]:
    with shop.store.reading() as db:
        return [task.kind for task in list_tasks(db, shop.now)]


def test_a_shop_whose_labels_confirmed_everything_is_right(shop: Floor) -> None:
    with shop.store.reading() as db:
        counts = count_labels(db, shop.now)
    assert (counts.right, counts.total) == (4, 4)
    assert kinds(shop) == []


def test_a_label_that_was_not_updated_is_changing_and_after_two_minutes_in_trouble(shop: Floor) -> None:
    shop.silent = {"shelf-03"}
    shop.change([row(OIL, 1249, "Olive oil 0.75 l")])
    shop.answer()
    assert states(shop)["shelf-03"] == "changing"
    shop.now += 3 * MINUTE
    assert states(shop) == {"shelf-01": "right", "shelf-02": "right", "shelf-03": "trouble", "shelf-04": "right"}


@pytest.mark.parametrize(
    ("state", "seen"),
    [("fault", "trouble"), ("lost", "trouble"), ("asleep", "asleep"), ("init", "changing"), ("ready", "right")],
)
def test_the_state_of_the_device_counts_too(shop: Floor, state: str, seen: str) -> None:
    shop.state("shelf-01", state)
    assert states(shop)["shelf-01"] == seen


def test_a_label_that_is_bound_anew_differs_though_the_version_is_the_same(shop: Floor) -> None:
    shop.silent = {"shelf-04"}
    shop.do(lambda tx: shop.engine.bind(tx, "shelf-04", MILK, "mara"))
    assert states(shop)["shelf-04"] == "changing"


def test_labels_are_found_by_state_place_battery_and_text(shop: Floor) -> None:
    shop.state("shelf-02", "lost")
    shop.do(lambda tx: tx.sql.execute("UPDATE device SET battery_mv = 2300 WHERE id = 'shelf-04'"))

    def found(wanted: LabelFilter) -> list[str]:
        with shop.store.reading() as db:
            total, rows = list_labels(db, wanted, shop.now)
        assert total == len(rows)
        return [label.id for label in rows]

    assert found(LabelFilter(state=LabelState.TROUBLE)) == ["shelf-02"]
    assert found(LabelFilter(place="Aisle 2")) == ["shelf-03", "shelf-04"]
    assert found(LabelFilter(low_battery=True)) == ["shelf-04"]
    assert found(LabelFilter(text="MILK")) == ["shelf-01", "shelf-02"]
    assert found(LabelFilter(text=OIL)) == ["shelf-03"]
    assert found(LabelFilter(text="%")) == []
    assert found(LabelFilter(text="_")) == []
    with shop.store.reading() as db:
        assert list_places(db) == ["Aisle 2", "Dairy 1", "Dairy 2"]


def test_pages_of_labels_join_without_gap_or_repetition(shop: Floor) -> None:
    with shop.store.reading() as db:
        pages = [list_labels(db, LabelFilter(), shop.now, start=start, size=3) for start in (0, 3)]
    assert [total for total, _ in pages] == [4, 4]
    assert sorted(label.id for _, rows in pages for label in rows) == [f"shelf-0{n}" for n in range(1, 5)]


def test_one_label_shows_what_it_has_what_it_should_have_and_its_history(shop: Floor) -> None:
    shop.silent = {"shelf-03"}
    shop.change([row(OIL, 1249, "Olive oil 0.75 l")])
    shop.answer()
    with shop.store.reading() as db:
        found = read_label(db, "shelf-03", shop.now)
        pictures = pictures_of(db, "shelf-03")
        assert read_label(db, "till-1", shop.now) is None
        assert pictures_of(db, "nobody") is None
    assert found is not None
    assert (found.row.shown_minor, found.row.wanted_minor) == (1149, 1249)
    assert pictures == ((OIL, 1), (OIL, 2))
    assert [one.kind for one in found.history] == [
        "label.sent", "label.shown", "label.sending", "label.sent", "label.bound",
    ]  # fmt: skip


def test_a_raise_held_back_by_a_dead_label_is_a_task_that_names_label_place_and_loss(shop: Floor) -> None:
    shop.silent = {"shelf-02"}
    shop.state("shelf-02", "lost", "no sign of life")
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    shop.now += 5 * MINUTE
    with shop.store.reading() as db:
        tasks = list_tasks(db, shop.now)
        waits = waiting_for(db, MILK, 2)
    assert [task.kind for task in tasks] == [TaskKind.HELD_RAISE]
    task = tasks[0]
    assert (task.device, task.place, task.name, task.since, task.gives_away) == (
        "shelf-02",
        "Dairy 2",
        "Whole milk 1 l",
        NOW,
        20,
    )
    assert [(one.device, one.sent) for one in waits] == [("shelf-02", True), ("till-1", False), ("till-2", False)]


def test_a_raise_held_by_a_label_that_is_lost_is_a_task_at_once(shop: Floor) -> None:
    shop.silent = {"shelf-02"}
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    assert kinds(shop) == []
    shop.state("shelf-02", "lost", "no sign of life")
    assert kinds(shop) == [TaskKind.HELD_RAISE]


def test_a_cut_that_waits_gives_nothing_away(shop: Floor) -> None:
    shop.silent = {"shelf-02"}
    shop.change([row(MILK, 99, "Whole milk 1 l")])
    shop.answer()
    shop.now += 5 * MINUTE
    assert kinds(shop) == [TaskKind.LABEL]


def test_tasks_come_most_costly_first(shop: Floor) -> None:
    shop.do(lambda tx: tx.sql.execute("UPDATE device SET battery_mv = 2300 WHERE id = 'shelf-01'"))
    shop.change([row(SALT, 999, "Sea salt 1 kg"), row(OIL, 1300, "Olive oil 0.75 l", was_minor=1200)])
    shop.silent = {"shelf-02"}
    shop.change([row(MILK, 149, "Whole milk 1 l")])
    shop.answer()
    shop.now += 5 * MINUTE
    shop.state("till-2", "lost")
    shop.state("shelf-04", "fault")
    shop.sequence += 5
    shop.do(lambda tx: shop.inbox.take(tx, shop.sequence, "not an envelope"))
    assert kinds(shop) == [
        TaskKind.HELD_RAISE, TaskKind.APPROVAL, TaskKind.REFUSED_CHANGE, TaskKind.REFUSED_PRICE,
    ]  # fmt: skip


def test_what_is_broken_is_a_ticket_and_no_task(shop: Floor) -> None:
    shop.do(lambda tx: tx.sql.execute("UPDATE device SET battery_mv = 2300 WHERE id = 'shelf-01'"))
    shop.state("till-2", "lost")
    shop.state("shelf-03", "lost")
    shop.state("shelf-04", "fault")
    for _ in range(7):
        shop.now += 10 * MINUTE
        shop.do(shop.alarms.look)
    assert kinds(shop) == []
    with shop.store.reading() as db:
        tickets = {(one.rule, one.device, one.role) for one in open_tickets(db)}
    assert tickets == {
        ("till-lost", "till-2", "till"), ("label-silent", "shelf-03", "label"), ("device-fault", "shelf-04", "label"),
        ("battery-low", "shelf-01", "label"),
    }  # fmt: skip


def test_what_a_person_decided_is_no_task_any_more(shop: Floor) -> None:
    shop.change([row(SALT, 999, "Sea salt 1 kg")])
    assert kinds(shop) == [TaskKind.APPROVAL]
    shop.do(lambda tx: shop.engine.reject(tx, SALT, 2, "mara"))
    assert kinds(shop) == []


def test_prices_are_counted_and_listed_by_phase(shop: Floor) -> None:
    shop.change([row(SALT, 999, "Sea salt 1 kg")])
    shop.change([row(OIL, 1000, "Olive oil 0.75 l")], effective_at=shop.now + HOUR)
    with shop.store.reading() as db:
        counts = count_prices(db)
        total, rows = list_prices(db, phases=("held", "waiting"))
        assert list_prices(db, text="sea SALT")[0] == 2
        assert list_prices(db, phases=("refused",)) == (0, [])
    assert counts == {"held": 1, "waiting": 1, "active": 0, "landed": 3, "superseded": 0, "refused": 0}
    assert total == 2
    assert {(price.name, price.minor, price.before_minor, price.labels) for price in rows} == {
        ("Sea salt 1 kg", 999, 99, 1), ("Olive oil 0.75 l", 1000, 1149, 1),
    }  # fmt: skip


def test_a_price_says_when_it_ends_what_members_pay_and_that_it_is_one_of_a_batch(shop: Floor) -> None:
    end = shop.now + 2 * HOUR
    shop.change(
        [row(SALT, 89, "Sea salt 1 kg", member_minor=79)], until=end, afterwards=(row(SALT, 99, "Sea salt 1 kg"),)
    )
    shop.sequence += 1
    shop.change([row(OIL, 1099, "Olive oil 0.75 l")], effective_at=shop.now + HOUR, deadline=end)
    with shop.store.reading() as db:
        _, rows = list_prices(db, phases=("active", "waiting"))
    told = {(price.minor, price.member_minor, price.until, price.ends, price.batch_by) for price in rows}
    assert told == {(89, 79, end, None, None), (99, None, None, 2, None), (1099, None, None, None, end)}


def visit(floor: Floor, at: int, entered: int, departed: int) -> None:
    floor.do(
        lambda tx: tx.sql.execute(
            "INSERT INTO visit (camera, line, minute, entered, departed) VALUES ('door', 'in', ?, ?, ?)",
            (at, entered, departed),
        )
    )


def test_visitors_are_counted_on_the_shops_own_clock(floor: Floor) -> None:
    today = NOW - (12 * 60 + 40) * MINUTE  # midnight in Zagreb
    visit(floor, today - MINUTE, 50, 0)  # yesterday
    visit(floor, today, 1, 0)
    visit(floor, today + 9 * HOUR + 59 * MINUTE, 6, 2)
    visit(floor, today + 10 * HOUR, 3, 1)
    visit(floor, today - 7 * DAY + 9 * HOUR, 4, 0)
    visit(floor, today - 7 * DAY + 20 * HOUR, 9, 0)
    with floor.store.reading() as db:
        people = read_visitors(db, NOW, "Europe/Zagreb")
    assert {hour: count for hour, count in enumerate(people.today) if count} == {0: 1, 9: 6, 10: 3}
    assert (people.last_week[9], people.last_week[20], people.last_week_so_far) == (4, 9, 4)
    assert (people.entered, people.inside, people.until_hour, people.counted) == (10, 7, 12, True)


def test_more_leaving_than_coming_is_nobody_inside(floor: Floor) -> None:
    visit(floor, NOW - HOUR, 1, 5)
    with floor.store.reading() as db:
        assert read_visitors(db, NOW, "Europe/Zagreb").inside == 0


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_on_which_the_clock_changes_lose_and_repeat_nobody(floor: Floor, day: str, hours: int) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    start = int(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("Europe/Zagreb")).timestamp() * 1000)
    for hour in range(hours):
        visit(floor, start + hour * HOUR, 1, 0)
    visit(floor, start - MINUTE, 100, 0)
    visit(floor, start + hours * HOUR, 100, 0)
    with floor.store.reading() as db:
        people = read_visitors(db, start + hours * HOUR - MINUTE, "Europe/Zagreb")
    assert people.entered == hours


def test_the_overview_sums_up_sales_prices_queue_and_tills(shop: Floor) -> None:
    def work(tx: Transaction) -> None:
        for seq, (at, total) in enumerate([(NOW - HOUR, 500), (NOW - 2 * HOUR, 250), (NOW - DAY, 9_999)], start=1):
            tx.sql.execute("INSERT INTO sale VALUES ('till-1', 1, ?, 'r', ?, 'EUR', ?, '{}')", (seq, at, total))
        tx.tell(EventClass.TELEMETRY, "x", "till-1", {})

    shop.do(work)
    shop.state("till-2", "lost", "its link ended")
    with shop.store.reading() as db:
        view = read_overview(db, shop.now, "Europe/Zagreb", "EUR")
    assert (view.sales.receipts, view.sales.total_minor) == (2, 750)
    assert (view.landed_today, view.on_the_way, view.for_approval) == (3, 0, 0)
    assert view.queue.events > 0
    assert [(till.id, till.state) for till in view.tills] == [("till-1", "ready"), ("till-2", "lost")]


def test_devices_in_trouble_come_first(shop: Floor) -> None:
    shop.state("shelf-04", "fault")
    shop.state("till-2", "lost")
    with shop.store.reading() as db:
        total, rows = list_devices(db)
        assert list_devices(db, role="till", text="TILL-2")[0] == 1
    assert total == 6
    assert [device.id for device in rows[:3]] == ["shelf-04", "till-2", "till-1"]


def test_the_ledger_pages_backwards_and_by_subject(shop: Floor) -> None:
    with shop.store.reading() as db:
        newest = list_ledger(db, size=5)
        older = list_ledger(db, before=newest[-1].seq, size=5)
        assert {one.subject for one in list_ledger(db, subject="shelf-01")} == {"shelf-01"}
        assert [change.verdict for change in list_changes(db)] == ["taken"]
        assert list_changes(db, refused_only=True) == []
        assert [deed.did for deed in list_deeds(db, size=3)] == ["bind"] * 3
    assert [one.seq for one in newest + older] == list(range(newest[0].seq, newest[0].seq - 10, -1))
