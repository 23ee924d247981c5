"""Where readings of fridges arrive, and time passes for them."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future

from drivers.base import Survey
from edge.alarms.rules import Measure, Observation
from edge.coldchain.config import FridgeConfig
from edge.coldchain.machine import Look
from edge.coldchain.records import in_centi, keep_fridges, let_pass, take_reading
from edge.devices.registry import Registry
from edge.store import Store, StoreError, Transaction

log = logging.getLogger(__name__)

PASS_SECONDS = 5.0
Turned = Callable[[Transaction, FridgeConfig, Look, Look], None]
"""Hears, in the transaction that found it, that a fridge looks otherwise than before."""
ROLE, DRIVER = "other", "bthome"


class ColdWatch:
    """Watches the fridges of the configuration."""

    def __init__(
        self, fridges: Sequence[FridgeConfig], store: Store, registry: Registry,
        turned: Turned = lambda _tx, _fridge, _before, _after: None,
    ) -> None:  # fmt: skip
        self._fridges = tuple(fridges)
        self._store = store
        self._registry = registry
        self._turned = turned

    async def run(self) -> None:
        """Take sensors into service, then let time pass until cancelled."""
        begun = False
        while True:
            try:
                await self._store.do(self.look if begun else self.begin)
                begun = True
            except StoreError as error:
                log.warning("fridges wait for the disk: %s", error)
            await asyncio.sleep(PASS_SECONDS)

    def begin(self, tx: Transaction) -> None:
        """Take over the configuration, inside a transaction."""
        keep_fridges(tx, self._fridges)
        for one in self._fridges:
            known = self._registry.get(one.sensor)
            if known is None or not known.enrolled:
                self._registry.enrol(tx, one.sensor, ROLE, known.driver if known else DRIVER, place=one.place)

    def look(self, tx: Transaction) -> None:
        """Let time pass, inside a transaction. A sensor that fell silent is lost until it is heard again."""
        for one in self._fridges:
            before, after = let_pass(tx, one)
            if before is after:
                continue
            self._turned(tx, one, before, after)
            if after is Look.SILENT:
                tx.after(lambda one=one: self._registry.lost(one.sensor, "no reading for a while"))  # type: ignore[misc]

    def measured(self, survey: Survey) -> None:
        """A device said how it is. From any thread; what the disk refuses is said again by the next reading."""
        found = [
            (one, centi)
            for one in self._fridges
            if one.sensor == survey.device
            for measure in survey.measures
            if measure.name == one.measure and (centi := in_centi(measure)) is not None
        ]
        if not found:
            return
        damp = next(
            (one.value for one in survey.measures if one.name == "humidity" and isinstance(one.value, int)), None
        )

        def work(tx: Transaction) -> None:
            for one, centi in found:
                if tx.sql.execute("SELECT 1 FROM fridge WHERE id = ?", (one.id,)).fetchone():
                    before, after = take_reading(tx, one, centi, damp)
                    if before is not after:
                        self._turned(tx, one, before, after)

        try:
            self._store.run(work).add_done_callback(_kept)
        except StoreError as error:
            log.warning("a reading of %s is not on record: %s", survey.device, error)


def fridges(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """How every fridge is, for the alarm rules."""
    rows = tx.sql.execute("SELECT id, look, centi FROM fridge")
    return {
        Measure.COLD: [
            Observation(Measure.COLD, fridge, look, "" if centi is None else f"{centi / 100:.1f} °C")
            for fridge, look, centi in rows
        ]
    }


def _kept(written: "Future[None]") -> None:
    if (error := written.exception()) is not None:
        log.warning("a reading of a fridge is not on record: %s", error)
