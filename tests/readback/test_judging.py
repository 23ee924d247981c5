"""A reading against what the books say: every verdict, what it proves, and what it costs."""

import pytest

from edge.labels.digital_link import tag_of
from edge.readback import Beliefs, ItemBelief, Judged, LabelBelief, Reading, Verdict, judge

A, B = "03850334043641", "03850334018236"
NOW = 1_000_000
MILK = ItemBelief(A, "Milk", {5: 100, 7: 129, 8: 119}, target=8, charged=(119, 119))
SALT = ItemBelief(B, "Salt", {3: 99}, target=3, charged=(99, 99))


def label(name: str, item: str = A, *versions: int, **more: object) -> LabelBelief:
    facts: dict[str, object] = {
        "place": "Dairy 1", "item": item, "may": frozenset((item, one) for one in versions), "touched": NOW - 60_000,
    }  # fmt: skip
    return LabelBelief(name, tag_of(name), **(facts | more))  # type: ignore[arg-type]


def read(version: int, name: str = "", item: str = A, at: int = 0) -> Reading:
    left = at * 100
    corners = ((left, 0), (left + 60, 0), (left + 60, 60), (left, 60))
    return Reading(item, version, tag_of(name) if name else "", corners, 60, 29)


def verdicts(readings: list[Reading], *labels: LabelBelief, place: str = "", taken: int = NOW) -> list[Judged]:
    return list(judge(readings, Beliefs({A: MILK, B: SALT}, labels), taken, place))


def one(reading: Reading, *labels: LabelBelief, **more: object) -> Judged:
    (found,) = verdicts([reading], *labels, **more)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize(
    ("version", "may", "verdict", "over"),
    [
        (8, (8,), Verdict.RIGHT, 0),
        (8, (7, 8), Verdict.RIGHT, 0),
        (7, (7, 8), Verdict.CHANGING, -10),
        (7, (8,), Verdict.OLD, -10),
        (5, (8,), Verdict.OLD, 19),
        (8, (7,), Verdict.UNEXPECTED, 0),
        (4, (8,), Verdict.UNEXPECTED, 0),
    ],
)
def test_a_version_of_the_labels_own_item(version: int, may: tuple[int, ...], verdict: Verdict, over: int) -> None:
    found = one(read(version, "l1"), label("l1", A, *may), label("l2", A, 8))
    assert (found.verdict, found.label, found.place, found.over) == (verdict, "l1", "Dairy 1", over)
    assert found.evidence
    assert found.wanted == (A, 8)


def test_what_happened_since_the_picture_was_taken_is_no_fault_and_proves_nothing() -> None:
    found = one(read(7, "l1"), label("l1", A, 8, touched=NOW + 5))
    assert (found.verdict, found.evidence, found.shown, found.over) == (Verdict.CHANGING, False, 129, 0)


def test_what_a_label_was_caught_at_stays_old_while_it_is_sent_again() -> None:
    caught = label("l1", A, 7, 8, unknown=True, caught=(A, 7))
    assert one(read(7, "l1"), caught).verdict is Verdict.OLD
    assert one(read(8, "l1"), caught).verdict is Verdict.RIGHT


def test_a_label_of_another_item() -> None:
    assert one(read(8, "l1"), label("l1", B, 3)).verdict is Verdict.WRONG_ITEM
    follows = label("l1", B, may=frozenset({(A, 8), (B, 3)}))
    assert one(read(8, "l1"), follows).verdict is Verdict.CHANGING
    assert one(read(8, "l1"), label("l1", "", enrolled=False)).verdict is Verdict.UNBOUND
    assert not one(read(8, "l1"), label("l1", "", enrolled=False)).evidence


def test_an_item_that_nobody_sells_and_one_that_no_label_stands_for() -> None:
    assert one(read(8, "l1", item="00000000000017")).verdict is Verdict.UNKNOWN_ITEM
    assert one(read(8, "l9")).verdict is Verdict.UNBOUND
    assert one(read(8)).verdict is Verdict.UNBOUND


def test_a_label_in_another_place_than_its_own() -> None:
    assert one(read(8, "l1"), label("l1", A, 8), place="Bakery").verdict is Verdict.MOVED
    assert one(read(8, "l1"), label("l1", A, 8), place="Dairy 1").verdict is Verdict.RIGHT
    assert one(read(5, "l1"), label("l1", A, 8), place="Bakery").verdict is Verdict.OLD


def test_one_label_seen_twice_is_a_copy_and_proves_nothing() -> None:
    found = verdicts([read(8, "l1"), read(8, "l1", at=2)], label("l1", A, 8))
    assert [(each.verdict, each.evidence) for each in found] == [(Verdict.SURPLUS, False)] * 2


def test_without_a_tag_only_a_single_label_is_spoken_of() -> None:
    alone = one(read(8), label("l1", A, 8))
    assert (alone.verdict, alone.label, alone.evidence) == (Verdict.RIGHT, "l1", True)
    among = one(read(8), label("l1", A, 8), label("l2", A, 8))
    assert (among.verdict, among.label, among.evidence) == (Verdict.RIGHT, "", False)
    assert one(read(7), label("l1", A, 8), label("l2", A, 8)).verdict is Verdict.OLD
    crowd = verdicts([read(8), read(8, at=2), read(8, at=4)], label("l1", A, 8), label("l2", A, 8))
    assert {each.verdict for each in crowd} == {Verdict.SURPLUS}


def test_without_a_tag_an_item_may_still_be_in_a_place_where_it_has_no_label() -> None:
    labels = label("l1", A, 8), label("l2", A, 8, place="Dairy 2")
    assert one(read(8), *labels, place="Bakery").verdict is Verdict.MOVED
    assert one(read(8), *labels, place="Dairy 2").verdict is Verdict.RIGHT


def test_labels_that_share_a_tag_are_told_apart_by_the_item_or_not_at_all() -> None:
    first, second = label("l1", A, 8), label("l2", B, 3)
    twin = LabelBelief("l2", first.tag, item=B, may=second.may, touched=0)
    assert one(read(8, "l1"), first, twin).label == "l1"
    other = LabelBelief("l3", first.tag, item=A, may=frozenset({(A, 8)}), touched=0)
    assert one(read(8, "l1"), first, other).label == ""


def test_over_is_judged_by_the_dearest_till_and_under_by_the_cheapest() -> None:
    between = ItemBelief(A, "Milk", MILK.prices, target=8, charged=(100, 129))
    beliefs = Beliefs({A: between}, [label("l1", A, 8)])
    assert judge([read(8, "l1")], beliefs, NOW)[0].over == 10
    assert judge([read(7, "l1")], beliefs, NOW)[0].over == -29
