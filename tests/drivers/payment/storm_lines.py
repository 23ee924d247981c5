"""A terminal's wire on the virtual clock: carries out effects, and goes on without the till when it is dead."""

from dataclasses import replace
from typing import Protocol

from drivers.payment.machine import Effect, Finding, Looked, Lost, PaymentState, Refused
from drivers.payment.nexo import words as nexo
from drivers.payment.nexo.encoding import read_json, write_json
from drivers.payment.zvt.apdu import Apdu, ApduReader, encode, parse_alone
from drivers.payment.zvt.block import Block, BlockReader, encode_block
from drivers.payment.zvt.commands import Access
from drivers.payment.zvt.dialogue import Patience, begin, closed, hear, quiet
from simulators.payment.nexo_terminal import Answer, NexoTerminal
from simulators.payment.nexo_words import Wire
from simulators.payment.zvt_terminal import Act, HangUp, Say, Steps, ZvtTerminal
from simulators.payment.zvt_words import Unblock, block
from tests.drivers.payment.storm_world import Killed, World


class Line(Protocol):
    """What the till and the judge see of a wire."""

    @property
    def authorisations(self) -> int:
        """How many payments the terminal was asked for."""

    def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        """One effect to its finding. Raises Killed."""

    def pass_time(self, until: int) -> None:
        """Let the terminal live until then."""


