"""What a person drew is kept by versions, on record with who and when; nobody draws over it unseen."""

import pytest

from edge.vision.scene import Rules, Scene
from edge.visits.scenes import Stale, keep_scene, read_history, read_scene
from tests.desk import Desk
from tests.vision.seen import DOOR, TILL


def test_the_newest_drawing_holds_and_the_others_are_on_record() -> None:
    desk = Desk()
    assert read_scene(desk.sql, "cam-1") is None
    first, second = Scene(lines=(DOOR,)), Scene(zones=(TILL,), rules=Rules(queue_alarm_s=60))
    assert desk.do(lambda tx: keep_scene(tx, "cam-1", first, "ana", 0)) == 1
    desk.now += 5_000
    assert desk.do(lambda tx: keep_scene(tx, "cam-1", second, "ivo", 1)) == 2
    drawn = read_scene(desk.sql, "cam-1")
    assert drawn is not None
    assert (drawn.version, drawn.scene, drawn.at, drawn.by) == (2, second, desk.now, "ivo")
    assert [(version, by) for version, _, by in read_history(desk.sql, "cam-1")] == [(2, "ivo"), (1, "ana")]
    kinds = desk.sql.execute("SELECT kind, subject FROM ledger").fetchall()
    assert kinds == [("scene.drawn", "cam-1")] * 2
    desk.close()


def test_who_drew_over_an_old_version_hears_of_it() -> None:
    desk = Desk()
    desk.do(lambda tx: keep_scene(tx, "cam-1", Scene(lines=(DOOR,)), "ana", 0))
    with pytest.raises(Stale, match="ana has changed"):
        desk.do(lambda tx: keep_scene(tx, "cam-1", Scene(), "ivo", 0))
    desk.sql.execute("ROLLBACK")
    desk.close()


def test_a_drawing_of_a_newer_program_leaves_the_one_before() -> None:
    desk = Desk()
    desk.do(lambda tx: keep_scene(tx, "cam-1", Scene(lines=(DOOR,)), "ana", 0))
    desk.sql.execute("""INSERT INTO scene VALUES ('cam-1', 2, '{"hologram": 1}', 0, 'ana')""")
    drawn = read_scene(desk.sql, "cam-1")
    assert drawn is not None
    assert drawn.version == 1
    desk.close()
