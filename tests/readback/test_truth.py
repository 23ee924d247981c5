"""Readings narrow what the ledger answers, and never past the truth: lost words, late photos, labels bound anew."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.labels.digital_link import tag_of
from edge.proof.records import read_label
from edge.readback.facts import Look, Reading
from edge.readback.record import Glimpse, record_look
from tests.desk import A, B, Desk

LABEL = "l1"
Ink = tuple[str, int]


class Shelf:
    """One label with real ink, one till that always answers, and photos that may come late."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.desk.device(LABEL, "label")
        self.desk.device("till-1", "till")
        self.ink: Ink | None = None
        self.taken: list[tuple[int, Ink]] = []
        for item in (A, B):
            self.price(item)
        self.desk.bind(LABEL, A)
        self.bound = A
        self.till()

    def price(self, item: str) -> None:
        self.desk.push({item: 100 + (self.desk.sequence * 37) % 60})
        self.till()

    def till(self) -> None:
        for item, version, _ in self.desk.allowed("till-1"):
            self.desk.applied("till-1", (item, version))

    def bind(self, item: str) -> None:
        self.desk.bind(LABEL, item)
        self.bound = item

    def upload(self, *, heard: bool) -> None:
        """What the dispatcher would send reaches the ink; the label's word may be lost."""
        waiting = self.desk.allowed(LABEL)
        if not waiting or waiting[-1][0] != self.bound:
            return
        item, version, _ = waiting[-1]
        body = {"item": item, "version": version, "pixels": "p"}
        self.desk.do(lambda tx: tx.record("label.sending", LABEL, body))
        self.ink = item, version
        self.desk.now += 10
        if heard:
            self.desk.shown(LABEL, item, version)
        self.till()

    def shoot(self) -> None:
        if self.ink is not None:
            self.taken.append((self.desk.now, self.ink))

    def send(self, place: int) -> None:
        """One of the photos taken reaches the gateway."""
        if not self.taken:
            return
        taken, (item, version) = self.taken.pop(place % len(self.taken))
        reading = Reading(item, version, tag_of(LABEL), ((0, 0), (58, 0), (58, 58), (0, 58)), 58, 29)
        glimpse = Glimpse(taken, by="ana")
        self.desk.do(lambda tx: record_look(tx, self.desk.engine, Look(100, 100, (reading,)), glimpse))
        self.till()


steps = st.lists(
    st.tuples(
        st.sampled_from(["price A", "price B", "bind A", "bind B", "heard", "unheard", "shoot", "send", "shoot+send"]),
        st.integers(0, 3),
        st.integers(1, 60_000),
    ),
    max_size=40,
)


@example([(what, 0, 1_000) for what in ("heard", "shoot", "bind B", "unheard", "bind A", "send")])
@given(steps)
@settings(max_examples=60, deadline=None)
def test_the_truth_is_always_among_the_answers(happened: list[tuple[str, int, int]]) -> None:
    shelf = Shelf()
    try:
        for what, place, passed in happened:
            shelf.desk.now += passed
            match what.split():
                case ["price", item]:
                    shelf.price(A if item == "A" else B)
                case ["bind", item]:
                    shelf.bind(A if item == "A" else B)
                case ["heard" | "unheard" as how]:
                    shelf.upload(heard=how == "heard")
                case ["shoot"]:
                    shelf.shoot()
                case ["send"]:
                    shelf.send(place)
                case _:
                    shelf.shoot()
                    shelf.desk.now += 500
                    shelf.send(-1)
            look = read_label(shelf.desk.sql, LABEL).at(shelf.desk.now + 1).look
            assert shelf.ink is None or look.unknown or shelf.ink in [face.key for face in look.faces]
    finally:
        shelf.desk.close()
