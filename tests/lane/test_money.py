"""What a start makes of payments that the last run left."""

from contextlib import closing
from pathlib import Path

import pytest

from drivers.base import Payment, PaymentDriver, PaymentOutcome, PriceRow, Sink
from drivers.errors import Refused
from edge.lane.basket import Basket, Line, bill
from edge.lane.journal import Journal, Stage
from edge.lane.money import Till
from edge.lane.state import Draft

APPROVED, DECLINED, UNKNOWN = PaymentOutcome.APPROVED, PaymentOutcome.DECLINED, PaymentOutcome.UNKNOWN
MILK = PriceRow("03850334043641", 3, "Milk", 129, "EUR", "each")
DRAFT = Draft("r-1", bill(Basket((Line(MILK, None, 1),)), lambda _: (MILK, None), 5), 5)


class Terminal(PaymentDriver):
    """Remembers payments, and what it was told to do with them."""

    capabilities = frozenset()

    def __init__(self, **outcomes: PaymentOutcome) -> None:
        self.payments = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
        self.settled: list[str] = []
        self.reversed: list[str] = []

    async def start(self, sink: Sink) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    def _told(self, payment: str) -> Payment:
        if payment not in self.payments:
            raise Refused("t", f"there is no payment {payment}")
        return Payment(payment, "t", 129, "EUR", self.payments[payment], slip=("slip",))

    async def authorise(self, device: str, payment: str, amount_minor: int, currency: str) -> Payment:
        raise AssertionError("nothing is paid anew at a start")

    async def reach(self, device: str) -> bool:
        return False

    async def resolve(self, device: str, payment: str) -> Payment:
        return self._told(payment)

    async def reverse(self, device: str, payment: str) -> Payment:
        self.payments[payment] = DECLINED
        self.reversed.append(payment)
        return self._told(payment)

    async def decide(self, device: str, payment: str, taken: bool, who: str) -> Payment:
        raise AssertionError("nobody is here")

    def open_payments(self, device: str) -> list[Payment]:
        return [self._told(payment) for payment in self.payments if payment not in self.settled]

    def settle(self, device: str, payment: str) -> None:
        assert self._told(payment).outcome is not UNKNOWN
        self.settled.append(payment)


async def recover(journal: Journal, terminal: Terminal) -> list[str]:
    left = await Till("t", terminal, journal).recover(terminal.open_payments("t"))
    return [draft.receipt for draft in left]


@pytest.mark.parametrize(
    ("outcome", "unknown", "sold"), [(APPROVED, [], True), (DECLINED, [], False), (UNKNOWN, ["r-1"], False)]
)
async def test_a_draft_that_was_left(outcome: PaymentOutcome, unknown: list[str], sold: bool, tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "j.db", lambda: 1)) as journal:
        journal.draft(DRAFT)
        terminal = Terminal(r_1=outcome)
        assert await recover(journal, terminal) == unknown
        assert ([entry.kind for entry in journal.pending(0, 9)] == ["sale", "lane.visit"]) is sold
        assert terminal.settled == ([] if unknown else ["r-1"])
        if sold:
            ((draft, stage),) = journal.drafts(*Stage)
            assert (draft.slip, stage) == (("slip",), Stage.DUE)
        assert await recover(journal, terminal) == unknown  # again, and nothing more happens
        assert len(journal.pending(0, 9)) == (2 if sold else 0)


async def test_sold_already_is_settled_and_nothing_else(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "j.db", lambda: 1)) as journal:
        journal.draft(DRAFT)
        journal.sell(DRAFT)
        terminal = Terminal(r_1=APPROVED)
        assert await recover(journal, terminal) == []
        assert (terminal.settled, terminal.reversed, len(journal.pending(0, 9))) == (["r-1"], [], 2)


@pytest.mark.parametrize("outcome", [APPROVED, UNKNOWN])
async def test_money_for_which_no_sale_is_known_goes_back(outcome: PaymentOutcome, tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "j.db", lambda: 1)) as journal:
        terminal = Terminal(r_9=outcome)
        assert await recover(journal, terminal) == []
        assert (terminal.reversed, terminal.settled) == (["r-9"], ["r-9"])
        assert journal.pending(0, 9) == []


async def test_a_draft_that_the_terminal_never_heard_of_is_forgotten(tmp_path: Path) -> None:
    with closing(Journal(tmp_path / "j.db", lambda: 1)) as journal:
        journal.draft(DRAFT)
        assert await recover(journal, Terminal()) == []
        assert journal.drafts(*Stage) == []
