"""One thread per port: it opens, asks, listens and tries again, so that a port that hangs holds up nobody else.

What to do when is decided by `link.step`, what to say by the talks; this shell only runs them.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, Full, Queue
from typing import Any, Protocol, TypeVar

from drivers.errors import DeviceError, Misspoke, Refused, Unreachable
from drivers.serial.converse import converse
from drivers.serial.link import Event, Link, Order, Phase, step
from drivers.serial.options import LineOptions
from drivers.serial.talk import DeniedError, LostError, OddError, SilentError, Talk, pause
from drivers.serial.wire import Wire, WireError, open_wire

T = TypeVar("T")
_log = logging.getLogger(__name__)

MOST_JOBS = 8
FLOOD_PER_S = 32_768
"""Bytes in a second that no device of these families sends."""
SETTLE_MS = 150
"""After a silence: an answer that comes late must not be taken for the next one's."""


class _FloodError(WireError):
    """The device sends more than any of its kind."""


class Reports(Protocol):
    """Where a port tells what happens. Called from the port's thread."""

    def here(self, device: str) -> None:
        """The device answered, or its port opened where it only talks by itself."""

    def gone(self, device: str, why: str) -> None:
        """The device or its port is gone."""

    def odd(self, device: str, why: str, said: bytes) -> None:
        """It said something that cannot be read."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a family does by itself. Times are milliseconds."""

    check: Callable[[], Talk[None]] | None = None
    """Asks for a sign of life. None: the device only talks by itself."""
    hear: Callable[[bytes], None] | None = None
    """Takes what comes unasked."""
    quiet: Callable[[], None] | None = None
    """Nothing came for `pause_ms` after something did."""
    pause_ms: int = 0
    opened: Callable[[], bytes] | None = None
    """The line is there anew: forget what was half heard, and send this."""


@dataclass(slots=True)
class _Job:
    talk: Talk[Any]
    done: Future[Any]


