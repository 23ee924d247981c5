"""One ticket per fault: when it opens, who hears of it, and how it ends."""

import json

import pytest

from cloud_sync.contract.attention import TicketTold
from edge.alarms import restored
from edge.alarms.config import AlarmsConfig
from edge.alarms.rules import MINUTE, Measure, Observation
from edge.clock.calendar import read_hours
from edge.store import Transaction
from tests.alarms.rig import HOUR, OPEN_8_TO_20, Rig

DISK = {Measure.DISK: [Observation(Measure.DISK, "gateway", 2)]}


def with_till(rig: Rig) -> Rig:
    rig.desk.device("till-1", "till")
    rig.state("till-1", "lost", "the cable was pulled")
    rig.look()
    rig.look(2 * MINUTE)
    return rig


def test_one_fault_is_one_ticket_however_often_it_is_seen() -> None:
    rig = with_till(Rig())
    rig.run(HOUR)
    assert rig.open() == [("till-lost", "till-1")]
    assert rig.sql("SELECT COUNT(*) FROM ticket") == [(1,)]
    assert rig.kinds("till-1") == ["ticket.opened"]


def test_a_ticket_closes_by_itself_once_the_fault_stays_away() -> None:
    rig = with_till(Rig())
    rig.state("till-1", "ready")
    rig.look(5_000)
    assert rig.open() == [("till-lost", "till-1")]
    rig.look(MINUTE)
    assert rig.open() == []
    assert rig.kinds("till-1") == ["ticket.opened", "ticket.closed"]


def test_a_fault_that_comes_back_at_once_keeps_its_ticket() -> None:
    rig = with_till(Rig())
    for state in ("ready", "lost") * 5:
        rig.state("till-1", state)
        rig.look(30_000)
    assert rig.sql("SELECT COUNT(*) FROM ticket") == [(1,)]


def test_a_restart_of_the_gateway_opens_no_second_ticket_and_forgets_no_wait() -> None:
    rig = Rig()
    rig.desk.device("till-1", "till")
    rig.state("till-1", "lost")
    rig.look()
    rig.restart()
    rig.look(2 * MINUTE)
    assert rig.open() == [("till-lost", "till-1")]
    rig.restart()
    rig.look(HOUR)
    assert rig.sql("SELECT COUNT(*) FROM ticket") == [(1,)]


def test_a_person_takes_a_ticket_on_once() -> None:
    rig = with_till(Rig())
    rig.desk.do(lambda tx: rig.watch.acknowledge(tx, 1, "ana"))
    assert rig.sql("SELECT acknowledged_by FROM ticket") == [("ana",)]
    with pytest.raises(ValueError, match="ana has ticket 1 already"):
        rig.watch.acknowledge(open_transaction(rig), 1, "ivo")
    with pytest.raises(ValueError, match="there is no ticket 9"):
        rig.watch.acknowledge(open_transaction(rig), 9, "ivo")


def test_a_closed_ticket_cannot_be_taken_on() -> None:
    rig = with_till(Rig())
    rig.state("till-1", "ready")
    rig.look(1)
    rig.look(MINUTE)
    with pytest.raises(ValueError, match="closed"):
        rig.watch.acknowledge(open_transaction(rig), 1, "ivo")


def test_quiet_hours_hold_back_what_can_wait_and_let_critical_words_pass() -> None:
    rig = Rig(calendar=OPEN_8_TO_20)
    rig.desk.now += 9 * HOUR  # Monday 21:40; Tuesday is a closing day
    with_till(rig)
    rig.said = DISK
    rig.look()
    rig.look(2 * MINUTE)
    assert rig.open() == [("till-lost", "till-1"), ("disk-full", "gateway")]
    assert rig.announced() == [("disk-full", "gateway")]
    rig.run(34 * HOUR, HOUR)  # Wednesday 07:44
    assert rig.announced() == [("disk-full", "gateway")]
    rig.look(20 * MINUTE)
    assert rig.announced() == [("till-lost", "till-1"), ("disk-full", "gateway")]


def test_rush_hours_are_quiet_too() -> None:
    rig = with_till(Rig(quiet=read_hours("12:00-13:00")))
    assert rig.announced() == []
    rig.look(20 * MINUTE)
    assert rig.announced() == [("till-lost", "till-1")]


