"""The composition root: builds every part, gives each what it needs, and runs them until told to stop."""

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cloud_sync.contract.change import public_key
from cloud_sync.link.facts import Rules as LinkRules
from cloud_sync.link.shell import Link
from cloud_sync.pages.guard import LOOPBACK_HOSTS
from drivers.base import Survey
from edge.alarms import sources as measures
from edge.alarms.watch import AlarmWatch
from edge.alone import only_one
from edge.background import Begin, background
from edge.chores import Chores
from edge.clock.desk import ClockDesk
from edge.clock.kept import ShopHours
from edge.clock.kernel import read_boot, read_kernel
from edge.clock.watch import ClockWatch
from edge.coldchain.watch import ColdWatch
from edge.coldchain.watch import fridges as cold_measures
from edge.config import Config
from edge.console.context import ConsoleContext
from edge.console.serving import make_setup_code, serving
from edge.devices.drivers import Drivers, broker_address, keep_starting, role_of
from edge.devices.registry import Registry
from edge.devices.sink import DriverSink
from edge.dispatch.coupons import CouponDesk
from edge.dispatch.discounts import DiscountDispatcher
from edge.dispatch.labels import LabelDispatcher
from edge.dispatch.leases import LeaseDesk
from edge.dispatch.tills import Receipts, TillDispatcher
from edge.epcis.cold import ColdEvents
from edge.epcis.events import Site
from edge.footfall import Footfall
from edge.intake import Intake
from edge.labels.lint import undrawable
from edge.lanes import calls as lane_calls
from edge.law.settings import Law
from edge.network.faults import network as network_measures
from edge.network.verbs import PortPower
from edge.network.watch import NetworkWatch
from edge.pickup.clock import orders as late_orders
from edge.pictures import Pictures
from edge.power import PowerGuard, raises_held
from edge.prices.activation import Rules
from edge.prices.checks import Limits
from edge.prices.engine import PriceEngine
from edge.prices.inbox import Inbox
from edge.prices.leases import Leases
from edge.prices.starting import LawfulStart
from edge.prices.timing import Clockwork, MayBegin
from edge.proof.records import ShopFacts, note_shop
from edge.readback.service import ReadBack
from edge.receiving.desk import ReceivingDesk
from edge.receiving.records import Registrar
from edge.shop_cameras import ShopCameras
from edge.store import Store, StoreError
from edge.uplink import StoreEnd
from edge.verbs import ShopVerbs, lamps_of
from edge.vision.audit.desk import AuditDesk
from edge.vision.finding import cameras_nearby
from edge.visits.keeping import VisitChores
from edge.visits.sources import aim, crowd, queues
from provisioning.credentials import GATEWAY, Credentials
from provisioning.identity import Identity

log = logging.getLogger(__name__)


