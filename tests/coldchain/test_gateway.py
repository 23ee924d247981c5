"""The whole gateway, with a thermometer on the air: from the advert to the ticket."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config import Config
from edge.gateway import Gateway
from edge.store.database import open_for_reading
from edge.views.fridges import Fridge, read_fridges
from edge.views.tickets import open_tickets
from simulators.ble import Radio, ThermometerSpec

MAC = "C4:48:E6:8F:80:A5"


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(40):
        while not true():
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_a_fridge_that_warms_up_is_a_ticket(tmp_path: Path) -> None:
    async with Radio([], advertise_every=0.1, thermometers=[ThermometerSpec(MAC, 280)]) as radio:
        config = Config.model_validate({
            "shop": {"id": "0204"}, "data": tmp_path, "console": {"port": 0},
            "drivers": {"bthome": {"backend": radio.backend, "sensors": {"thermo-1": {"address": MAC}}}},
            "fridges": [{"id": "dairy", "sensor": "thermo-1", "after_minutes": 0.02}],
        })  # fmt: skip
        stop = asyncio.Event()
        running = asyncio.create_task(Gateway(config).run(stop))
        try:
            await until(lambda: running.done() or (tmp_path / "ports.json").exists())
            database = open_for_reading(tmp_path / "store.db")

            def fridge() -> Fridge | None:
                return next(iter(read_fridges(database, 0, 0)), None)

            await until(lambda: (one := fridge()) is not None and one.centi == 280 and one.look == "in-band")
            radio.thermometers[MAC].centi = 900
            await until(lambda: [one.rule for one in open_tickets(database)] == ["cold-excursion"])
            assert (one := fridge()) is not None
            assert one.humidity == 6_000
            database.close()
        finally:
            stop.set()
            await running