class Port:
    """The port of one device. `start` once, `stop` once; `ask` from any thread."""

    def __init__(self, device: str, line: LineOptions, habits: Habits, reports: Reports) -> None:
        self._device = device
        self._line = line
        self._habits = habits
        self._reports = reports
        self._link = Link(listens=habits.check is None)
        self._jobs: Queue[_Job] = Queue(MOST_JOBS)
        self._stopping = threading.Event()
        self._wire: Wire | None = None
        self._why = "its port has not been opened yet"
        self._late = False
        self._odd_told = False
        self._checked = 0.0
        self._heard = 0.0
        self._flow = (0.0, 0)
        self._thread = threading.Thread(target=self._run, name=f"serial {device}", daemon=True)

    def start(self) -> None:
        """Begin to open the port."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and give the port back. May take as long as one opening; call it outside an event loop."""
        self._stopping.set()
        self._thread.join()

    def ask(self, talk: Talk[T]) -> "Future[T]":
        """Have a talk with the device. The future may raise Unreachable, Refused or Misspoke."""
        done: Future[T] = Future()
        if self._stopping.is_set() or self._link.phase not in (Phase.OPEN, Phase.HERE):
            done.set_exception(Unreachable(self._device, self._why))
            return done
        try:
            self._jobs.put_nowait(_Job(talk, done))
        except Full:
            done.set_exception(Unreachable(self._device, "too many questions wait for it"))
        return done

    def _run(self) -> None:
        self._open()
        while not self._stopping.is_set():
            try:
                if self._wire is None:
                    self._refuse_jobs()
                    self._stopping.wait(self._link.wait_ms / 1000)
                    self._happen(Event.WAITED)
                else:
                    self._turn(self._wire)
            except WireError as error:
                self._broke(error)
            except Exception as error:  # noqa: BLE001  the port's boundary: a fault of ours must not end its device
                _log.exception("%s: the driver itself failed; its port is opened anew", self._device)
                self._broke(WireError(f"the driver itself failed: {error!r}"))
        self._why = "the driver has stopped"
        self._happen(Event.STOP)
        self._refuse_jobs()

    def _turn(self, wire: Wire) -> None:
        """One turn on an open port: a question that waits, else whatever comes, else a sign of life."""
        try:
            job = self._jobs.get_nowait()
        except Empty:
            job = None
        check = self._habits.check
        if job is not None:
            self._answer(wire, job)
        elif check is not None and time.monotonic() - self._checked >= self._line.check_ms / 1000:
            self._answer(wire, _Job(check(), Future()))
        else:
            self._listen(self._read(wire))

    def _answer(self, wire: Wire, job: _Job) -> None:
        if not job.done.set_running_or_notify_cancel():
            return
        self._checked = time.monotonic()
        event, late = Event.ANSWERED, self._late
        self._late = False
        try:
            if late:
                self._talk(wire, pause(SETTLE_MS))
            job.done.set_result(self._talk(wire, job.talk))
        except SilentError:
            event, self._late, self._why = Event.SILENT, True, "it does not answer"
            job.done.set_exception(Unreachable(self._device, f"no answer on {self._line.port}"))
        except OddError as error:
            self._late = True
            job.done.set_exception(self._tell_odd(str(error), error.said))
        except DeniedError as error:
            job.done.set_exception(Refused(self._device, str(error)))
        except LostError as error:
            job.done.set_exception(Unreachable(self._device, str(error)))
        else:
            self._odd_told = False
        finally:
            if not job.done.done():
                job.done.set_exception(Unreachable(self._device, "the driver itself failed; its log says more"))
        self._happen(event)

    def _talk(self, wire: Wire, talk: Talk[T]) -> T:
        """Run a talk. Where the port broke under it, the link hears of that, whatever the talk concluded."""
        broken: list[WireError] = []

        def read() -> bytes:
            try:
                if self._stopping.is_set():
                    raise WireError("the driver stops")
                return self._read(wire)
            except WireError as error:
                broken.append(error)
                raise

        def write(data: bytes) -> None:
            try:
                wire.write(data)
            except WireError as error:
                broken.append(error)
                raise

        try:
            return converse(talk, read, write)
        finally:
            if broken:
                self._broke(broken[0])

    def _listen(self, data: bytes) -> None:
        now = time.monotonic()
        if data and self._habits.hear is not None:
            self._heard = now
            self._habits.hear(data)
        elif self._habits.quiet is not None and self._heard and now - self._heard >= self._habits.pause_ms / 1000:
            self._heard = 0.0
            self._habits.quiet()

    def _read(self, wire: Wire) -> bytes:
        """What came in this tick. Raises _FloodError where it is too much in a second."""
        data = wire.read()
        now, (since, count) = time.monotonic(), self._flow
        if now - since >= 1.0:
            since, count = now, 0
        self._flow = (since, count + len(data))
        if count + len(data) > FLOOD_PER_S:
            self._tell_odd("it sends without end", data)
            raise _FloodError("it sends without end; its port stays closed for a moment")
        return data

    def _broke(self, error: WireError) -> None:
        self._why = str(error)
        self._happen(Event.FLOODED if isinstance(error, _FloodError) else Event.BROKE)

    def _tell_odd(self, why: str, said: bytes) -> DeviceError:
        """Told once, until it has answered properly again."""
        if not self._odd_told:
            self._odd_told = True
            self._reports.odd(self._device, why, said[:64])
        return Misspoke(self._device, why, said)

    def _happen(self, event: Event) -> None:
        self._link, orders = step(self._link, event)
        for order in orders:
            match order:
                case Order.OPEN:
                    self._open()
                case Order.CLOSE:
                    self._close()
                case Order.TELL_HERE:
                    self._reports.here(self._device)
                case Order.TELL_GONE:
                    self._reports.gone(self._device, self._why)

    def _open(self) -> None:
        try:
            self._wire = open_wire(self._line)
            self._checked = self._heard = 0.0
            self._flow, self._late = (0.0, 0), False
            greeting = self._habits.opened() if self._habits.opened is not None else b""
            if greeting:
                self._wire.write(greeting)
        except WireError as error:
            self._why = str(error)
            self._happen(Event.BROKE)
        else:
            self._happen(Event.OPENED)

    def _close(self) -> None:
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def _refuse_jobs(self) -> None:
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return
            if job.done.set_running_or_notify_cancel():
                job.done.set_exception(Unreachable(self._device, self._why))
