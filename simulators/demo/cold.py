"""A fridge with a thermometer on a radio of its own: its door opens, which is nothing; then it drifts out of band."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from simulators.ble.radio import Radio
from simulators.ble.thermometer import Thermometer, ThermometerSpec
from simulators.demo.promise import Promise
from simulators.demo.tickets import Console, ticket_of

MAC = "C4:48:E6:8F:80:A5"
FRIDGE = "dairy"
GOOD, OPEN_DOOR, WARM = 310, 1_150, 820
"""Hundredths of a degree Celsius."""
OUTSIDE_SECONDS = 5
"""How long outside its band is an excursion; ten minutes in a shop."""
DOOR_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Fridge:
    """The dairy wall."""

    radio: Radio

    @property
    def thermometer(self) -> Thermometer:
        """The one in it."""
        return self.radio.thermometers[MAC]

    @property
    def config(self) -> str:
        """Its part of the gateway's configuration."""
        return f"""
[drivers.bthome]
backend = "{self.radio.backend}"

[drivers.bthome.sensors.thermo-1]
address = "{MAC}"

[[fridges]]
id = "{FRIDGE}"
name = "Dairy wall"
place = "Aisle 1"
sensor = "thermo-1"
after_minutes = {OUTSIDE_SECONDS / 60:.4f}
"""


async def open_fridge(stack: AsyncExitStack) -> Fridge:
    """Switch it on."""
    spec = ThermometerSpec(MAC, GOOD)
    return Fridge(await stack.enter_async_context(Radio([], advertise_every=0.5, thermometers=[spec])))


async def drift(fridge: Fridge, box: Console, say: Callable[[str], None]) -> Promise:
    """Somebody opens the door for a moment; later the fridge fails. Only the second is a ticket."""
    rules = ("cold-excursion", "cold-silent")
    words = f"The dairy wall's door stood open for {DOOR_SECONDS} s, and nobody was called"
    say("The dairy wall's door is opened for a moment: that is no alarm")
    fridge.thermometer.centi = OPEN_DOOR
    await asyncio.sleep(DOOR_SECONDS)
    fridge.thermometer.centi = GOOD
    await asyncio.sleep(OUTSIDE_SECONDS)
    if any(ticket["subject"] == FRIDGE for ticket in await box.tickets()):
        return Promise(words, "an open door became a ticket")
    say(f"The dairy wall drifts to {degrees(WARM)}; its band ends at 4.0 °C")
    fridge.thermometer.centi = WARM
    ticket, took = await ticket_of(box, rules, FRIDGE)
    if ticket is None:
        return Promise(words, "the fridge drifted out of its band and no ticket opened")
    say(f"Ticket {ticket['number']}: {ticket['name']} is out of its band ({ticket['why']}), {took:.0f} s later")
    fridge.thermometer.centi = GOOD
    words = f"{words}; it drifted to {degrees(WARM)}, and ticket {ticket['number']} opened {took:.1f} s later"
    return Promise(words, "" if ticket["rule"] == rules[0] else f"the ticket says {ticket['rule']!r}")


def degrees(centi: int) -> str:
    """A temperature for people."""
    return f"{centi / 100:.1f} °C"
