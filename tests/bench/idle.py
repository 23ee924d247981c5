"""How late an event loop gets that has nothing to do: what the machine does to anybody."""

import asyncio
import sys
import time
from contextlib import suppress
from statistics import quantiles

STEP_S = 0.01


async def listen(late: list[float], seconds: float) -> None:
    """Note how late the loop comes back from a short sleep, in seconds, again and again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while True:
                began = time.perf_counter()
                await asyncio.sleep(STEP_S)
                late.append(max(0.0, time.perf_counter() - began - STEP_S))


def percentile(values: list[float], percent: int) -> float:
    """A percentile of a sample."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def main() -> None:
    """Listen as long as the argument says; print the 99th percentile in milliseconds."""
    late: list[float] = []
    asyncio.run(listen(late, float(sys.argv[1])))
    print(percentile(late, 99) * 1000)


if __name__ == "__main__":
    main()
