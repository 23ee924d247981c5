"""The whole gateway, with a switch and a power supply in its file."""

import asyncio
from pathlib import Path

from edge.config import Config
from edge.gateway import Gateway
from edge.store.database import open_for_reading
from edge.views.network import NetworkView, read_network
from simulators.snmp import Agent, Switch, Ups
from tests.drivers.snmp.room import USER, options, until


async def test_the_gateway_watches_what_stands_in_its_file(tmp_path: Path) -> None:
    agents = {"sw-1": Agent(Switch("sw-1", 4), USER), "ups-1": Agent(Ups("ups-1"), USER)}
    for agent in agents.values():
        await agent.start()
    config = Config.model_validate({
        "shop": {"id": "0204"}, "data": tmp_path, "console": {"port": 0}, "network": {"every_seconds": 0.5},
        "drivers": {"snmp": options(agents)},
    })  # fmt: skip
    stop = asyncio.Event()
    running = asyncio.create_task(Gateway(config).run(stop))
    try:
        await until(lambda: running.done() or (tmp_path / "ports.json").exists())
        database = open_for_reading(tmp_path / "store.db")

        def view() -> NetworkView:
            return read_network(database)

        await until(lambda: all(one.state == "ready" and one.values for one in view().gear))
        assert [one.id for one in view().gear] == ["sw-1", "ups-1"]
        gear = agents["ups-1"].gear
        assert isinstance(gear, Ups)
        gear.on_battery(minutes=4)
        await until(lambda: view().supplies[0].power == "low" and view().checkpointed_at)
        assert "ups-1" in view().held
        gear.on_mains()
        await until(lambda: not view().held)
        database.close()
    finally:
        stop.set()
        await running
        for agent in agents.values():
            agent.stop()
        await asyncio.sleep(0)
