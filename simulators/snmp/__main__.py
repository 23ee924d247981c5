"""Many agents in one process: `python -m simulators.snmp --count 50 --ports 2`.

Prints one line of JSON with their addresses, then obeys lines of JSON on its input: {"agent": 3, "fault": "silent",
"value": true}, or {"agent": 0, "battery": true} for a power supply. Ends with its input.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from typing import Any

from simulators.snmp import Agent, Gear, Switch, Ups, User


async def run(count: int, supplies: int, ports: int, user: User) -> None:
    """Serve until the input ends. The first `supplies` agents are power supplies, the others are switches."""
    gear: list[Gear] = [Ups(f"ups-{number}") for number in range(supplies)]
    gear += [Switch(f"switch-{number}", ports) for number in range(supplies, count)]
    agents = [Agent(one, user) for one in gear]
    for agent in agents:
        await agent.start()
    sys.stdout.write(json.dumps([agent.address for agent in agents]) + "\n")
    sys.stdout.flush()
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        _obey(agents, json.loads(line))
        sys.stdout.write("done\n")
        sys.stdout.flush()
    for agent in agents:
        agent.stop()


def _obey(agents: list[Agent], order: Mapping[str, Any]) -> None:
    agent = agents[order["agent"]]
    if "fault" in order:
        setattr(agent.faults, order["fault"], order["value"])
    elif isinstance(agent.gear, Ups):
        if order["battery"]:
            agent.gear.on_battery()
        else:
            agent.gear.on_mains()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--supplies", type=int, default=1)
    parser.add_argument("--ports", type=int, default=2)
    parser.add_argument("--user", default="aisle")
    parser.add_argument("--auth", default="an auth password")
    parser.add_argument("--priv", default="a priv password")
    given = parser.parse_args()
    asyncio.run(run(given.count, given.supplies, given.ports, User(given.user, given.auth, given.priv)))


if __name__ == "__main__":
    main()
