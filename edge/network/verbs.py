"""The one thing that a person may switch: the power of a port, to wake what hangs on it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.base import NetworkDriver
from drivers.errors import DeviceError
from edge.store import Store, Transaction
from edge.store.ledger import encode


@dataclass(frozen=True, slots=True)
class PortPower:
    """Switches ports that the driver's options allow. One at a time."""

    store: Store
    drivers: Mapping[str, NetworkDriver]
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def cycle(self, switch: str, port: int, by: str) -> None:
        """Power off, a pause, power on. In the audit log and the ledger before it begins, and once it ended.

        Raises ValueError with a reason fit for the person.
        """
        driver = next(
            (one for one in self.drivers.values() for known in one.watched
             if known.device == switch and port in known.cycle_ports), None,
        )  # fmt: skip
        if driver is None:
            raise ValueError(f"port {port} of {switch} is not on the list of ports whose power may be switched")
        if self._one.locked():
            raise ValueError("another port is being switched; wait until it is done")
        async with self._one:
            await self._note(switch, {"port": port, "by": by, "step": "asked"}, by)
            try:
                await driver.cycle_power(switch, port)
            except DeviceError as error:
                await self._note(switch, {"port": port, "by": by, "step": "failed", "why": error.why[:200]})
                raise ValueError(str(error)) from error
            await self._note(switch, {"port": port, "by": by, "step": "done"})

    async def _note(self, switch: str, body: dict[str, object], by: str = "") -> None:
        def work(tx: Transaction) -> None:
            tx.record("network.cycled", switch, body)
            if by:
                tx.sql.execute(
                    "INSERT INTO audit (at, who, did, body) VALUES (?, ?, 'cycle', ?)",
                    (tx.now, by, encode({"switch": switch, "port": body["port"]})),
                )
                tx.topics.add("audit")

        await self.store.do(work)