def test_what_mends_itself_in_the_night_is_told_to_nobody() -> None:
    rig = Rig(calendar=OPEN_8_TO_20)
    rig.desk.now += 9 * HOUR
    with_till(rig)
    rig.state("till-1", "ready")
    rig.look()
    rig.run(36 * HOUR, HOUR)
    assert rig.told() == []
    assert rig.kinds("till-1") == ["ticket.opened", "ticket.closed"]


def test_head_office_hears_each_state_once() -> None:
    rig = with_till(Rig())
    rig.run(10 * MINUTE)
    rig.desk.do(lambda tx: rig.watch.acknowledge(tx, 1, "ana"))
    rig.look()
    rig.state("till-1", "ready")
    rig.run(10 * MINUTE)
    said = [json.loads(body) for body in rig.told()]
    assert [TicketTold.model_validate(body).ticket for body in said] == [body["ticket"] for body in said]
    assert [one["state"] for one in said] == ["open", "acknowledged", "closed"]
    assert said[0]["why"] == "the cable was pulled"
    assert said[2]["acknowledged_by"] == "ana"


def test_a_full_queue_holds_no_ticket_up_and_head_office_hears_later() -> None:
    rig = Rig()
    rig.desk.outbox.limit_bytes = 0
    with_till(rig)
    assert rig.announced() == [("till-lost", "till-1")]
    assert rig.told() == []
    rig.desk.outbox.limit_bytes = 1 << 20
    rig.look()
    assert len(rig.told()) == 1


def test_after_a_restore_head_office_hears_once_which_tickets_there_are() -> None:
    rig = with_till(Rig())
    rig.desk.do(restored.go_on_from_backup)
    rig.state("till-1", "lost")
    rig.said = DISK
    rig.look()
    rig.look(2 * MINUTE)
    rig.look(MINUTE)
    told = rig.sql("SELECT kind, body FROM outbox WHERE kind = 'tickets.standing'")
    assert [json.loads(body) for _, body in told] == [{"open": [1]}]
    assert [number for (number,) in rig.sql("SELECT number FROM ticket ORDER BY number")] == [1, 1_002]


def test_many_silent_labels_are_one_fault() -> None:
    rig = Rig()
    for number in range(30):
        rig.desk.device(f"shelf-{number}", "label")
        rig.state(f"shelf-{number}", "lost")
    rig.look()
    rig.run(HOUR)
    assert rig.open() == [("labels-silent", "labels")]
    for number in range(28):
        rig.state(f"shelf-{number}", "ready")
    rig.run(HOUR)
    assert rig.open() == [("label-silent", "shelf-28"), ("label-silent", "shelf-29")]


def test_a_clock_that_jumps_opens_nothing() -> None:
    rig = Rig()
    rig.desk.device("till-1", "till")
    rig.state("till-1", "lost")
    rig.look()

    def jumped(tx: Transaction) -> None:
        tx.now += 10 * HOUR  # steady time stands where it was
        rig.watch.look(tx)

    rig.desk.do(jumped)
    assert rig.open() == []


def test_what_cannot_be_measured_now_closes_nothing() -> None:
    rig = Rig()
    rig.said = DISK
    rig.look()
    rig.look(2 * MINUTE)
    rig.said = {}
    rig.run(HOUR)
    assert rig.open() == [("disk-full", "gateway")]


def test_a_rule_that_is_switched_off_closes_its_tickets() -> None:
    rig = with_till(Rig())
    rig.rules = AlarmsConfig.model_validate({"rules": {"till-lost": {"off": True}}}).chosen()
    rig.restart()
    rig.look()
    assert rig.open() == []


def test_the_operator_says_what_is_critical_how_long_and_how_much() -> None:
    changed = AlarmsConfig.model_validate(
        {"rules": {"disk-full": {"limit": 20, "after_minutes": 0}, "till-lost": {"critical": True}}}
    )
    rules = {rule.name: rule for rule in changed.chosen()}
    assert rules["till-lost"].critical
    rig = Rig(changed.chosen())
    rig.said = {Measure.DISK: [Observation(Measure.DISK, "gateway", 19)]}
    rig.look()
    assert rig.open() == [("disk-full", "gateway")]


@pytest.mark.parametrize(
    "wrong", [{"rules": {"tills-lost": {}}}, {"rules": {"till-lost": {"limit": 3}}}, {"quiet": "8"}]
)
def test_a_wrong_configuration_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"there are|no limit|no stretch"):
        AlarmsConfig.model_validate(wrong)


def open_transaction(rig: Rig) -> Transaction:
    return Transaction(rig.desk.sql, rig.desk.outbox, rig.desk.now)
