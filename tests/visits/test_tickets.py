"""A queue that takes too long, and a shop that is full, are tickets within seconds; and they close again."""

import pytest

from edge.vision.facts import Crossing, Present
from edge.vision.line import Direction
from edge.vision.scene import Rules, Scene
from edge.visits.counting import count_crossings
from edge.visits.sources import crowd, queues
from tests.alarms.rig import MONDAY_NOON, Rig
from tests.vision.seen import TILL, look, way


@pytest.mark.parametrize("offset_s", [0.0, 1.7, 4.9])
def test_a_ticket_is_open_within_fifteen_seconds_of_the_moment(offset_s: float) -> None:
    """Somebody comes to the till at second 3 and waits; the gateway looks every five seconds."""
    walk = way((0, (0.75, 0.3)), (3, (0.75, 0.4)), (6, (0.75, 0.6)), (160, (0.75, 0.65)), (164, (0.75, 0.2)))
    zones = look(Scene(zones=(TILL,)), lambda t: [walk(t)], 240, 2.0).zones
    rig, told = Rig(), list[Present]()
    rig.sources.append(queues(lambda: told[-1:]))
    rig.restart()
    opened = closed = None
    for at, now in zones:
        told.append(Present("cam-1", 0, (), now))
        if (at - offset_s) % 5 == 0 or abs((at - offset_s) % 5 - 5) < 0.5:
            rig.desk.now = MONDAY_NOON + round(at * 1000)
            rig.look()
            tickets = rig.open()
            opened = at if tickets and opened is None else opened
            closed = at if not tickets and opened is not None and closed is None else closed
    assert Rules().queue_alarm_s == 90
    assert opened is not None
    assert 93 < opened <= 93 + 15
    assert closed is not None
    assert 160 < closed < 240
    assert rig.sql("SELECT rule, subject, value FROM ticket") == [("queue-long", "till", "long")]
    ((why,),) = rig.sql("SELECT why FROM ticket")
    assert why.startswith("queue: 1 wait, the first for 9")


def test_a_camera_that_goes_blind_holds_no_ticket_open() -> None:
    zones = look(Scene(zones=(TILL,)), lambda t: [(0.75, 0.3 + min(t, 30) / 100)], 120, 2.0).zones
    present = [Present("cam-1", 0, (), zones[-1][1])]
    rig = Rig()
    rig.sources.append(queues(lambda: present))
    rig.restart()
    rig.look()
    assert rig.open() == [("queue-long", "till")]
    present.clear()
    rig.run(2 * 60_000)
    assert rig.open() == []


def test_a_full_shop_is_a_ticket_until_somebody_has_left() -> None:
    rig = Rig()
    rig.sources.append(crowd(lambda: 2, "Europe/Zagreb"))
    rig.restart()

    def cross(n: int, way: Direction) -> None:
        rig.desk.do(lambda tx: count_crossings(tx, [Crossing("cam-1", "door", rig.desk.now, way, 1, n)]))
        rig.look(5_000)

    for n in (1, 2):
        cross(n, Direction.IN)
    assert rig.open() == []
    cross(3, Direction.IN)
    assert rig.open() == rig.announced() == [("shop-full", "shop")]
    cross(4, Direction.OUT)
    rig.look(60_000)
    assert rig.open() == []
    assert rig.sql("SELECT why FROM ticket") == [("people: 3 are inside, 2 are allowed",)]


def test_nobody_is_left_inside_overnight() -> None:
    rig = Rig()
    rig.sources.append(crowd(lambda: 1, "Europe/Zagreb"))
    rig.restart()
    crossings = [Crossing("cam-1", "door", rig.desk.now, Direction.IN, 1, n) for n in range(1, 9)]
    rig.desk.do(lambda tx: count_crossings(tx, crossings))
    rig.look()
    assert rig.open() == [("shop-full", "shop")]
    rig.look(12 * 3_600_000)
    rig.look(60_000)
    assert rig.open() == []
