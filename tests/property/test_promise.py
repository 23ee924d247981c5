"""The promise, against devices with a truth of their own: messages are lost, repeated and reordered at will."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from edge.prices.activation import plan
from edge.prices.books import load_books
from edge.prices.engine import describe
from tests.desk import A, B, Desk

LABELS = ("label-1", "label-2", "label-3")
TILLS = ("till-1", "till-2")
ITEMS = (A, B)

label = st.sampled_from(LABELS)
till = st.sampled_from(TILLS)
item = st.sampled_from(ITEMS)


class Shop(RuleBasedStateMachine):
    """Tills and labels keep what they really charge and show; the store only ever sees their words."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.charges: dict[str, dict[str, tuple[int, int]]] = {till: {} for till in TILLS}
        self.shows: dict[str, tuple[str, int, int] | None] = dict.fromkeys(LABELS)
        self.air: list[tuple[str, str, str, int, int]] = []  # to tills, perhaps late, perhaps twice
        self.words: list[tuple[str, str, str, int]] = []  # from devices, likewise
        self.highest: dict[tuple[str, str], int] = {}

    @initialize()
    def open_shop(self) -> None:
        for one in TILLS:
            self.desk.device(one, "till")
        for one, of in zip(LABELS, (A, A, B), strict=True):
            self.desk.device(one, "label")
            self.desk.bind(one, of)

    @rule(of=item, minor=st.integers(50, 90))
    def push(self, of: str, minor: int) -> None:
        self.desk.push({of: minor})

    @rule(to=till)
    def send(self, to: str) -> None:
        self.air += [("till", to, *row) for row in self.desk.allowed(to)][:8]

    @rule(pick=st.integers(0, 30), twice=st.booleans())
    def deliver(self, pick: int, twice: bool) -> None:
        """A till gets a message, perhaps an old one; versions never go back in its table."""
        if not self.air:
            return
        _, to, of, version, minor = self.air[pick % len(self.air)] if twice else self.air.pop(pick % len(self.air))
        if version > self.charges[to].get(of, (0, 0))[0]:
            self.charges[to][of] = (version, minor)
        self.words.append(("applied", to, of, self.charges[to][of][0]))

    @rule(on=label, says_so=st.booleans())
    def show(self, on: str, says_so: bool) -> None:
        """A label gets the newest image it may have; its word may be lost."""
        allowed = self.desk.allowed(on)
        if allowed and allowed[-1][0] == self.bound(on):
            of, version, minor = allowed[-1]
            self.shows[on] = (of, version, minor)
            if says_so:
                self.words.append(("shown", on, of, version))

    def bound(self, on: str) -> str:
        """The item that the label stands for."""
        of: str = self.desk.sql.execute("SELECT item FROM binding WHERE device = ?", (on,)).fetchone()[0]
        return of

    @rule(pick=st.integers(0, 30), twice=st.booleans())
    def hear(self, pick: int, twice: bool) -> None:
        """The store hears a device. A label's own words come in order: one upload at a time, told by the driver."""
        if not self.words:
            return
        index = pick % len(self.words)
        kind, who, of, version = self.words[index]
        if kind == "shown":
            index = next(i for i, word in enumerate(self.words) if word[1] == who)
            kind, who, of, version = self.words.pop(index)
            self.desk.shown(who, of, version)
            return
        if not twice:
            self.words.pop(index)
        self.desk.applied(who, (of, version))

    @rule()
    def tills_catch_up(self) -> None:
        """All that was on the way to tills, and from them, arrives."""
        for one in TILLS:
            self.send(one)
        while self.air:
            self.deliver(0, False)
        said, self.words = self.words, [word for word in self.words if word[0] == "shown"]
        for kind, who, of, version in said:
            if kind == "applied":
                self.desk.applied(who, (of, version))

    @rule(on=label, of=item)
    def bind(self, on: str, of: str) -> None:
        self.desk.bind(on, of)

    @rule(who=till, epoch=st.integers(2, 9))
    def forget(self, who: str, epoch: int) -> None:
        """A till loses its table, and all that it had said before is from another life."""
        self.charges[who] = {}
        self.words = [word for word in self.words if word[1] != who]
        self.air = [message for message in self.air if message[1] != who]
        self.highest = {key: version for key, version in self.highest.items() if key[0] != who}
        self.desk.do(lambda tx: self.desk.engine.till_forgot(tx, who, epoch))

    @rule(later=st.integers(0, 40_000))
    def wait(self, later: int) -> None:
        self.desk.tick(later)

    @invariant()
    def no_till_charges_more_than_a_label_shows(self) -> None:
        for shown in self.shows.values():
            if shown:
                of, _, minor = shown
                for one in TILLS:
                    assert self.charges[one].get(of, (0, 0))[1] <= minor, (
                        f"{one} charges more than a label of {of} shows"
                    )

    @invariant()
    def versions_never_go_back(self) -> None:
        for one in TILLS:
            for of, (version, _) in self.charges[one].items():
                assert version >= self.highest.get((one, of), 0)
                self.highest[one, of] = version

    @invariant()
    def who_holds_a_price_back_is_told_as_it_is_now(self) -> None:
        def holders(item: str) -> str:
            return self.desk.do(
                lambda tx: describe(plan(load_books(tx, [item])[item], self.desk.engine.rules, tx.steady))
            )

        told = self.desk.sql.execute("SELECT item, why FROM price WHERE phase = 'active' AND why != ''").fetchall()
        assert told == [(item, holders(item)) for item, _ in told]

    def teardown(self) -> None:
        """Once everything is delivered, everything converges.

        Every item has a price by then: a label bound to one that has none keeps what it shows, and holds it back.
        """
        for of in ITEMS:
            if not self.desk.sql.execute("SELECT 1 FROM price WHERE item = ? AND phase != 'held'", (of,)).fetchone():
                self.push(of, 70)
        for _ in range(12):
            for one in TILLS:
                self.send(one)
            while self.air:
                self.deliver(0, False)
            for one in LABELS:
                self.show(one, True)
            while self.words:
                self.hear(0, False)
        for of in ITEMS:
            target = self.desk.sql.execute(
                "SELECT MAX(version) FROM price WHERE item = ? AND phase IN ('active', 'landed')", (of,)
            ).fetchone()[0]
            if target:
                assert self.desk.phase(of, target)[0] == "landed"
                assert {self.charges[one][of][0] for one in TILLS} == {target}
                for (one,) in self.desk.sql.execute("SELECT device FROM binding WHERE item = ?", (of,)):
                    assert (self.shows[one] or ("", 0))[:2] == (of, target), (
                        f"{one} stands for {of} and shows something else"
                    )
        self.desk.close()


TestShop = Shop.TestCase
TestShop.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
