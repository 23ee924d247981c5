"""Tills that do nothing but sell: `python -m tests.bench.broken.far_tills HOST PORT STORE`.

SECRETS in the environment holds {device: password}.

Each sells the next basket a moment after the receipt for the last one came; "odd" is one more, and may break.
"""

import asyncio
import json
import os
import socket
import sys
import threading
import time
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.broken.rig import ODD, Break, give_way, obey
from tests.bench.durable import AT, SALE

BETWEEN_S = 0.02
RECEIPT_S = 5.0
TELLS_S = 0.05
"""A till that misspeaks says nonsense so often."""


class SellingTill:
    """One till with a thread of its own. `took`: seconds from the event to its receipt."""

    def __init__(self, address: tuple[str, int], store: str, device: str, password: str) -> None:
        self._device, self._topic = device, f"aisle/1/{store}/{device}"
        self._epoch, self._seq = time.time_ns() % (1 << 52), 0
        self._receipt = threading.Event()
        self._in = threading.Event()
        self._address, self._password = address, password
        self.took: list[float] = []
        self.client = client = Client(CallbackAPIVersion.VERSION2, f"{device}-0123456789abcdef", clean_session=True)
        client.username_pw_set(device, password)
        client.on_connect = self._connected
        client.on_subscribe = lambda *_: self._in.set()
        client.on_message = self._heard
        client.connect(*address)
        client.loop_start()
        if not self._in.wait(10):
            raise SystemExit(f"the broker does not let {device} in")
        born = {"state": "online", "session": 1, "epoch": self._epoch, "kind": "till", "seq": 0, "oldest": 1}
        client.publish(f"{self._topic}/state", json.dumps(born), qos=1, retain=True)

    def next_event(self) -> bytes:
        """The next sale."""
        self._seq += 1
        return json.dumps({"epoch": self._epoch, "seq": self._seq, "at": AT, "kind": "sale", "body": SALE}).encode()

    def say(self, payload: bytes) -> None:
        """On its own topic for events."""
        self.client.publish(f"{self._topic}/event", payload, qos=1)

    def sell(self, ends: float) -> None:
        """Sell until then."""
        while time.perf_counter() < ends:
            self._receipt.clear()
            began = time.perf_counter()
            payload = self.next_event()
            self.say(payload)
            while not self._receipt.wait(RECEIPT_S):
                self.say(payload)
            self.took.append(time.perf_counter() - began)
            time.sleep(BETWEEN_S)

    def _connected(self, client: Client, *_: object) -> None:
        client.subscribe([(f"{self._topic}/{leaf}", 1) for leaf in ("receipt", "prices")])

    def _heard(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        if message.topic.endswith("/receipt") and json.loads(message.payload).get("seq") == self._seq:
            self._receipt.set()


class OddTill(SellingTill):
    """Breaks on demand, in a thread of its own."""

    def __init__(self, address: tuple[str, int], store: str, device: str, password: str) -> None:
        super().__init__(address, store, device, password)
        self._well = threading.Event()
        self._well.set()
        self._work: threading.Thread | None = None

    def become(self, fault: Break | None) -> None:
        """Stop what it did, begin this."""
        self._well.set()
        if self._work is not None:
            self._work.join()
            self._work = None
        if fault is not None:
            self._well.clear()
            self._work = threading.Thread(target=getattr(self, f"_{fault.name.lower()}"), daemon=True)
            self._work.start()

    def _hangs(self) -> None:
        """It goes on talking, and reads nothing any more."""
        with _connected(self._address, self._device, self._password, f"{self._topic}/prices") as line:
            self._well.wait()
            line.close()

    def _floods(self) -> None:
        while not self._well.is_set():
            for _ in range(100):
                self.say(self.next_event())
            while len(self.client._out_messages) > 2_000 and not self._well.wait(0.001):
                pass

    def _misspeaks(self) -> None:
        while not self._well.wait(TELLS_S):
            self.say(b'{"epoch": "yesterday", "seq": -1, \xff')


def _connected(address: tuple[str, int], device: str, password: str, topic: str) -> socket.socket:
    """A connection of bare bytes (MQTT 3.1.1) that subscribes, and then never reads."""
    line = socket.create_connection(address, 5)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def text(words: str) -> bytes:
        return len(words).to_bytes(2, "big") + words.encode()

    body = text("MQTT") + b"\x04\xc2\x00\x3c" + text(f"{device}-fedcba9876543210") + text(device) + text(password)
    line.sendall(bytes((0x10, len(body))) + body)
    line.recv(4)
    body = b"\x00\x01" + text(topic) + b"\x01"
    line.sendall(bytes((0x82, len(body))) + body)
    return line


async def main(host: str, port: int, store: str) -> None:
    """Serve until the input ends."""
    secrets: dict[str, str] = json.loads(os.environ["SECRETS"])
    address = (host, port)
    if ODD in secrets:
        give_way()
        odd = OddTill(address, store, ODD, secrets[ODD])

        async def break_(order: dict[str, Any]) -> Any:
            await asyncio.to_thread(odd.become, Break(order["fault"]) if order["fault"] else None)
            return {}

        await obey({}, break_)
        odd.become(None)
        odd.client.loop_stop()
        return
    tills = [SellingTill(address, store, device, password) for device, password in secrets.items()]

    async def sell(order: dict[str, Any]) -> Any:
        ends = time.perf_counter() + order["seconds"]
        await asyncio.gather(*(asyncio.to_thread(till.sell, ends) for till in tills))
        took = [one for till in tills for one in till.took]
        for till in tills:
            till.took.clear()
        return took

    await obey({}, sell)
    for till in tills:
        till.client.loop_stop()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
