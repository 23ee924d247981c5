"""A till built from docs/mqtt.md alone, out of mosquitto_pub and mosquitto_sub and the password of one device."""

import asyncio
import json
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from simulators.demo.stage import Stage
from tests.e2e.scene import STORE, all_arrived, change, labelled, small_shop, until

MISSING = [name for name in ("mosquitto_pub", "mosquitto_sub") if shutil.which(name) is None]
LISTEN_SECONDS = 1.5
"""How long a till listens for what it must not hear."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not installed (Debian: mosquitto-clients)"),
]


class ForeignTill:
    """Follows docs/mqtt.md: a subscriber that carries the will, and one publisher per message."""

    def __init__(self, stage: Stage, device: str, password: str) -> None:
        config = next(iter(stage.shop.tills.values())).config
        self.device, self.epoch, self.session, self.seq = device, secrets.randbelow(2**53 - 1) + 1, 0, 0
        self._who = ("-h", config.host, "-p", str(config.port), "-u", device, "-P", password, "-q", "1")
        self.heard: dict[str, list[dict[str, Any]]] = {}

    def topic(self, leaf: str, device: str = "") -> str:
        """A topic of its own, or of another device."""
        return f"aisle/1/{STORE}/{device or self.device}/{leaf}"

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Coming and going, steps 1 to 3; at the end it leaves politely."""
        self.session += 1
        gone = json.dumps({"state": "offline", "session": self.session})
        will = ("--will-topic", self.topic("state"), "--will-payload", gone, "--will-qos", "1", "--will-retain")
        topics = [part for leaf in ("prices", "receipt") for part in ("-t", self.topic(leaf))]
        name = ("-i", f"{self.device}-{secrets.token_hex(8)}")
        async with self._listening(*will, *name, "-k", "15", *topics, into=self.heard):
            birth = {"session": self.session, "epoch": self.epoch, "kind": "till", "seq": self.seq}
            await self.publish("state", {"state": "online", **birth, "name": "By hand"}, "-r")
            yield
            await self.publish("state", {"state": "offline", "session": self.session}, "-r")

    async def tell(self, kind: str, body: dict[str, Any]) -> None:
        """Send the next event."""
        self.seq += 1
        at = time.time_ns() // 1_000_000
        await self.publish("event", {"epoch": self.epoch, "seq": self.seq, "at": at, "kind": kind, "body": body})

    async def publish(self, leaf: str, words: dict[str, Any], *more: str, device: str = "") -> None:
        """Publish and wait for the broker's PUBACK, as mosquitto_pub does."""
        message = ("-t", self.topic(leaf, device), "-m", json.dumps(words))
        process = await asyncio.create_subprocess_exec("mosquitto_pub", *self._who, *message, *more)
        await _ended(process)

    async def overhear(self, topics: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Listen to topics that are not its own for a while."""
        heard: dict[str, list[dict[str, Any]]] = {}
        wanted = [part for topic in topics for part in ("-t", topic)]
        async with self._listening(*wanted, into=heard):
            await asyncio.sleep(LISTEN_SECONDS)
        return heard

    @asynccontextmanager
    async def _listening(self, *options: str, into: dict[str, list[dict[str, Any]]]) -> AsyncIterator[None]:
        """Run mosquitto_sub; each line is a topic and a payload, and `-d` says when it is subscribed."""
        process = await asyncio.create_subprocess_exec(
            "stdbuf", "-oL", "mosquitto_sub", *self._who, *options, "-F", "%t %p", "-d",
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        subscribed = asyncio.Event()
        reading = asyncio.create_task(_read(process, subscribed, into))
        try:
            async with asyncio.timeout(20):
                await subscribed.wait()
            yield
        finally:
            if process.returncode is None:
                process.terminate()
            await _ended(process)
            await reading


async def _read(
    process: asyncio.subprocess.Process, subscribed: asyncio.Event, into: dict[str, list[dict[str, Any]]]
) -> None:
    assert process.stdout is not None
    while line := (await process.stdout.readline()).decode():
        topic, _, payload = line.strip().partition(" ")
        if topic.startswith("aisle/"):
            into.setdefault(topic, []).append(json.loads(payload))
        elif "SUBACK" in line or line.startswith("Subscribed"):
            subscribed.set()


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(20):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _let_in(stage: Stage, till: ForeignTill) -> None:
    """The broker knows a new password within a second."""
    async with asyncio.timeout(20):
        while True:
            process = await asyncio.create_subprocess_exec(
                "mosquitto_pub", *till._who, "-t", till.topic("event"), "-m", "{}",
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            await _ended(process)
            if process.returncode == 0:
                return
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("broker", ["auto", "amqtt"])
async def test_a_foreign_till_sells_by_the_documented_words_and_stays_in_its_own_topics(
    tmp_path: Path, broker: str
) -> None:
    async with small_shop(tmp_path, labels=3, tills=1, items=6, broker=broker) as stage:
        item = labelled(stage)[0]
        till = ForeignTill(stage, "till-9", await stage.box.enrol_till("till-9", "By hand"))
        await _let_in(stage, till)
        async with till.connected():
            await until("it got the whole price list", lambda: set(_prices(till)) == set(stage.rows))
            await till.tell("prices.applied", {"rows": [[one, row["version"]] for one, row in _prices(till).items()]})
            await until("that is receipted", lambda: _receipted(till) == 1)

            (cut,) = await change(stage, [item], 0.9)
            await until("it got the cut", lambda: _prices(till)[item]["version"] == cut)
            assert await _outcome(stage, cut) in ("pending", "held"), "no label shows a cut before every till has it"
            await till.tell("prices.applied", {"rows": [[item, cut]]})
            await until("the cut landed", lambda: not stage.record().outcomes["pending"])

            minor = _prices(till)[item]["minor"]
            assert minor == stage.rows[item]["minor"]
            line = {"item": item, "version": cut, "minor": minor, "quantity": 2, "total_minor": 2 * minor}
            sale = {"receipt": "till-9-3", "currency": "EUR", "lines": [line], "total_minor": 2 * minor}
            await till.tell("sale", sale)
            await until("the sale is receipted", lambda: _receipted(till) == 3)
            await until("the sale is at head office", lambda: stage.record().receipts["till-9-3"] == 1)

            await _tries_to_be_another(stage, till)
        await stage.box.retire("till-9", "only a test")
        record = await all_arrived(stage)
        assert record.receipts["till-9-3"] == 1
        assert record.senders["till-9"] == [(till.epoch, 3)]


async def _tries_to_be_another(stage: Stage, till: ForeignTill) -> None:
    """It reads nothing of another device, and nothing that it says in another's name is believed."""
    other = stage.shop.tills["till-1"]
    hearing = asyncio.create_task(
        till.overhear(
            ["#", "aisle/#", *(till.topic(leaf, "till-1") for leaf in ("state", "event", "prices", "receipt"))]
        )
    )
    await asyncio.sleep(LISTEN_SECONDS / 3)
    sold = await asyncio.to_thread(other.sell, [labelled(stage)[0]])  # causes an event and a receipt to overhear
    forged = {"epoch": other.epoch, "seq": sold.seq + 1, "at": 1, "kind": "note", "body": {}}
    await till.publish("event", forged, device="till-1")
    await till.publish("state", {"state": "offline", "session": 2**53 - 1}, "-r", device="till-1")
    await till.publish("prices", {"rows": []}, device="till-1")
    await till.publish("receipt", {"epoch": other.epoch, "seq": sold.seq + 1}, device="till-1")
    heard = await hearing
    assert [topic for topic in heard if "/till-9/" not in topic] == []
    after = await asyncio.to_thread(other.sell, [labelled(stage)[0]])
    await until("till-1 is receipted as before", lambda: other.backlog == 0)
    assert (other.epoch, after.seq) in stage.record().senders["till-1"], "its own event took that number"


def _prices(till: ForeignTill) -> dict[str, dict[str, Any]]:
    """The till's table: versions never go back."""
    table: dict[str, dict[str, Any]] = {}
    for message in list(till.heard.get(till.topic("prices"), [])):
        for row in message["rows"]:
            if row["item"] not in table or row["version"] > table[row["item"]]["version"]:
                table[row["item"]] = row
    return table


def _receipted(till: ForeignTill) -> int:
    said = till.heard.get(till.topic("receipt"), [])
    return max((one["seq"] for one in list(said) if one["epoch"] == till.epoch), default=0)


async def _outcome(stage: Stage, sequence: int) -> str:
    rows = await stage.office.rows(STORE)
    return next(str(row["outcome"]) for row in rows if row["sequence"] == sequence)