class ZvtLine:
    """ZVT over TCP or a serial line, with delays and pieces of any size."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.serial = world.plan.wire == "serial"
        habits = replace(world.plan.habits, serial=self.serial)
        self.terminal = Declining(world.bank, habits, list(world.plan.faults), rng=world.rng)
        self.terminal.which = world.plan.declines
        self.to_terminal: list[tuple[int, int, bytes | None]] = []
        self.to_till: list[tuple[int, bytes | None]] = []
        self.order = 0
        self.unblock = Unblock()
        self.blocks = BlockReader()
        self.stream = ApduReader()
        self.heard: list[Apdu] = []

    @property
    def authorisations(self) -> int:
        return self.terminal.authorisations

    def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        world, serial = self.world, self.serial
        patience = Patience()
        world.act()
        self.to_till = [(at, data) for at, data in self.to_till if serial and at > world.now]
        if not serial:
            self.pass_time(world.now + world.delay())
            self.to_terminal.clear()
            if world.now < self.terminal.away_until:
                return Refused("away") if effect in (Effect.LOOK, Effect.AUTHORISE) else Lost("away")
            self._take(self.terminal.opened(world.now))
        self.stream, self.heard = ApduReader(), []
        dialogue, said, finding = begin(
            effect, payment, Access("000000", payment.currency), patience, world.now, fresh=not serial
        )
        try:
            while True:
                for apdu in said:
                    self._send(encode(apdu))
                if finding is not None:
                    return finding
                heard = self._next(dialogue.deadline)
                world.act()
                match heard:
                    case "quiet":
                        dialogue, said, finding = quiet(dialogue, world.now)
                    case "closed":
                        dialogue, said, finding = closed(dialogue, "closed")
                    case Apdu():
                        dialogue, said, finding = hear(dialogue, heard, world.now)
                    case _:
                        raise AssertionError(heard)
        finally:
            self._hang_up()

    def pass_time(self, until: int) -> None:
        while (at := self._soonest()) is not None and at <= until:
            self._happen(at)
        self.world.now = max(self.world.now, until)

    def _next(self, deadline: int) -> Apdu | str:
        while not self.heard:
            arrivals = sorted(self.to_till, key=lambda pair: pair[0])
            soonest = self._soonest()
            arrival = arrivals[0][0] if arrivals else None
            moments = [at for at in (soonest, arrival) if at is not None]
            if not moments or min(moments) > deadline:
                self.world.now = max(self.world.now, deadline)
                return "quiet"
            if soonest is not None and (arrival is None or soonest <= arrival):
                self._happen(soonest)
                continue
            at, data = arrivals[0]
            self.to_till.remove((at, data))
            self.world.now = max(self.world.now, at)
            if data is None:
                return "closed"
            if self.serial:
                found = [parse_alone(part.data) for part in self.blocks.feed(data) if isinstance(part, Block)]
                self.heard += [apdu for apdu in found if apdu is not None]
            else:
                self.heard += self.stream.feed(data)
                if self.stream.noise and not self.heard:
                    return "closed"
        return self.heard.pop(0)

    def _soonest(self) -> int | None:
        times = [at for at, _, _ in self.to_terminal]
        if self.terminal.due is not None:
            times.append(max(self.terminal.due, self.world.now))
        return min(times, default=None)

    def _happen(self, at: int) -> None:
        """One thing at the terminal."""
        self.world.now = max(self.world.now, at)
        arrived = sorted(one for one in self.to_terminal if one[0] <= at)
        if not arrived:
            self._take(self.terminal.wake(self.world.now))
            return
        self.to_terminal.remove(arrived[0])
        data = arrived[0][2]
        if data is None:
            self.terminal.closed(self.world.now)
        elif self.serial:
            for part in self.unblock.feed(data):
                if isinstance(part, bytes):
                    self._take(self.terminal.hear(part, self.world.now))
        else:
            self._take(self.terminal.hear(data, self.world.now))

    def _send(self, data: bytes) -> None:
        """Send a message; killed here, some first part of it is sent."""
        whole = encode_block(data) if self.serial else data
        try:
            self.world.act()
        except Killed:
            self._put(whole[: self.world.rng.randrange(len(whole))])
            raise
        self._put(whole)

    def _put(self, data: bytes) -> None:
        last = max([at for at, _, _ in self.to_terminal], default=0)
        at = max(last, self.world.now + self.world.delay())
        self.order += 1
        self.to_terminal.append((at, self.order, data))

    def _hang_up(self) -> None:
        if not self.serial:
            last = max([at for at, _, _ in self.to_terminal], default=0)
            self.order += 1
            self.to_terminal.append((max(last, self.world.now + self.world.delay()), self.order, None))

    def _take(self, acts: list[Act]) -> None:
        last = max([at for at, _ in self.to_till], default=0)
        at = max(last, self.world.now + self.world.delay())
        for act in acts:
            match act:
                case Say(data=data, noise=noise):
                    whole = block(data) if self.serial and not noise else data
                    cut = self.world.rng.randrange(len(whole) + 1)
                    self.to_till += [(at, piece) for piece in (whole[:cut], whole[cut:]) if piece]
                case HangUp() if not self.serial:
                    self.to_till.append((at, None))
                case _:
                    pass


class Declining(ZvtTerminal):
    """Declines the authorisations that the plan names."""

    which: frozenset[int] = frozenset()

    def _pay(self, body: bytes) -> Steps:
        self.decline = 0x05 if self.authorisations in self.which else 0
        return super()._pay(body)


class NexoLine:
    """nexo: one request, one answer, and requests of a dead till still arriving."""

    def __init__(self, world: World) -> None:
        self.world = world
        plan = world.plan
        self.terminal = NexoTerminal(world.bank, plan.habits.card_ms, list(plan.faults), rng=world.rng)
        self.wire = Wire()
        self.ends = nexo.Ends("till-1", "P400-1")
        self.under_way: list[tuple[int, bytes]] = []

    @property
    def authorisations(self) -> int:
        return self.terminal.payments

    def pass_time(self, until: int) -> None:
        for at, data in sorted(self.under_way):
            if at <= until:
                self.under_way.remove((at, data))
                self._ask(data, at)
        self.world.now = max(self.world.now, until)
        self.terminal.settle(self.world.now)

    def _ask(self, data: bytes, at: int) -> Answer:
        self.terminal.decline = "Refusal" if self.terminal.payments in self.world.plan.declines else ""
        self.terminal.settle(at)
        return self.terminal.ask(self.wire.read(data), at)

    def carry_out(self, effect: Effect, payment: PaymentState) -> Finding:
        match effect:
            case Effect.LOOK:
                return Looked("")
            case Effect.AUTHORISE:
                answer = self._post(nexo.payment_request(self.ends, payment, 0), 90_000)
                return nexo.read_payment(answer, payment) if answer else Lost("no answer")
            case Effect.REVERSE:
                answer = self._post(nexo.reversal_request(self.ends, payment, 0), 90_000)
                return nexo.read_reversal(answer, payment) if answer else Lost("no answer")
            case _:
                turn = self.world.rng.randrange(1 << 60)
                if payment.proof is None:
                    self._post(nexo.abort_request(self.ends, payment, turn), 15_000)
                answer = self._post(nexo.status_request(self.ends, payment, turn), 15_000)
                return nexo.read_status(answer, payment, turn) if answer else Lost("no answer")

    def _post(self, words: nexo.Words, patience: int) -> nexo.Words | None:
        world = self.world
        world.act()
        arrives = world.now + world.delay()
        mine = (arrives, write_json(words))
        self.under_way.append(mine)
        world.act()  # killed here, the request still arrives
        self.under_way.remove(mine)
        self.pass_time(arrives)
        answer = self._ask(mine[1], arrives)
        back = arrives + answer.after + world.delay()
        if back > world.now + patience:
            self.pass_time(world.now + patience)
            world.act()
            return None
        self.pass_time(back)
        world.act()
        if answer.words is None:
            return None
        return read_json(self.wire.write(answer.words(arrives + answer.after)))