def wall_clock() -> int:
    """UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000


def monotonic_clock() -> int:
    """Milliseconds that never jump; they begin anew with the machine."""
    return time.monotonic_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Core:
    """What every other part stands on."""

    store: Store
    registry: Registry
    engine: PriceEngine
    watch: ClockWatch
    hours: ShopHours
    law: Law
    credentials: Credentials
    pictures: Pictures

    def driver_of(self, device: str) -> str | None:
        """The name of the driver that a device was found by."""
        return known.driver if (known := self.registry.get(device)) else None


@dataclass(frozen=True, slots=True)
class TillDesks:
    """What answers tills: receipts for what they told, leases and coupons that they ask for."""

    receipts: Receipts
    leases: LeaseDesk
    coupons: CouponDesk


@dataclass(frozen=True, slots=True)
class Senses:
    """What watches the shop: its network gear, its fridges and its cameras."""

    network: NetworkWatch
    cold: ColdWatch
    footfall: Footfall


class Gateway:
    """One shop's gateway."""

    def __init__(self, config: Config, clock: Callable[[], int] = wall_clock) -> None:
        self.config = config
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Run until `stop` is set. Raises AlreadyRunning."""
        self.config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        with only_one(self.config.data):
            async with AsyncExitStack() as stack:
                await self._build(stack)
                await stop.wait()
                log.info("stopping: what was acknowledged is on disk")
        log.info("stopped")

    async def _build(self, stack: AsyncExitStack) -> None:
        """Every part, in the order in which one needs another; the stack ends them in the opposite order."""
        config, clock = self.config, self._clock
        core = self._open_core(stack)
        await self._note_shop(core.store)
        drivers = Drivers.load(self._driver_options(core.credentials))
        begin = await stack.enter_async_context(background())

        desks = self._dispatch(core, drivers, begin)
        clock_desk = ClockDesk(core.store, core.watch, core.hours, clock, monotonic_clock, read_kernel)
        begin(clock_desk.run, "clock")
        link = self._link(core, clock_desk.office_said)

        site = Site(config.shop.id, config.shop.domain, config.shop.timezone, config.receiving.gln)
        readback = ReadBack(core.store, core.engine, config.shop.domain, clock)
        senses = Senses(
            await self._watch_network(core, drivers, link.nudge),
            ColdWatch(config.fridges, core.store, core.registry, ColdEvents(site)),
            Footfall(config.cameras, core.store, core.registry, config.shop.domain, readback.seen),
        )
        self._start_drivers(stack, begin, core, drivers, desks, senses)
        await self._start_senses(stack, begin, core, drivers, senses)
        cameras = ShopCameras(senses.footfall, core.registry)
        audits = AuditDesk(cameras.config, core.store, senses.footfall.core_looks)
        stack.push_async_callback(audits.stop)

        await link.start()
        stack.push_async_callback(link.stop)
        core.store.listen(lambda topics: link.nudge() if "outbox" in topics else None)

        alarms = self._alarms(core, link, senses.footfall)
        begin(alarms.run, "alarms")
        verbs = ShopVerbs(
            core.store, core.engine, core.registry, core.credentials.renew, core.credentials.revoke,
            unfit=core.pictures.unfit, clock=clock_desk, lamps=lamps_of(drivers.all), take_ticket=alarms.acknowledge,
        )  # fmt: skip
        context = ConsoleContext(
            shop=config.shop, store=core.store, verbs=verbs, clock=clock, link=link.view, picture=core.pictures,
            enrol_store=link.enrol if config.hq.url else None, setup_code=make_setup_code(core.store),
            port_power=PortPower(core.store, drivers.gear) if drivers.gear else None,
            hosts=LOOPBACK_HOSTS if ip_address(config.console.bind).is_loopback else None, hours=core.hours,
            readback=readback, cameras=cameras, audits=audits,
            find_cameras=partial(cameras_nearby, config.cameras[0].options if config.cameras else {}),
            unseen_ms=round(config.labels.unseen_days * 86_400_000),
            receiving=ReceivingDesk(core.store, Registrar(site, config.receiving.rules())),
        )  # fmt: skip
        at = config.console
        port = await stack.enter_async_context(serving(context, at.bind, at.port, config.data / "console.secret"))
        broker = await broker_address(drivers.all.get("mqtt"), config.drivers.get("mqtt", {}))
        _publish(config.data / "ports.json", {"console": port, "mqtt": broker, "pid": os.getpid()})
        log.info("console on http://%s:%d", at.bind, port)

    def _open_core(self, stack: AsyncExitStack) -> Core:
        config, clock, prices = self.config, self._clock, self.config.prices
        store = Store(
            config.data / "store.db", clock,
            epoch=clock(), queue_bytes=config.queue_megabytes << 20, monotonic=monotonic_clock,
        )  # fmt: skip
        stack.callback(store.close)
        registry = Registry(store, clock, round(config.labels.silent_after_seconds * 1000))
        law = config.law.rules(config.shop.locale)
        watch = ClockWatch(config.clock.rules(), read_boot(monotonic_clock()), monotonic_clock)
        hours = ShopHours(config.hours.calendar(config.shop.timezone))
        engine = PriceEngine(
            Rules(prices.grace_seconds * 1000), round(prices.held_after_seconds * 1000), LawfulStart(law),
            MayBegin(watch, hours, prices.raise_only_closed), raises_held,
        )  # fmt: skip
        pictures = Pictures(
            config.shop, store, lambda device: known.panel if (known := registry.get(device)) else None,
            clock, config.law.digit_rule(),
        )  # fmt: skip
        credentials = Credentials(config.data / "passwords")
        return Core(store, registry, engine, watch, hours, law, credentials, pictures)

    async def _note_shop(self, store: Store) -> None:
        """Have the shop's settings in the ledger: what was judged is judged again by them."""
        shop = ShopFacts(self.config.shop.timezone, self.config.shop.currency, self.config.prices.grace_seconds * 1000)
        try:
            await store.do(lambda tx: note_shop(tx, shop))
        except StoreError as error:  # a full disk keeps no gateway from starting
            log.warning("the ledger does not have the shop's settings: %s They are written at the next start.", error)

    def _driver_options(self, credentials: Credentials) -> dict[str, dict[str, Any]]:
        """Each driver's options: the operator's, and for MQTT what the gateway itself knows."""
        options = dict(self.config.drivers)
        if "mqtt" in options:
            known = {
                "store": self.config.shop.id,
                "runtime_dir": self.config.data / "mqtt",
                "credentials": credentials.path,
                "password": credentials.renew(GATEWAY),
            }
            options["mqtt"] = known | options["mqtt"]
        return options

    def _dispatch(self, core: Core, drivers: Drivers, begin: Begin) -> TillDesks:
        """Carry out what was decided, and answer tills."""
        store, engine, tills, lease_ms = core.store, core.engine, drivers.tills, self.config.prices.lease_seconds * 1000
        desks = TillDesks(
            Receipts(tills, core.driver_of),
            LeaseDesk(store, engine, Leases(lease_ms), tills, core.driver_of, monotonic_clock),
            CouponDesk(store, tills, core.driver_of),
        )
        labels = LabelDispatcher(
            store, engine, core.registry, drivers.labels, core.pictures, self._clock, self.config.labels.at_once
        )
        begin(desks.receipts.run, "receipts")
        begin(desks.leases.run, "leases")
        begin(desks.coupons.run, "coupons")
        begin(TillDispatcher(store, core.registry, tills, self._clock).run, "till dispatcher")
        begin(DiscountDispatcher(store, core.registry, tills, self._clock).run, "discount dispatcher")
        begin(labels.run, "label dispatcher")
        begin(Chores(store, engine, core.registry, self._clock).run, "chores")
        return desks

    def _start_drivers(
        self, stack: AsyncExitStack, begin: Begin, core: Core, drivers: Drivers, desks: TillDesks, senses: Senses
    ) -> None:
        loop = asyncio.get_running_loop()
        for name, driver in drivers.all.items():
            hears = [senses.cold.measured, senses.footfall.measured]
            if name in drivers.gear:
                hears.append(senses.network.measured)
            sink = DriverSink(
                name, role_of(driver), core.store, core.registry, Intake(core.engine), desks.receipts.owe,
                desks.leases.asked, loop, partial(_to_all, hears), senses.network.hinted, desks.coupons.asked,
            )  # fmt: skip
            begin(partial(keep_starting, name, driver, sink), f"driver {name}")
            stack.push_async_callback(driver.stop)

    async def _watch_network(self, core: Core, drivers: Drivers, tell_office: Callable[[], None]) -> NetworkWatch:
        guard = PowerGuard(core.store, core.engine, tell_office)
        network = NetworkWatch(drivers.gear, core.store, core.registry, guard, self.config.network, monotonic_clock)
        try:
            await network.enrol()
        except StoreError as error:
            log.warning("network gear is not in the registry yet: %s", error)
        return network

    async def _start_senses(
        self, stack: AsyncExitStack, begin: Begin, core: Core, drivers: Drivers, senses: Senses
    ) -> None:
        """Only those that the shop has something for."""
        if self.config.fridges:
            begin(senses.cold.run, "fridges")
        if drivers.gear:
            begin(senses.network.run, "network watch")
        await senses.footfall.start()
        stack.push_async_callback(senses.footfall.stop)
        if self.config.cameras:
            visits = VisitChores(core.store, self.config.shop.timezone, senses.footfall.small_cell)
            begin(visits.run, "footfall chores")

    def _alarms(self, core: Core, link: Link, footfall: Footfall) -> AlarmWatch:
        config = self.config
        sources = (
            measures.devices, measures.clock, measures.disk(config.data), measures.line(link.view),
            cold_measures, network_measures, lane_calls, late_orders, queues(footfall.all_present),
            crowd(footfall.occupancy_limit, config.shop.timezone), aim,
        )  # fmt: skip
        return AlarmWatch(core.store, config.alarms.chosen(), sources, core.hours, config.alarms.quiet_hours())

    def _link(self, core: Core, dated: Callable[[int, int], None]) -> Link:
        """The line to head office; without a URL it says that the shop runs alone."""
        config = self.config
        clockwork = Clockwork(lambda tx: core.hours(tx.sql), config.prices.raise_only_closed)
        identity = Identity.open(config.data)
        enrolment = identity.enrolment(config.hq.url)
        limits = Limits(currency=config.shop.currency, **config.prices.limits.model_dump())

        def inbox(change_keys: Mapping[str, str]) -> Inbox:
            trusted = {keyid: public_key(keyid, hexed) for keyid, hexed in change_keys.items()}
            return Inbox(config.shop.id, trusted, limits, undrawable, core.law, clockwork)

        return Link(
            config.hq.url,
            StoreEnd(core.store, core.engine, inbox, lambda kept: identity.keep(kept, config.hq.url), enrolment),
            identity.key,
            enrolment,
            clock=self._clock,
            gateway=config.shop.name,
            ca_file=config.hq.ca_file,
            rules=LinkRules(poll=round(config.hq.poll_seconds * 1000), store=config.shop.id),
            dated=dated,
        )


def _to_all(hears: Sequence[Callable[[Survey], None]], survey: Survey) -> None:
    """Hand a survey to everybody who hears of it."""
    for hear in hears:
        hear(survey)


def _publish(path: Path, facts: dict[str, Any]) -> None:
    """Write a small file in one step, so that whoever waits for it reads all of it or nothing."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(facts))
    draft.replace(path)
