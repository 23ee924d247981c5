"""Head office and the gateway as processes of their own: started, killed and waited for."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any


class NotStarted(Exception):
    """A process ended, or did not come up in time; the message holds the end of its log."""


class Process:
    """One `aisle` command, its log in a file, and the ports file that it writes once it listens."""

    def __init__(self, name: str, arguments: list[str], log: Path, ports: Path) -> None:
        self.name = name
        self._arguments = arguments
        self._log = log
        self._ports = ports
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, within_seconds: float = 60) -> dict[str, Any]:
        """Start and wait for its ports. Raises NotStarted."""
        self._ports.unlink(missing_ok=True)
        process = await self._spawn()
        try:
            async with asyncio.timeout(within_seconds):
                while not self._ports.exists():
                    if process.returncode is not None:
                        raise NotStarted(f"{self.name} ended at once: {self.last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise NotStarted(
                f"{self.name} did not listen within {within_seconds:.0f} s: {self.last_words()}"
            ) from error
        facts: dict[str, Any] = json.loads(self._ports.read_text())
        return facts

    async def finish(self, within_seconds: float = 60) -> None:
        """Run to the end. Raises NotStarted when it fails or takes too long."""
        process = await self._spawn()
        try:
            async with asyncio.timeout(within_seconds):
                code = await process.wait()
        except TimeoutError as error:
            await self.kill()
            raise NotStarted(f"{self.name} did not end within {within_seconds:.0f} s: {self.last_words()}") from error
        if code != 0:
            raise NotStarted(f"{self.name} failed: {self.last_words()}")

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "edge.cli", *self._arguments,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        return self._process

    async def kill(self) -> None:
        """As by a power cut: no time to tidy up."""
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> None:
        """Ask it to end; insist after a while."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(15):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    @property
    def pid(self) -> int:
        """Its process id; 0 before the first start."""
        return self._process.pid if self._process else 0

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.returncode is None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])
