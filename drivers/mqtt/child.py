"""A child process that is kept alive, ends with us, and whose words reach the log in small doses.

Plain `subprocess` and not asyncio's: that one leaves the waiting to a thread which outlives the child for a
moment. Here the end of the child's stderr wakes us, and nothing runs in between.
"""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

_TIED = Path(__file__).with_name("tied.py")
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 30.0
_STEADY = 60.0
"""Seconds after which a child counts as healthy, so that its next end is answered quickly again."""
_LINES_A_MINUTE = 20
_END_SECONDS = 5.0


class Child:
    """One program, started again with a growing pause whenever it ends, until `stop`."""

    def __init__(self, name: str, command: Sequence[str], log: logging.Logger) -> None:
        """`command[0]` is an absolute path; the program keeps to the foreground and complains on stderr."""
        self.name = name
        self._command = tuple(command)
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._last_words: deque[str] = deque(maxlen=5)
        self.deaths = 0
        """How often the program ended by itself."""

    @property
    def pid(self) -> int | None:
        """Of the program that runs now; None between two runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    @property
    def last_words(self) -> str:
        """The last lines of its stderr, for an error message."""
        return " / ".join(self._last_words) or "it said nothing"

    async def start(self) -> None:
        """Start the program and keep it running. Raises OSError when it cannot be started at all."""
        self._process = self._spawn()
        self._keeper = asyncio.create_task(self._keep(self._process), name=f"keep {self.name}")

    def signal(self, number: int) -> None:
        """Send a signal to the program, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    async def stop(self) -> None:
        """End the program and the keeper. Safe to call twice."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            await asyncio.gather(keeper, return_exceptions=True)
        process, self._process = self._process, None
        if process is not None:
            await _end(process)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            (sys.executable, "-I", str(_TIED), str(os.getpid()), *self._command),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for us; we end the child when we are done with it
        )

    async def _keep(self, process: subprocess.Popen[bytes]) -> None:
        pause = _FIRST_PAUSE
        while True:
            began = time.monotonic()
            await self._listen(process)
            await _end(process)
            self.deaths += 1
            if time.monotonic() - began > _STEADY:
                pause = _FIRST_PAUSE
            code, words = process.returncode, self.last_words
            self._log.warning("%s ended (%s: %s); it starts again in %.1f s", self.name, code, words, pause)
            self._process = process = await self._spawn_later(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _spawn_later(self, pause: float) -> subprocess.Popen[bytes]:
        """Keep trying: a machine short of processes or memory now may have some in a while."""
        while True:
            await asyncio.sleep(pause)
            try:
                return self._spawn()
            except OSError as error:
                self._log.warning("%s cannot be started: %s", self.name, error)
                pause = _LONGEST_PAUSE

    async def _listen(self, process: subprocess.Popen[bytes]) -> None:
        """Pass stderr on to the log until it ends, so that the pipe never fills."""
        reader = asyncio.StreamReader()
        pipe, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), process.stderr
        )
        try:
            minute, said = 0, 0
            while chunk := await reader.read(4096):
                if (now := int(time.monotonic() // 60)) != minute:
                    minute, said = now, 0
                for line in chunk.decode("utf-8", "replace").splitlines():
                    said += 1
                    self._pass_on(line, loud=said <= _LINES_A_MINUTE)
        finally:
            pipe.close()

    def _pass_on(self, line: str, *, loud: bool) -> None:
        """Devices can make a broker say things: control characters and length are cut."""
        shown = "".join(char if char.isprintable() else "?" for char in line[:200])
        self._last_words.append(shown)
        self._log.log(logging.WARNING if loud else logging.DEBUG, "%s: %s", self.name, shown)


async def _end(process: subprocess.Popen[bytes]) -> None:
    """Terminate, then kill; the child is reaped when this returns."""
    if process.poll() is None:
        process.terminate()
    deadline = time.monotonic() + _END_SECONDS
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
        await asyncio.sleep(0.01)
