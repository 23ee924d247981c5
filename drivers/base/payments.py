"""Payments, and drivers of payment terminals."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from drivers.base.driver import Driver


class PaymentOutcome(StrEnum):
    """What became of a payment. UNKNOWN is neither: nobody may call it paid, and nobody may ask for the money again."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as far as the terminal has told. Holds no card number: at most its brand and last four digits."""

    id: str
    device: str
    amount_minor: int
    currency: str
    outcome: PaymentOutcome
    why: str = ""
    """One sentence for a person; what happened where it was not approved."""
    reference: str = ""
    """The terminal's own number of the transaction."""
    card: str = ""
    slip: tuple[str, ...] = ()
    """What the terminal wants printed, line by line."""
    given_back: bool = False
    """Whether money was taken and given back."""
    needs_person: bool = False
    """Whether asking the terminal has ended: a person has to look."""


class PaymentDriver(Driver):
    """Drives payment terminals: talks to them, never sees the card.

    A payment's `id` is the caller's, 1 to 40 of [A-Za-z0-9._-], and stands for one attempt for ever: asking again
    with the same id never charges again. Nothing is sent before the intent is on disk, so every verb may be killed at
    any moment.
    """

    @abstractmethod
    async def authorise(self, device: str, payment: str, amount_minor: int, currency: str) -> Payment:
        """Take money. A known id is looked up and, while unknown, resolved; it is never sent again.

        Raises Refused: no such terminal, an amount or currency it cannot take, another payment of it still unknown,
        or an id that stood for another amount.
        """

    @abstractmethod
    async def reach(self, device: str) -> bool:
        """Look whether the terminal's line stands, without a word to it: for lanes between two payments.

        False: a payment is under way or not settled, so nobody looked. Raises Unreachable; Refused: no such terminal.
        """

    @abstractmethod
    async def resolve(self, device: str, payment: str) -> Payment:
        """Ask the terminal what became of a payment, by status query. Raises Refused: no such payment."""

    @abstractmethod
    async def reverse(self, device: str, payment: str) -> Payment:
        """Give the money back, once, whatever the answer to the payment was. Raises Refused: no such payment."""

    @abstractmethod
    async def decide(self, device: str, payment: str, taken: bool, who: str) -> Payment:
        """A person has looked at the terminal's journal and says whether the money stands. Kept with the name.

        Raises Refused: no such payment, or it does not need a person.
        """

    @abstractmethod
    def open_payments(self, device: str) -> Sequence[Payment]:
        """Payments that the caller has not settled, oldest first: what a restart has to pick up."""

    @abstractmethod
    def settle(self, device: str, payment: str) -> None:
        """The caller has acted on the outcome, durably. Raises Refused: no such payment, or it is still unknown."""
