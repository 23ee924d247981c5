"""A till that does nothing but tell: publishes so many sales each time it is asked to.

Run as `python -m tests.bench.publisher HOST PORT STORE DEVICE`, the password in the environment as PASSWORD; then
each line "EPOCH COUNT" on standard input has it publish the events 1 to COUNT of that journal, at QoS 1.
"""

import os
import sys
import threading

import orjson
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from tests.bench.durable import AT, SALE

INFLIGHT = 1000


def main(host: str, port: int, store: str, device: str) -> None:
    """Serve until standard input ends."""
    connected = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2, f"{device}-0123456789abcdef", clean_session=True)
    client.username_pw_set(device, os.environ["PASSWORD"])
    client.max_inflight_messages_set(INFLIGHT)
    client.on_connect = lambda *_: connected.set()
    client.connect(host, port)
    client.loop_start()
    if not connected.wait(10):
        raise SystemExit("the broker does not let the publisher in")
    print("ready", flush=True)
    for line in sys.stdin:
        epoch, count = (int(word) for word in line.split())
        payloads = [
            orjson.dumps({"epoch": epoch, "seq": seq, "at": AT, "kind": "sale", "body": SALE})
            for seq in range(1, count + 1)
        ]
        print("go", flush=True)
        sent = [client.publish(f"aisle/1/{store}/{device}/event", payload, qos=1) for payload in payloads]
        for info in sent:
            info.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4])
