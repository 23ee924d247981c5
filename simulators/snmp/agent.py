"""One agent on one UDP port: GET, GETNEXT, GETBULK and SET, by v3 with encryption, and by v2c where that is asked."""

import asyncio
import os
import random
from typing import cast

import simulators.snmp.message as message
from simulators.snmp.ber import END_OF_VIEW, BadBer, Oid, integer, octets, oid
from simulators.snmp.faults import Faults
from simulators.snmp.gear import Gear
from simulators.snmp.message import V2, V3, Clock, Pdu, read_message, read_scoped, write_v3
from simulators.snmp.tree import Tree
from simulators.snmp.usm import Keys, User, keys_of

MOST_ROWS = 200
"""Rows in one answer: as much as a datagram bears."""
WINDOW_SECONDS = 150
UNKNOWN_ENGINE: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)
UNKNOWN_USER: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1, 3, 0)
WRONG_CODE: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1, 5, 0)
NOT_IN_WINDOW: Oid = (1, 3, 6, 1, 6, 3, 15, 1, 1, 2, 0)
SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
TRAP_NAME: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
NOT_WRITABLE = 17
Address = tuple[str, int]


class Agent(asyncio.DatagramProtocol):
    """`user` may ask by v3; `community` (None: nobody) by v2c. `faults` may be changed at any time."""

    def __init__(self, gear: Gear, user: User | None = None, community: str | None = None) -> None:
        self.gear = gear
        self.faults = Faults()
        self.asked = 0
        self.engine = b"\x80\x00\x1f\x88\x04" + os.urandom(8)
        self._user, self._community = user, community
        self._keys: Keys | None = None if user is None else keys_of(user, self.engine)
        self._transport: asyncio.DatagramTransport | None = None
        self._late: set[asyncio.TimerHandle] = set()
        self._bound: Address | None = None

    @property
    def address(self) -> Address:
        """Where it listens, or listened last."""
        if self._bound is None:
            raise RuntimeError("the agent was never started")
        return self._bound

    @property
    def speaks_v2(self) -> bool:
        """Whether it lets a community in."""
        return self._community is not None

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> Address:
        """Listen; the second start takes the port of the first."""
        target = self._bound if self._bound and not port else (host, port)
        await asyncio.sleep(0)  # a socket that was closed a moment ago lets its port go
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=target)
        self._transport = transport
        self._bound = cast(Address, transport.get_extra_info("sockname")[:2])
        return self._bound

    def stop(self) -> None:
        """Off, as by the power cord. `start` brings it back."""
        for one in self._late:
            one.cancel()
        self._late.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def trap(self, kind: Oid, target: Address, *rows: tuple[Oid, bytes]) -> None:
        """Tell somebody that something happened."""
        first = ((SYS_UPTIME, self.gear.ticks()), (TRAP_NAME, oid(kind)), *rows)
        pdu = Pdu(message.TRAP, random.getrandbits(31), 0, 0, first)
        if self._keys is not None and self._user is not None:
            data = write_v3(pdu.request, self._clock(), self._user.name.encode(), b"", pdu, self._keys)
        else:
            data = V2((self._community or "").encode(), pdu).encode()
        if self._transport is not None:
            self._transport.sendto(data, target)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        """Somebody asked."""
        self.asked += 1
        faults = self.faults
        if faults.silent or (faults.drop_every and self.asked % faults.drop_every == 0):
            return
        try:
            answer = self._answer(data)
        except BadBer:
            return  # RFC 3412: what cannot be read is dropped
        if answer is None:
            return
        if faults.garbage:
            answer = os.urandom(len(answer))
        if faults.slow_ms:
            self._send_later(answer, addr)
        else:
            self._send(answer, addr)

    def _send_later(self, answer: bytes, addr: Address) -> None:
        def send() -> None:
            self._late.discard(timer)
            self._send(answer, addr)

        timer = asyncio.get_running_loop().call_later(self.faults.slow_ms / 1000, send)
        self._late.add(timer)

    def _send(self, answer: bytes, addr: Address) -> None:
        if self._transport is not None:
            self._transport.sendto(answer, addr)
            for _ in range(self.faults.flood):
                self._transport.sendto(answer[: len(answer) // 2], addr)

    def _answer(self, data: bytes) -> bytes | None:
        match read_message(data):
            case V2(community, pdu):
                if self._community is None or community != self._community.encode():
                    return None
                return V2(community, self._respond(pdu)).encode()
            case V3() as asked:
                return self._answer_v3(asked)

    def _answer_v3(self, asked: V3) -> bytes | None:
        keys, user = self._keys, self._user
        if keys is None or user is None:
            return None
        clock = self._clock()
        if asked.engine != self.engine:
            return self._report(asked, UNKNOWN_ENGINE)
        if asked.user != user.name.encode():
            return self._report(asked, UNKNOWN_USER)
        if asked.flags & (message.AUTH | message.PRIV) != message.AUTH | message.PRIV or not asked.authentic(keys):
            return self._report(asked, WRONG_CODE)
        if asked.boots != clock.boots or abs(asked.time - clock.time) > WINDOW_SECONDS:
            return self._report(asked, NOT_IN_WINDOW, keys)
        _, context, pdu = read_scoped(keys.open(asked.payload, asked.boots, asked.time, asked.salt))
        return write_v3(asked.number, clock, asked.user, context, self._respond(pdu), keys)

    def _report(self, asked: V3, name: Oid, keys: Keys | None = None) -> bytes:
        pdu = Pdu(message.REPORT, 0, 0, 0, ((name, integer(1, 0x41)),))
        return write_v3(asked.number, self._clock(), asked.user if keys else b"", b"", pdu, keys)

    def _clock(self) -> Clock:
        return Clock(self.engine, self.gear.boots, self.gear.seconds())

    def _respond(self, pdu: Pdu) -> Pdu:
        tree = self.gear.tree()
        match pdu.kind:
            case message.GET:
                rows = tuple((name, tree.get(name)) for name, _ in pdu.bindings)
            case message.GET_NEXT:
                rows = tuple(self._step(tree, name) for name, _ in pdu.bindings)
            case message.GET_BULK:
                rows = self._bulk(tree, pdu)
            case message.SET:
                return self._set(pdu)
            case _:
                raise BadBer("not a request")
        request = pdu.request ^ 1 if self.faults.wrong_id else pdu.request
        return Pdu(message.RESPONSE, request, 0, 0, tuple((name, self._spoil(value)) for name, value in rows))

    def _bulk(self, tree: Tree, pdu: Pdu) -> tuple[tuple[Oid, bytes], ...]:
        names = [name for name, _ in pdu.bindings]
        once, repeated = names[: pdu.second], names[max(pdu.second, 0) :]
        rows = [self._step(tree, name) for name in once]
        for _ in range(pdu.third):
            if not repeated or len(rows) + len(repeated) > MOST_ROWS:
                break
            step = [self._step(tree, name) for name in repeated]
            rows += step
            repeated = [name for name, _ in step]
            if all(value == END_OF_VIEW for _, value in step):
                break
        return tuple(rows)

    def _step(self, tree: Tree, name: Oid) -> tuple[Oid, bytes]:
        found = tree.after(name)
        if found is None:
            return name, END_OF_VIEW
        if self.faults.endless and name in tree and found[0][:-1] != name[:-1]:
            return (*name[:-1], 0), integer(1)
        return found

    def _spoil(self, value: bytes) -> bytes:
        if self.faults.wrong_types and value[0] < 0x80:
            return octets("not what you asked for")
        if self.faults.huge and value[0] == 0x04:
            return octets("x" * 6_000)
        return value

    def _set(self, pdu: Pdu) -> Pdu:
        """All or nothing, as far as one object goes."""
        for index, (name, value) in enumerate(pdu.bindings, start=1):
            if (write := self.gear.writable.get(name)) is None:
                return Pdu(message.RESPONSE, pdu.request, NOT_WRITABLE, index, pdu.bindings)
            write(value)
        return Pdu(message.RESPONSE, pdu.request, 0, 0, pdu.bindings)
