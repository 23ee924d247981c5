"""A switch that a till hangs on: its cable comes off, and the gateway says which port, and what hung there."""

import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from simulators.demo.promise import Promise
from simulators.demo.tickets import Console, ticket_of
from simulators.snmp import Agent, Switch, User
from simulators.till.till import Till

SWITCH, PORT = "switch-1", 3
MAC = "02:00:5e:10:00:03"
UP, DOWN = 1, 2
SURVEY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Wires:
    """A switch in the back office; one of its ports leads to a till."""

    switch: Switch
    agent: Agent
    user: User
    till: str

    @property
    def config(self) -> str:
        """Its part of the gateway's configuration."""
        return f"""
[network]
every_seconds = {SURVEY_SECONDS}
hanging = {{ {self.till} = "{MAC}" }}

[alarms.rules.port-dead]
after_minutes = 0

[drivers.snmp]
allow_special = ["127.0.0.0/8"]

[drivers.snmp.devices.{SWITCH}]
address = "127.0.0.1"
port = {self.agent.address[1]}
name = "Switch, back office"

[drivers.snmp.devices.{SWITCH}.login]
user = "{self.user.name}"
auth_password = "{self.user.auth_password}"
priv_password = "{self.user.priv_password}"
"""


async def open_wires(stack: AsyncExitStack, till: str) -> Wires:
    """Switch the switch on."""
    user = User("demo", secrets.token_urlsafe(12), secrets.token_urlsafe(12))
    switch = Switch(SWITCH, 8)
    switch.carry(PORT, MAC)
    agent = Agent(switch, user)
    await agent.start()
    stack.callback(agent.stop)
    return Wires(switch, agent, user, till)


async def pull_cable(wires: Wires, till: Till, box: Console, say: Callable[[str], None]) -> Promise:
    """A cable comes off: one ticket, about the port, that names the till. Then it is plugged in again."""
    subject = f"{SWITCH}:{PORT}"
    words = f"The cable of {till.config.name} came off"
    say(f"{words}: port {PORT} of the switch is dead")
    till.disconnect()
    wires.switch.ports[PORT].oper = DOWN
    try:
        ticket, took = await ticket_of(box, ("port-dead",), subject)
        if ticket is None:
            return Promise(words, "no ticket says which port is dead")
        others = [one["rule"] for one in await box.tickets() if one["subject"] == wires.till]
    finally:
        wires.switch.ports[PORT].oper = UP
        till.reconnect()
    number, hung = ticket["number"], ticket["why"]
    say(f"Ticket {number}: port {PORT} of {ticket['name']} is dead, {hung} hung on it, {took:.0f} s later")
    words = f"{words}; ticket {number} named port {PORT} and {hung} {took:.1f} s later, and no other spoke of it"
    if till.config.name != hung:
        return Promise(words, f"the ticket names {hung!r}")
    return Promise(words, f"the till has a ticket of its own: {', '.join(others)}" if others else "")
