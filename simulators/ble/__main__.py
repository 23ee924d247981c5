"""`python -m simulators.ble`: a room of labels for a gateway in another terminal. Ends with Ctrl-C."""

import argparse
import asyncio
import contextlib
import sys

from simulators.ble.glass import MODELS
from simulators.ble.label import label_specs
from simulators.ble.radio import Radio


async def serve(count: int, model: int, port: int, link_delay: float) -> None:
    """Run the room until cancelled."""
    async with Radio(label_specs(count, model), port=port, link_delay=link_delay) as radio:
        sys.stdout.write(f"{count} labels; driver option: backend = {radio.backend!r}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


def main() -> None:
    """Read the command line."""
    models = ", ".join(f"{model:04X}" for model in MODELS)
    parser = argparse.ArgumentParser(prog="python -m simulators.ble", description="Simulated Bluetooth shelf labels.")
    parser.add_argument("--labels", type=int, default=8)
    parser.add_argument("--model", type=lambda text: int(text, 16), default=0x004B, choices=MODELS, help=models)
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--link-delay", type=float, default=0.0, help="seconds that each data packet takes")
    given = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(given.labels, given.model, given.port, given.link_delay))


if __name__ == "__main__":
    main()
