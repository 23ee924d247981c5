"""A machine on a line, in a thread of its own, with a plug that can be pulled at any byte."""

import random
import threading
import time
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from simulators.serial.machine import Faults, Machine

BREATH_S = 0.004


class Peer(ABC):
    """Use as a context. `address` is what a driver calls the port; it stays the same through plug and unplug."""

    address: str

    def __init__(self, machine: Machine, faults: Faults | None = None) -> None:
        self.machine = machine
        self.faults = faults or Faults()
        self.lock = threading.RLock()
        """Held while the machine works: take it to change several things at once."""
        self._wanted = threading.Event()
        self._ending = threading.Event()
        self._settled = threading.Condition()
        self._plugged = False
        self._random = random.Random(7)  # noqa: S311  rubbish, no secret
        self._thread = threading.Thread(target=self._run, name=f"peer {type(machine).__name__}", daemon=True)

    def __enter__(self) -> Self:
        self._wanted.set()
        self._thread.start()
        self._wait(plugged=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()

    def unplug(self) -> None:
        """Pull the plug; returns when it is out."""
        self._wanted.clear()
        self._wait(plugged=False)

    def plug(self) -> None:
        """Put it back; the machine powers up."""
        self.faults.unplug_after = None
        self._wanted.set()
        self._wait(plugged=True)

    @property
    def plugged(self) -> bool:
        """Whether the line is there."""
        return self._plugged

    def _wait(self, *, plugged: bool) -> None:
        with self._settled:
            if not self._settled.wait_for(lambda: self._plugged is plugged, timeout=10):
                raise TimeoutError("the simulated line did not follow its plug")

    def _run(self) -> None:
        try:
            while not self._ending.is_set():
                if self._wanted.is_set() != self._plugged:
                    self._follow_plug()
                elif not self._plugged:
                    self._ending.wait(BREATH_S)
                else:
                    self._turn()
        finally:
            self._close()

    def _follow_plug(self) -> None:
        if self._wanted.is_set():
            with self.lock:
                self.machine.power_up()
            self._open()
        else:
            self._close()
        with self._settled:
            self._plugged = self._wanted.is_set()
            self._settled.notify_all()

    def _turn(self) -> None:
        if self.faults.deaf:
            self._ending.wait(BREATH_S)
            data = b""
        else:
            data = self._read(BREATH_S)
        with self.lock:
            said = self.machine.hear(data) if data else b""
            said += self.machine.speak(time.monotonic_ns() // 1_000_000)
        if self.faults.flood:
            self._write(self._random.randbytes(4096))
        elif said:
            self._say(said)

    def _say(self, said: bytes) -> None:
        faults = self.faults
        if faults.delay_ms:
            self._ending.wait(faults.delay_ms / 1000)
        if faults.silent:
            return
        said = faults.noise + (said if faults.cut_to is None else said[: faults.cut_to])
        pull = faults.unplug_after is not None and faults.unplug_after <= len(said)
        if faults.unplug_after is not None:
            left = faults.unplug_after
            faults.unplug_after = max(left - len(said), 0)
            said = said[:left]
        for piece in [said[i : i + 1] for i in range(len(said))] if faults.dribble else [said]:
            self._write(piece)
            if faults.dribble:
                time.sleep(0.001)
        if pull:
            self._drain()
            self._wanted.clear()

    @abstractmethod
    def _open(self) -> None:
        """Make the line."""

    @abstractmethod
    def _close(self) -> None:
        """End the line; nothing happens when there is none."""

    @abstractmethod
    def _read(self, wait_s: float) -> bytes:
        """What the host sent, after at most this wait; b"" where no host is there."""

    @abstractmethod
    def _write(self, data: bytes) -> None:
        """Send to the host; dropped where no host is there, or where it does not read."""

    def _drain(self) -> None:
        """Let the host read what was sent, before the plug goes."""
        time.sleep(0.05)
