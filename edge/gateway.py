"""The composition root: builds every part, gives each what it needs, and runs them until told to stop."""

import asyncio
import json
import logging
import os
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from cloud_sync.contract.change import public_key
from cloud_sync.link.facts import Rules as LinkRules
from cloud_sync.link.shell import Link
from cloud_sync.pages.guard import LOOPBACK_HOSTS
from drivers.base import Capability, Driver, LabelDriver, NetworkDriver, Survey, TillDriver, load_driver
from drivers.errors import DeviceError
from edge.alarms import sources as measures
from edge.alarms.watch import AlarmWatch
from edge.alone import only_one
from edge.chores import Chores
from edge.clock.desk import ClockDesk
from edge.clock.kept import ShopHours
from edge.clock.kernel import read_boot, read_kernel
from edge.clock.watch import ClockWatch
from edge.coldchain.watch import ColdWatch
from edge.coldchain.watch import fridges as cold_measures
from edge.config import Config
from edge.console.app import add_console
from edge.console.context import ConsoleContext
from edge.devices.registry import Registry
from edge.devices.sink import DriverSink
from edge.dispatch.coupons import CouponDesk
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
from edge.visits.sources import crowd, queues
from provisioning.credentials import GATEWAY, Credentials
from provisioning.identity import Identity

log = logging.getLogger(__name__)

RESTART_SECONDS = 1.0


def wall_clock() -> int:
    """UTC epoch milliseconds."""
    return time.time_ns() // 1_000_000


