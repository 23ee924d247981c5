"""The bank: what was really taken from cards, and really given back."""

from dataclasses import dataclass, field


@dataclass
class Charge:
    """Money taken. `minor` in minor units."""

    number: int
    minor: int
    reversed: bool = False


@dataclass
class Bank:
    """The truth of all terminals behind it."""

    charges: list[Charge] = field(default_factory=list)

    def charge(self, minor: int) -> Charge:
        """Take money from a card."""
        charge = Charge(len(self.charges) + 1, minor)
        self.charges.append(charge)
        return charge

    @property
    def standing(self) -> list[Charge]:
        """Charges that were not given back."""
        return [charge for charge in self.charges if not charge.reversed]
