"""What a picture leaves behind: ledger rows, answers about the past, doubts, tasks that come and go by themselves."""

import json
from dataclasses import replace

import pytest
from sqlite_utils import Database

from edge.labels.digital_link import tag_of
from edge.proof.facts import Proof
from edge.proof.records import read_label
from edge.readback.facts import Judged, Look, Reading, Verdict
from edge.readback.record import Glimpse, record_look
from edge.store.ledger import verify
from edge.views.tasks import Task, TaskKind, list_tasks
from tests.desk import A, B, Desk

DAY = 86_400_000


@pytest.fixture
def desk() -> Desk:
    """Two labels of item A and one of B, all right; one till. Version 1 costs 129 and 99, version 2 of A 149."""
    desk = Desk()
    for name in ("l1", "l2", "l3"):
        desk.device(name, "label")
    desk.device("till-1", "till")
    desk.push({A: 129, B: 99})
    desk.applied("till-1", (A, 1), (B, 1))
    for name, item in (("l1", A), ("l2", A), ("l3", B)):
        desk.bind(name, item)
        desk.shown(name, item, 1)
    desk.now += 60_000
    desk.push({A: 149})
    desk.shown("l1", A, 2)
    desk.shown("l2", A, 2)
    desk.applied("till-1", (A, 2))
    desk.now += 60_000
    return desk


def reading(name: str, item: str, version: int, at: int = 0) -> Reading:
    left = 100 * at
    return Reading(item, version, tag_of(name), ((left, 0), (left + 58, 0), (left + 58, 58), (left, 58)), 58, 29)


def see(desk: Desk, *readings: Reading, **more: object) -> tuple[Judged, ...]:
    """A photo, a second after whatever happened last."""
    desk.now += 1_000
    facts = {"by": "ana", "taken": desk.now - 500} | more
    look = Look(1000, 800, readings)
    return desk.do(lambda tx: record_look(tx, desk.engine, look, Glimpse(**facts)))[1]  # type: ignore[arg-type]


def rows(desk: Desk, kind: str) -> list[tuple[str, dict[str, object]]]:
    found = desk.sql.execute("SELECT subject, body FROM ledger WHERE kind = ? ORDER BY seq", (kind,))
    return [(subject, json.loads(body)) for subject, body in found]


def tasks(desk: Desk, *kinds: TaskKind) -> list[Task]:
    kinds = kinds or (TaskKind.SHOWS_OLD, TaskKind.WRONG_LABEL, TaskKind.UNSEEN)
    return [task for task in list_tasks(Database(desk.sql), desk.now) if task.kind in kinds]


def test_a_reading_is_evidence_in_the_labels_own_past(desk: Desk) -> None:
    see(desk, reading("l1", A, 2))
    ((subject, body),) = rows(desk, "label.read")
    assert subject == "l1"
    assert body == {
        "item": A, "version": 2, "verdict": "right", "source": "photo ana", "by": "ana", "taken": desk.now - 500,
        "look": 1, "minor": 149, "tag": tag_of("l1"),
    }  # fmt: skip
    answer = read_label(desk.sql, "l1").at(desk.now)
    assert answer.certain
    assert answer.look.faces[0].proofs[-1] is Proof.READ
    assert answer.look.faces[0].evidence[-1].source == "photo ana"
    assert read_label(desk.sql, "l2").at(desk.now).look.faces[0].proofs[-1] is Proof.REPORTED
    assert verify(desk.sql).intact
    assert tasks(desk) == []


def test_a_reading_ends_a_doubt_that_a_lost_word_left(desk: Desk) -> None:
    desk.push({A: 139})
    desk.applied("till-1", (A, 3))
    assert len(read_label(desk.sql, "l1").at(desk.now + 100).look.faces) == 2
    see(desk, reading("l1", A, 3))
    assert [face.version for face in read_label(desk.sql, "l1").at(desk.now + 10).look.faces] == [3]
    assert [face.version for face in read_label(desk.sql, "l2").at(desk.now).look.faces] == [2, 3]
    assert desk.allowed("l1") == [(A, 3, 139)], "the engine goes on waiting for the label's own word"


def test_a_photo_taken_before_something_was_sent_proves_nothing(desk: Desk) -> None:
    taken = desk.now - 90_000
    (one,) = see(desk, reading("l1", A, 1), taken=taken)
    assert one.verdict is Verdict.CHANGING
    assert rows(desk, "label.read") == []
    assert [subject for subject, _ in rows(desk, "item.read")] == [A]
    assert read_label(desk.sql, "l1").at(desk.now).certain


def test_an_old_label_is_found_sent_again_and_watched_until_it_is_seen_to_be_right(desk: Desk) -> None:
    (one, _) = see(desk, reading("l1", A, 1), reading("l2", A, 2, at=3))
    assert (one.verdict, one.shown, one.charged, one.over) == (Verdict.OLD, 129, 149, 20)
    (task,) = tasks(desk)
    assert (task.kind, task.device, task.minor, task.before_minor) == (TaskKind.SHOWS_OLD, "l1", 149, 129)
    assert task.gives_away == 20
    assert {face.version for face in read_label(desk.sql, "l1").at(desk.now).look.faces} == {1, 2}
    reported = desk.sql.execute("SELECT reported FROM twin WHERE device = 'l1'").fetchone()[0]
    assert json.loads(reported) == {"item": A, "version": 1}, "no digest: the picture counts as not sent"
    assert desk.allowed("l1")[-1] == (A, 2, 149), "its picture is sent once more, last of all"

    see(desk, reading("l1", A, 1))
    assert tasks(desk)[0].count == 2, "the same while its picture is on its way again"
    desk.shown("l1", A, 2)
    assert tasks(desk), "its word was wrong once; a picture has to confirm it"
    see(desk, reading("l1", A, 2))
    assert tasks(desk) == []