def monotonic_clock() -> int:
    """Milliseconds that never jump; they begin anew with the machine."""
    return time.monotonic_ns() // 1_000_000


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
        config, clock, loop = self.config, self._clock, asyncio.get_running_loop()
        store = Store(
            config.data / "store.db", clock,
            epoch=clock(), queue_bytes=config.queue_megabytes << 20, monotonic=monotonic_clock,
        )  # fmt: skip
        stack.callback(store.close)
        registry = Registry(store, clock, round(config.labels.silent_after_seconds * 1000))
        prices = config.prices
        law = config.law.rules(config.shop.locale)
        watch = ClockWatch(config.clock.rules(), read_boot(monotonic_clock()), monotonic_clock)
        hours = ShopHours(config.hours.calendar(config.shop.timezone))
        engine = PriceEngine(
            Rules(prices.grace_seconds * 1000), round(prices.held_after_seconds * 1000), LawfulStart(law),
            MayBegin(watch, hours, prices.raise_only_closed), raises_held,
        )  # fmt: skip
        shop = ShopFacts(config.shop.timezone, config.shop.currency, prices.grace_seconds * 1000)
        try:
            await store.do(lambda tx: note_shop(tx, shop))
        except StoreError as error:  # a full disk keeps no gateway from starting
            log.warning("the ledger does not have the shop's settings: %s They are written at the next start.", error)
        pictures = Pictures(
            config.shop, store, lambda device: known.panel if (known := registry.get(device)) else None,
            config.law.digit_rule(),
        )  # fmt: skip

        credentials = Credentials(config.data / "passwords")
        drivers = {
            name: load_driver(name, self._options(name, options, credentials))
            for name, options in config.drivers.items()
        }
        labels = {name: driver for name, driver in drivers.items() if isinstance(driver, LabelDriver)}
        tills = {name: driver for name, driver in drivers.items() if isinstance(driver, TillDriver)}
        gear = {name: driver for name, driver in drivers.items() if isinstance(driver, NetworkDriver)}

        def driver_of(device: str) -> str | None:
            return known.driver if (known := registry.get(device)) else None

        receipts = Receipts(tills, driver_of)
        leases = LeaseDesk(store, engine, Leases(prices.lease_seconds * 1000), tills, driver_of, monotonic_clock)
        coupons = CouponDesk(store, tills, driver_of)

        tasks = await stack.enter_async_context(_background())
        tasks(receipts.run, "receipts")
        tasks(leases.run, "leases")
        tasks(coupons.run, "coupons")
        tasks(TillDispatcher(store, registry, tills, clock).run, "till dispatcher")
        tasks(
            LabelDispatcher(store, engine, registry, labels, pictures, clock, config.labels.at_once).run,
            "label dispatcher",
        )
        tasks(Chores(store, engine, registry, clock).run, "chores")
        clock_desk = ClockDesk(store, watch, hours, clock, monotonic_clock, read_kernel)
        tasks(clock_desk.run, "clock")

        clockwork = Clockwork(lambda tx: hours(tx.sql), prices.raise_only_closed)
        link = self._link(store, engine, law, clockwork, clock_desk.office_said)
        network = NetworkWatch(
            gear, store, registry, PowerGuard(store, engine, link.nudge), config.network, monotonic_clock
        )
        try:
            await network.enrol()
        except StoreError as error:
            log.warning("network gear is not in the registry yet: %s", error)

        readback = ReadBack(store, engine, config.shop.domain, clock)
        footfall = Footfall(config.cameras, store, registry, config.shop.domain, readback.seen)
        site = Site(config.shop.id, config.shop.domain, config.shop.timezone, config.receiving.gln)
        cold = ColdWatch(config.fridges, store, registry, ColdEvents(site))
        if config.fridges:
            tasks(cold.run, "fridges")

        for name, driver in drivers.items():
            role = "till" if Capability.CHARGES_PRICES in driver.capabilities else "label"
            role = "other" if Capability.MEASURES in driver.capabilities else role
            hears = [cold.measured, footfall.measured, *((network.measured,) if name in gear else ())]
            sink = DriverSink(
                name,
                role,
                store,
                registry,
                Intake(engine),
                receipts.owe,
                leases.asked,
                loop,
                partial(_to_all, hears),
                network.hinted,
                coupons.asked,
            )
            tasks(partial(_keep_starting, name, driver, sink), f"driver {name}")
            stack.push_async_callback(driver.stop)

        if gear:
            tasks(network.run, "network watch")

        await footfall.start()
        if config.cameras:
            tasks(VisitChores(store, config.shop.timezone, footfall.small_cell).run, "footfall chores")
        stack.push_async_callback(footfall.stop)
        cameras = ShopCameras(footfall, registry)
        audits = AuditDesk(cameras.config, store)
        stack.push_async_callback(audits.stop)

        await link.start()
        stack.push_async_callback(link.stop)
        store.listen(lambda topics: link.nudge() if "outbox" in topics else None)

        alarms = AlarmWatch(
            store, config.alarms.chosen(),
            (measures.devices, measures.clock, measures.disk(config.data), measures.line(link.view),
             cold_measures, network_measures, lane_calls, queues(footfall.all_present),
             crowd(footfall.occupancy_limit, config.shop.timezone)),
            hours, config.alarms.quiet_hours(),
        )  # fmt: skip
        tasks(alarms.run, "alarms")

        verbs = ShopVerbs(
            store,
            engine,
            registry,
            credentials.renew,
            credentials.revoke,
            unfit=pictures.unfit,
            clock=clock_desk,
            lamps=lamps_of(drivers),
            take_ticket=alarms.acknowledge,
        )
        context = ConsoleContext(
            shop=config.shop, store=store, verbs=verbs, clock=clock, link=link.view, picture=pictures,
            enrol_store=link.enrol if config.hq.url else None, setup_code=_setup_code(store),
            port_power=PortPower(store, gear) if gear else None,
            hosts=LOOPBACK_HOSTS if ip_address(config.console.bind).is_loopback else None, hours=hours,
            readback=readback, cameras=cameras, audits=audits,
            find_cameras=partial(cameras_nearby, config.cameras[0].options if config.cameras else {}),
            unseen_ms=round(config.labels.unseen_days * 86_400_000),
            receiving=ReceivingDesk(store, Registrar(site, config.receiving.rules())),
        )  # fmt: skip
        port = await stack.enter_async_context(self._serve(context))
        broker = await _mqtt_address(drivers.get("mqtt"), config.drivers.get("mqtt", {}))
        _publish(config.data / "ports.json", {"console": port, "mqtt": broker, "pid": os.getpid()})
        log.info("console on http://%s:%d", config.console.bind, port)

    def _link(
        self, store: Store, engine: PriceEngine, law: Law, clockwork: Clockwork, dated: Callable[[int, int], None]
    ) -> Link:
        """The line to head office; without a URL it says that the shop runs alone."""
        config = self.config
        identity = Identity.open(config.data)
        enrolment = identity.enrolment(config.hq.url)
        limits = Limits(currency=config.shop.currency, **config.prices.limits.model_dump())

        def inbox(change_keys: Mapping[str, str]) -> Inbox:
            trusted = {keyid: public_key(keyid, hexed) for keyid, hexed in change_keys.items()}
            return Inbox(config.shop.id, trusted, limits, undrawable, law, clockwork)

        return Link(
            config.hq.url,
            StoreEnd(store, engine, inbox, lambda kept: identity.keep(kept, config.hq.url), enrolment),
            identity.key,
            enrolment,
            clock=self._clock,
            gateway=config.shop.name,
            ca_file=config.hq.ca_file,
            rules=LinkRules(poll=round(config.hq.poll_seconds * 1000), store=config.shop.id),
            dated=dated,
        )

    def _options(self, name: str, options: dict[str, Any], credentials: Credentials) -> dict[str, Any]:
        """A driver's options: the operator's, and for MQTT what the gateway itself knows."""
        if name != "mqtt":
            return options
        given = {
            "store": self.config.shop.id,
            "runtime_dir": self.config.data / "mqtt",
            "credentials": credentials.path,
            "password": credentials.renew(GATEWAY),
        }
        return given | options

    @asynccontextmanager
    async def _serve(self, context: ConsoleContext) -> AsyncIterator[int]:
        """The console and its API, on this event loop. Yields the port."""
        app = FastAPI(title="Aisle gateway", docs_url=None, redoc_url=None, openapi_url=None)
        add_console(app, context, _kept_secret(self.config.data / "console.secret"))
        settings = uvicorn.Config(
            app,
            host=self.config.console.bind,
            port=self.config.console.port,
            log_level="warning",
            lifespan="on",
            ws="websockets-sansio",
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(settings)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # the command has its own
        serving = asyncio.create_task(server.serve(), name="console")
        while not server.started:
            if serving.done():
                await serving
                raise ConnectionError(
                    f"the console could not listen on {self.config.console.bind}:{self.config.console.port}"
                )
            await asyncio.sleep(0.01)
        try:
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            server.should_exit = True
            await serving


async def _keep_starting(name: str, driver: Driver, sink: DriverSink) -> None:
    """Start a driver, and try again while the way to its devices is not there. The rest of the shop goes on."""
    wait = 1.0
    while True:
        try:
            await driver.start(sink)
        except DeviceError as error:
            log.warning("driver %s: %s %s Next try in %.0f s.", name, error, error.what_now, wait)
            await driver.stop()
        else:
            return
        await asyncio.sleep(wait)
        wait = min(wait * 2, 60)


def _to_all(hears: Sequence[Callable[[Survey], None]], survey: Survey) -> None:
    """Hand a survey to everybody who hears of it."""
    for hear in hears:
        hear(survey)


async def _mqtt_address(driver: Any, options: Mapping[str, Any]) -> list[Any] | None:
    """Where tills reach the broker: as configured, or, where any free port will do, once the broker has taken one."""
    if driver is None:
        return None
    if options.get("port", 1883) and not str(options.get("broker", "")).startswith("mqtt://"):
        return [options.get("bind", "127.0.0.1"), options.get("port", 1883)]
    for _ in range(200):
        try:
            return list(driver.broker_address)
        except DeviceError:
            await asyncio.sleep(0.05)
    return None


@asynccontextmanager
async def _background() -> AsyncIterator[Callable[[Callable[[], Coroutine[Any, Any, None]], str], None]]:
    """Run tasks beside the gateway until its end. One that ends in an error is logged by name and begun again."""
    running: set[asyncio.Task[None]] = set()

    def begin(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        running.add(asyncio.create_task(_supervise(work, name), name=name))

    try:
        yield begin
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _supervise(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
    while True:
        try:
            await work()
        except Exception:
            log.exception("%s broke off; it begins again in %.0f s. Report this.", name, RESTART_SECONDS)
            await asyncio.sleep(RESTART_SECONDS)
        else:
            return


def _kept_secret(path: Path) -> str:
    """A secret made once and kept beside the database, readable by its owner alone."""
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text()


def _setup_code(store: Store) -> str:
    """While nobody has an account: a code that opens the first run from another machine, for whoever reads the log."""
    with store.reading() as db:
        if db.conn.execute("SELECT 1 FROM account LIMIT 1").fetchone():
            return ""
    code = secrets.token_hex(4)
    log.warning("nobody has an account yet: open the console on this box, or elsewhere with the set-up code %s", code)
    return code


def _publish(path: Path, facts: dict[str, Any]) -> None:
    """Write a small file in one step, so that whoever waits for it reads all of it or nothing."""
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(facts))
    draft.replace(path)
