"""One device over SNMP: get, walk, set. The library's silences and error values are put into our errors here."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pyasn1.type.univ import ObjectIdentifier, OctetString
from pysnmp.hlapi.v3arch.asyncio import (
    USM_AUTH_HMAC96_SHA,
    USM_AUTH_HMAC192_SHA256,
    USM_AUTH_HMAC384_SHA512,
    USM_PRIV_CFB128_AES,
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    SnmpEngine,
    UsmUserData,
    bulk_cmd,
    get_cmd,
    set_cmd,
)
from pysnmp.proto import errind
from pysnmp.proto.rfc1902 import Integer32
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from drivers.errors import DeviceError, Misspoke, Refused, Unreachable
from drivers.snmp.guard import GuardedTarget, GuardedUdp
from drivers.snmp.options import SnmpDevice
from drivers.snmp.rows import Oid, Rows, Value

ROWS_EACH = 32
"""Objects asked for at once: decoding them takes about 3 ms, and nobody else waits longer than that."""
MOST_OBJECTS = 6_000
"""Of one walk."""
MOST_BYTES = 256
"""Of one value; what is longer is cut."""
FRESH_EVERY = 5
"""Questions in a row without an answer after which nothing is believed any more of what was known of the device."""
AUTH = {"sha": USM_AUTH_HMAC96_SHA, "sha256": USM_AUTH_HMAC192_SHA256, "sha512": USM_AUTH_HMAC384_SHA512}
WRONG_LOGIN = (errind.UnknownUserName, errind.WrongDigest, errind.UnsupportedSecurityLevel, errind.DecryptionError)
ABSENT = (NoSuchInstance, NoSuchObject, EndOfMibView)


class Client:
    """Asks one device. It has an engine of its own, so that no other device's words or keys meet its own."""

    def __init__(self, device: str, options: SnmpDevice, answer_ms: int) -> None:
        self._device = device
        self._address = (str(options.address), options.port)
        self._login = _login(options)
        self._timeout = answer_ms / 1000
        self._engine: Any = None
        self._socket: GuardedUdp | None = None
        self._target: GuardedTarget | None = None
        self._unanswered = 0

    async def get(self, *names: Oid) -> Rows:
        """The objects that the device has, of these."""
        return Rows(dict(await self._ask(get_cmd, [_name(one) for one in names])))

    async def walk(self, columns: Sequence[Oid]) -> Rows:
        """Every object below these names, all columns side by side.

        Raises Misspoke when names go round in a circle.
        """
        rows, at = Rows(), {column: column for column in columns}
        while at and len(rows.found) < MOST_OBJECTS:
            wanted = list(at.items())
            answer = await self._ask(bulk_cmd, [_name(here) for _, here in wanted], 0, max(1, ROWS_EACH // len(wanted)))
            if not answer:
                break
            for number, (name, value) in enumerate(answer):
                column, _ = wanted[number % len(wanted)]
                if (here := at.get(column)) is None:
                    continue
                if value is None or name[: len(column)] != column:
                    del at[column]
                elif name <= here:
                    raise Misspoke(self._device, f"its list {_dotted(column)} goes round in a circle")
                else:
                    at[column] = name
                    rows.found[name] = value
        return rows

    async def put(self, name: Oid, value: int) -> None:
        """Write a whole number."""
        await self._ask(set_cmd, [ObjectType(ObjectIdentity(name), Integer32(value))])

    def close(self) -> None:
        """Forget the engine. The next question makes a new one."""
        if self._engine is not None:
            self._engine.close_dispatcher()
            if self._socket is not None and self._socket.transport is not None:
                self._socket.transport.close()
        self._engine = self._socket = self._target = None

    async def _open(self) -> GuardedTarget:
        if self._socket is not None and self._socket.flooded:
            await self._connect(self._socket)
        if self._target is None:
            engine = await asyncio.to_thread(SnmpEngine)  # 50 ms of reading tables
            self._socket = GuardedUdp(self._address)
            await self._connect(self._socket)
            self._engine, self._target = engine, GuardedTarget(self._socket, self._address, self._timeout)
        return self._target

    async def _connect(self, socket: GuardedUdp) -> None:
        try:
            await socket.connect()
        except OSError as error:
            raise Unreachable(self._device, f"no way to {self._address[0]}: {error.strerror}") from error

    async def _ask(self, command: Any, names: list[Any], *figures: int) -> list[tuple[Oid, Value]]:
        """One request. An object that the device lacks is left out; in a walk it stands there without a value."""
        target = await self._open()
        trouble, status, index, bindings = await command(
            self._engine, self._login, target, ContextData(), *figures, *names, lookupMib=False
        )
        if trouble:
            raise self._error(trouble)
        self._unanswered = 0
        if status:
            raise self._status(int(status), int(index))
        walked = command is bulk_cmd
        read = [(tuple(name), _value(value)) for name, value in bindings]
        return [(name, value) for name, value in read if walked or value is not None]  # type: ignore[misc]

    def _error(self, trouble: Any) -> DeviceError:
        """What the library's word means for whoever has to mend it."""
        flooded = self._socket is not None and self._socket.flooded
        refused = self._socket is not None and self._socket.refused
        self._unanswered += 1
        silent = isinstance(trouble, errind.RequestTimedOut)
        if not silent or self._unanswered % FRESH_EVERY == 0:
            self.close()
        if flooded:
            return Misspoke(self._device, "it floods the line with answers that nobody asked for")
        if isinstance(trouble, WRONG_LOGIN):
            return Refused(self._device, f"it does not accept the SNMP login ({trouble}); check user and passwords")
        if silent:
            if refused:
                return Unreachable(self._device, "nobody listens at its SNMP port")
            return Unreachable(self._device, "no answer (down, or wrong credentials)")
        return Misspoke(self._device, f"its answer cannot be used: {trouble}")

    def _status(self, status: int, index: int) -> DeviceError:
        words = {6: "no access", 16: "not allowed", 17: "not writable"}.get(status, f"error {status}")
        return Refused(self._device, f"it says no to object {index}: {words}")


def _login(options: SnmpDevice) -> Any:
    if options.login is not None:
        login = options.login
        return UsmUserData(
            login.user, login.auth_password.get_secret_value(), login.priv_password.get_secret_value(),
            authProtocol=AUTH[login.auth], privProtocol=USM_PRIV_CFB128_AES,
        )  # fmt: skip
    community = options.community.get_secret_value() if options.community else ""
    return CommunityData(community, mpModel=1)  # noqa: S508  only where the options ask for it


def _name(oid: Oid) -> Any:
    return ObjectType(ObjectIdentity(oid))


def _value(value: Any) -> Value | None:
    """A value in Python's own types; None for an object that is not there."""
    if isinstance(value, ABSENT):
        return None
    if isinstance(value, ObjectIdentifier):
        return tuple(value)
    if isinstance(value, OctetString):
        return bytes(value)[:MOST_BYTES]
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
