"""The payment driver: intents on disk, one payment at a time per terminal, and every unknown pursued to its end."""

import asyncio
import logging
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import ValidationError

from drivers.base import Capability, Payment, PaymentDriver, Sink
from drivers.errors import Refused as RefusedError
from drivers.errors import Unreachable
from drivers.payment.machine import Command, Decided, Effect, Event, Finding, PaymentState, Phase, Policy
from drivers.payment.masking import plain
from drivers.payment.nexo.terminal import NexoTerminal
from drivers.payment.options import NexoOptions, PaymentOptions, ZvtOptions
from drivers.payment.running import Walk, walk
from drivers.payment.storage import Intents, SqliteIntents
from drivers.payment.zvt.dialogue import Patience
from drivers.payment.zvt.terminal import ZvtTerminal

T = TypeVar("T")
_LOG = logging.getLogger(__name__)
_PAYMENT_ID = re.compile(r"[A-Za-z0-9._-]{1,40}")


class Terminal(Protocol):
    """What stands behind one protocol."""

    def cannot(self, amount_minor: int, currency: str) -> str:
        """Why it cannot take such a payment; "" when it can."""

    async def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        """One effect to its finding."""

    async def reach(self) -> str:
        """Open its line and close it again: why that cannot be done, or ""."""


class PaymentTerminals(PaymentDriver):
    """Terminals by ZVT and nexo, by their ids. Options as in `PaymentOptions`."""

    capabilities: ClassVar[frozenset[Capability]] = frozenset({Capability.TAKES_PAYMENT})

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Raises ValueError, naming the key and never the value: passwords are among them."""
        try:
            self._options = PaymentOptions.model_validate(dict(options))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        self._policy = Policy(settle=round(self._options.settle_seconds * 1000), tries=self._options.tries)
        self._terminals = {name: self._terminal(terminal) for name, terminal in self._options.terminals.items()}
        self._turns = {name: asyncio.Lock() for name in self._terminals}
        self._kept: Intents | None = None
        self._works: set[asyncio.Task[PaymentState]] = set()

    def _terminal(self, options: ZvtOptions | NexoOptions) -> Terminal:
        match options:
            case ZvtOptions():
                reply = round(self._options.reply_seconds * 1000)
                person = round(self._options.answer_seconds * 1000)
                return ZvtTerminal(options, Patience(ack=reply, quiet=person, quick=3 * reply, abort=2 * reply))
            case NexoOptions():
                return NexoTerminal(options, self._options.answer_seconds, self._options.reply_seconds)

    async def start(self, sink: Sink) -> None:
        """Open the storage.

        Raises Refused when it cannot be used. Terminals are spoken to only when there is a payment.
        """
        try:
            self._kept = await asyncio.to_thread(SqliteIntents, self._options.storage)
        except sqlite3.Error as error:
            raise RefusedError("payment", f"the payments cannot be kept in {self._options.storage}: {error}") from error

    async def stop(self) -> None:
        """End what is being worked on, as a power cut would, and close the storage. Safe to call twice."""
        kept, self._kept = self._kept, None
        works = list(self._works)
        for work in works:
            work.cancel()
        await asyncio.gather(*works, return_exceptions=True)
        if kept is not None:
            kept.close()

    async def authorise(self, device: str, payment: str, amount_minor: int, currency: str) -> Payment:
        """Take money; see `PaymentDriver`."""
        terminal = self._known(device)
        if _PAYMENT_ID.fullmatch(payment) is None:
            raise RefusedError(device, "a payment's id is 1 to 40 letters, digits, dots, hyphens or underscores")
        if why := terminal.cannot(amount_minor, currency):
            raise RefusedError(device, why)
        async with self._turns[device]:
            state = await _to_the_end(self._intents.find, payment)
            if state is None:
                await self._no_other_unknown(device)
                state = PaymentState(payment, device, amount_minor, currency)
                await _to_the_end(self._intents.save, state)
                return await self._walk(state, Command.START)
            if (state.device, state.amount_minor, state.currency) != (device, amount_minor, currency):
                raise RefusedError(device, f"payment {payment} stands for another amount or terminal")
            return await self._walk(state, Command.RESTART)

    async def reach(self, device: str) -> bool:
        """Whether its line stands; see `PaymentDriver`."""
        terminal = self._known(device)
        if self._turns[device].locked():
            return False
        async with self._turns[device]:
            if await _to_the_end(self._intents.open, device):
                return False
            if why := await terminal.reach():
                raise Unreachable(device, why)
            return True

    async def resolve(self, device: str, payment: str) -> Payment:
        """Pursue an unknown payment; see `PaymentDriver`."""
        return await self._again(device, payment, Command.RESTART)

    async def reverse(self, device: str, payment: str) -> Payment:
        """Give the money back; see `PaymentDriver`."""
        return await self._again(device, payment, Command.GIVE_BACK)

    async def decide(self, device: str, payment: str, taken: bool, who: str) -> Payment:
        """A person's word; see `PaymentDriver`."""
        self._known(device)
        async with self._turns[device]:
            state = self._of(device, payment, await _to_the_end(self._intents.find, payment))
            if not state.needs_person:
                raise RefusedError(device, f"payment {payment} needs nobody's decision")
            return await self._walk(state, Decided(taken, plain(who)))

    def open_payments(self, device: str) -> Sequence[Payment]:
        """What the caller has not settled, oldest first."""
        self._known(device)
        return [state.told() for state in self._intents.open(device)]

    def settle(self, device: str, payment: str) -> None:
        """The caller has acted on the outcome; see `PaymentDriver`."""
        state = self._of(device, payment, self._intents.find(payment))
        if not state.final:
            raise RefusedError(device, f"what became of payment {payment} is not known yet")
        self._intents.settle(payment)

    async def _again(self, device: str, payment: str, command: Command) -> Payment:
        self._known(device)
        async with self._turns[device]:
            state = self._of(device, payment, await _to_the_end(self._intents.find, payment))
            return await self._walk(state, command)

    async def _walk(self, state: PaymentState, event: Event) -> Payment:
        """Run the machine until nothing more happens by itself.

        May be cancelled anywhere: the disk knows where it was.
        """
        work = asyncio.create_task(self._run(state, event), name=f"payment {state.id}")
        self._works.add(work)
        try:
            done = await work
        except asyncio.CancelledError:
            if self._kept is None:
                raise RefusedError(state.device, "the driver was stopped; ask again after it is started") from None
            raise
        finally:
            self._works.discard(work)
        if done.needs_person:
            _LOG.warning("%s: payment %s needs a person: %s", done.device, done.id, done.why)
        return done.told()

    async def _run(self, state: PaymentState, event: Event) -> PaymentState:
        terminal = self._terminals[state.device]
        steps = walk(state, event, self._intents.save, _now, self._policy)
        wanted = await _to_the_end(_advance, steps, None)
        while isinstance(wanted, tuple):
            state, effect = wanted
            if effect is Effect.WAIT:
                await asyncio.sleep(max(0, state.due - _now()) / 1000)
                finding: Event = Command.DUE
            else:
                finding = await terminal.carry_out(effect, state)
            wanted = await _to_the_end(_advance, steps, finding)
        return wanted

    async def _no_other_unknown(self, device: str) -> None:
        """A terminal remembers its last transaction only: a new one would bury what is not known yet."""
        for other in await _to_the_end(self._intents.open, device):
            if other.phase is Phase.NEW:
                await self._walk(other, Command.RESTART)
            elif not other.final:
                raise RefusedError(device, f"payment {other.id} is not known yet; resolve it first")

    def _known(self, device: str) -> Terminal:
        if device not in self._terminals:
            raise RefusedError(device, "no payment terminal has this id")
        return self._terminals[device]

    def _of(self, device: str, payment: str, state: PaymentState | None) -> PaymentState:
        self._known(device)
        if state is None or state.device != device:
            raise RefusedError(device, f"there is no payment {payment}")
        return state

    @property
    def _intents(self) -> Intents:
        if self._kept is None:
            raise RefusedError("payment", "the payment driver is not started")
        return self._kept


def _advance(steps: Walk, finding: Event | None) -> tuple[PaymentState, Effect] | PaymentState:
    """Send the walk what came of its last wish; its next wish, or the state that it ends in."""
    try:
        return next(steps) if finding is None else steps.send(finding)
    except StopIteration as end:
        ended: PaymentState = end.value
        return ended


async def _to_the_end(work: Callable[..., T], *args: Any) -> T:
    """Disk work in a thread. Who is cancelled meanwhile waits for its end: two writes never overtake each other."""
    future = asyncio.get_running_loop().run_in_executor(None, work, *args)
    try:
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        await asyncio.wait([future])
        raise


def _now() -> int:
    return round(time.monotonic() * 1000)
