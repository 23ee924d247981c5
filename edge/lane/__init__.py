"""A self-checkout lane, `aisle lane run`: scan, weigh, pay, print.

It is a device like any other: it talks to the gateway over MQTT as docs/mqtt.md says and keeps its own journal, so it
may run on another machine. What it decides is in `machine.py` (pure); `run.py` joins that to scanner, scale, printer,
payment terminal and screen.
"""
