"""The simulated shop: labels on the air, tills on MQTT, a film for the camera, and shoppers who buy."""

import asyncio
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from simulators.ble.firmware import Faults
from simulators.ble.label import Label, LabelSpec, label_specs
from simulators.ble.radio import Radio
from simulators.camera.clip import ClipTruth, make_clip
from simulators.demo.lanes import Lane
from simulators.till.basket import NotForSaleError, Sale
from simulators.till.config import TillConfig
from simulators.till.till import Till

MODELS = (0x0033, 0x004B, 0x010B)
"""2.9", 4.2" and 2.13" panels with red ink, as a shop mixes them."""
SALES_PER_SECOND = 2.0
"""Over all tills together."""


@dataclass
class Shop:
    """Everything that stands in the shop. Labels and tills keep their own truth."""

    radio: Radio
    film: ClipTruth | None
    tills: dict[str, Till] = field(default_factory=dict)
    bindings: dict[str, str] = field(default_factory=dict)
    """Label id → item."""
    dead: set[str] = field(default_factory=set)
    taken_down: dict[str, int] = field(default_factory=dict)
    """Label id → when a person took it off its shelf: from then on no shopper can read it."""
    lanes: dict[str, Lane] = field(default_factory=dict)

    def sales(self) -> Iterator[tuple[str, Sale]]:
        """Everything that was sold, with where."""
        for device, till in self.tills.items():
            yield from ((device, sale) for sale in till.truth.sales)
        for device, lane in self.lanes.items():
            yield from ((device, sale) for sale in lane.sales)

    def label(self, device: str) -> Label:
        """The simulated label behind a device id."""
        return self.radio.labels[_address(device)]

    def kill_label(self, device: str) -> None:
        """Its battery dies: it keeps what it shows, and is never heard again."""
        self.dead.add(device)
        self.label(device).faults = Faults(dead=True)

    def take_down(self, device: str) -> None:
        """A person takes the label off its shelf."""
        self.taken_down[device] = now()

    async def open_till(self, store: str, device: str, host: str, port: int, password: str, folder: Path) -> None:
        """Switch a till on."""
        config = TillConfig(
            store,
            device,
            host,
            port,
            password,
            folder / f"{device}.db",
            name=f"Self-checkout {device[-1]}",
            leases=True,
        )
        till = Till(config)
        till.start()
        self.tills[device] = till

    async def close(self) -> None:
        """Switch the tills off."""
        for till in self.tills.values():
            await asyncio.to_thread(till.stop)


async def open_shop(
    stack: AsyncExitStack, labels: int, poll_seconds: float, film_seconds: float, folder: Path, seed: int
) -> Shop:
    """Put labels on the air and make the camera's film; with 0 seconds, none."""
    film = await asyncio.to_thread(make_clip, folder / "door.avi", film_seconds, seed) if film_seconds else None
    specs = [
        LabelSpec(spec.address, MODELS[number % len(MODELS)], battery_mv=3100 - 40 * (number % 6))
        for number, spec in enumerate(label_specs(labels))
    ]
    radio = await stack.enter_async_context(Radio(specs, advertise_every=poll_seconds))
    shop = Shop(radio, film)
    stack.push_async_callback(shop.close)
    return shop


def device_of(address: str) -> str:
    """The id under which the gateway knows a label with this address (docs/operations.md)."""
    return "ble-" + address.replace(":", "").lower()


def _address(device: str) -> str:
    digits = device.removeprefix("ble-").upper()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


async def shoppers(shop: Shop, labelled: Sequence[str], others: Sequence[str], seed: int) -> None:
    """Buy at every till until cancelled; mostly what has a label, so that the promise is put to the test."""
    source = random.Random(seed)  # noqa: S311  shoppers, no secret
    while True:
        till = source.choice(list(shop.tills.values()))
        basket = [source.choice(labelled) for _ in range(source.randint(1, 4))]
        basket += [source.choice(others) for _ in range(source.randint(0, 2))] if others else []
        with suppress(NotForSaleError):  # what the till has no price for yet, it does not sell
            await asyncio.to_thread(till.sell, list(dict.fromkeys(basket)))
        await asyncio.sleep(source.uniform(0.5, 1.5) / SALES_PER_SECOND)


def now() -> int:
    """UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000


PriceOf = Mapping[tuple[str, int], int]
"""(item, version) → price in minor units, as head office pushed it."""