def test_a_label_whose_ink_is_dead_is_sent_its_picture_only_once_more(desk: Desk) -> None:
    for _ in range(3):
        see(desk, reading("l1", A, 1))
        desk.shown("l1", A, 2)
    assert desk.allowed("l1") == []
    see(desk, reading("l1", A, 1))
    assert (A, 2, 149) not in desk.allowed("l1")
    see(desk, reading("l1", A, 2))
    desk.tick()
    assert desk.allowed("l1") == [], "what was read before is gone with the grace window"
    assert json.loads(desk.sql.execute("SELECT reported FROM twin WHERE device = 'l1'").fetchone()[0])["version"] == 2


def test_no_raise_passes_a_label_that_was_seen_to_show_less(desk: Desk) -> None:
    see(desk, reading("l1", A, 1))
    desk.push({A: 159})
    desk.shown("l2", A, 3)
    assert desk.allowed("till-1") == []
    desk.shown("l1", A, 3)
    assert desk.allowed("till-1") == [(A, 3, 159)]


def test_a_label_that_shows_another_item_holds_that_items_raises_too(desk: Desk) -> None:
    (one,) = see(desk, reading("l3", A, 1))
    assert (one.verdict, one.label) == (Verdict.WRONG_ITEM, "l3")
    assert [(task.kind, task.device, task.item) for task in tasks(desk)] == [(TaskKind.WRONG_LABEL, "l3", A)]
    assert desk.allowed("l3")[-1] == (B, 1, 99)
    desk.push({A: 159})
    desk.shown("l1", A, 3)
    desk.shown("l2", A, 3)
    assert desk.allowed("till-1") == []
    desk.now += 1_000
    desk.bind("l3", A)
    assert tasks(desk) == [], "bound to what it shows"


def test_a_code_that_belongs_to_no_label_is_a_task_until_it_does_or_is_gone(desk: Desk) -> None:
    assert see(desk, reading("gone", A, 2), camera="cam-1", by="")[0].verdict is Verdict.UNBOUND
    assert [(task.kind, task.device, task.state) for task in tasks(desk)] == [(TaskKind.WRONG_LABEL, "", "unbound")]
    see(desk, camera="cam-2", by="")
    assert tasks(desk)
    see(desk, camera="cam-1", by="")
    assert tasks(desk) == []
    see(desk, reading("gone", A, 2))
    assert tasks(desk)
    desk.now += DAY + 1
    assert tasks(desk, TaskKind.WRONG_LABEL) == []


def test_an_old_price_on_a_code_without_a_tag_is_a_task_of_the_item(desk: Desk) -> None:
    bare = replace(reading("l1", A, 1), tag=""), replace(reading("l2", A, 2, at=3), tag="")
    old, right = see(desk, *bare)
    assert [(one.verdict, one.label, one.evidence) for one in (old, right)] == [
        (Verdict.OLD, "", False), (Verdict.RIGHT, "", False),
    ]  # fmt: skip
    assert rows(desk, "label.read") == []
    (task,) = tasks(desk)
    assert (task.kind, task.device, task.item, task.gives_away) == (TaskKind.SHOWS_OLD, "", A, 20)
    see(desk, bare[1])
    assert tasks(desk), "the other label being right says nothing about this one"
    desk.now += DAY
    assert tasks(desk) == []


def test_a_label_that_gave_no_sign_for_days_is_a_task_until_it_is_read(desk: Desk) -> None:
    desk.now += 6 * DAY
    see(desk, reading("l2", A, 2))
    desk.now += 2 * DAY
    assert {task.device for task in tasks(desk, TaskKind.UNSEEN)} == {"l1", "l3"}
    see(desk, reading("l1", A, 2))
    assert {task.device for task in tasks(desk, TaskKind.UNSEEN)} == {"l3"}
    desk.do(lambda tx: desk.engine.retire(tx, "l3", "ana", "removed"))
    assert tasks(desk, TaskKind.UNSEEN) == []


def test_a_camera_that_sees_the_same_for_hours_writes_it_down_once_an_hour(desk: Desk) -> None:
    for _ in range(20):
        desk.now += 10 * 60_000
        see(desk, reading("l1", A, 2), camera="cam-1", by="")
    assert len(rows(desk, "label.read")) == 4
    see(desk, reading("l1", A, 1), camera="cam-1", by="")
    assert len(rows(desk, "label.read")) == 5


def test_an_older_picture_that_comes_late_changes_nothing(desk: Desk) -> None:
    see(desk, reading("l1", A, 2))
    see(desk, replace(reading("l1", A, 2)), taken=desk.now - 40_000)
    assert len(rows(desk, "label.read")) == 1
