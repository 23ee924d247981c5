"""How often somebody may try: a small sliding window per caller, in memory and bounded."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from cloud_sync.hq.office import HqError

MAX_CALLERS = 10_000


class TooOften(HqError):
    """Too many tries in a short time."""

    status = 429


class Limiter:
    """At most `tries` per caller within `per_seconds`. Callable from any thread."""

    def __init__(self, tries: int, per_seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._tries = tries
        self._span = per_seconds
        self._now = now
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def count(self, caller: str) -> None:
        """Note one try. Raises TooOften when it is one too many."""
        now = self._now()
        with self._lock:
            tries = self._seen.setdefault(caller, deque())
            self._seen.move_to_end(caller)
            while tries and now - tries[0] >= self._span:
                tries.popleft()
            if len(tries) >= self._tries:
                raise TooOften("too many tries; wait a minute, then try again")
            tries.append(now)
            if len(self._seen) > MAX_CALLERS:
                self._seen.popitem(last=False)

    def forget(self, caller: str) -> None:
        """A try that succeeded: begin anew."""
        with self._lock:
            self._seen.pop(caller, None)
