"""Network gear, and drivers that ask it how it is."""

from abc import abstractmethod
from dataclasses import dataclass

from drivers.base.driver import Driver


@dataclass(frozen=True, slots=True)
class Watched:
    """A device that a network driver can ask. `cycle_ports`: whose power a person may switch off and on."""

    device: str
    address: str
    name: str = ""
    place: str = ""
    cycle_ports: frozenset[int] = frozenset()


class NetworkDriver(Driver):
    """Asks switches, power supplies, printers and sensors how they are."""

    @property
    @abstractmethod
    def watched(self) -> tuple[Watched, ...]:
        """The devices that it was told of."""

    @abstractmethod
    async def survey(self, device: str) -> None:
        """Ask the device once; what it said goes to the sink. Raises Unreachable, Refused or Misspoke.

        Returns within a bounded time, whatever the device does.
        """

    @abstractmethod
    async def cycle_power(self, device: str, port: int) -> None:
        """Switch a port's power off and on again, to wake what hangs on it.

        Raises Refused (not on the allow list, or the switch says no), Unreachable or Misspoke; the text says how the
        port was left.
        """
