"""Who may do what at this console: accounts, first-run set-up, sign-in and its tokens.

A token is a short JWT signed with the gateway's own secret. It names the account and carries a fingerprint of the
password's hash, so that a new password ends every older session; sessions survive a restart of the gateway.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from cloud_sync.contract.passwords import nobodys
from edge.console.patience import Patience
from edge.store import Store, Transaction
from edge.store.ledger import encode

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,39}")
MIN_PASSWORD, MAX_PASSWORD = 10, 200
SESSION_MS = 12 * 3_600_000
MAX_ENDED = 10_000
AT_ONCE = 2
"""Passwords hashed at the same time: each takes 64 MiB."""


class Role(StrEnum):
    """What an account may do. A viewer looks; a clerk serves labels and tills; a manager decides."""

    VIEWER = "viewer"
    CLERK = "clerk"
    MANAGER = "manager"

    def may(self, needed: "Role") -> bool:
        """Whether this role includes the needed one."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who signed in."""

    name: str
    role: Role
    language: str


class Denied(Exception):
    """A sign-in or set-up that was refused. `reason` is a message key; `wait_s` says how long to wait."""

    def __init__(self, reason: str, wait_s: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class Accounts:
    """The accounts of one store of record. `secret` signs tokens; `setup_code` opens first-run set-up from afar."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int],
        secret: str,
        setup_code: str = "",
        hasher: PasswordHasher | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._key = hmac.digest(secret.encode(), b"aisle console session", "sha256")
        self._setup_code = setup_code
        self._hasher = hasher or PasswordHasher()
        self._nobodys = nobodys(self._hasher)
        self._patience = Patience()
        self._hashing = asyncio.Semaphore(AT_ONCE)
        self._ended: OrderedDict[str, None] = OrderedDict()

    def is_new(self) -> bool:
        """Whether nobody has an account yet."""
        with self._store.reading() as database:
            return database.conn.execute("SELECT 1 FROM account LIMIT 1").fetchone() is None

    async def set_up(self, name: str, password: str, language: str, *, code: str, at_the_box: bool, source: str) -> str:
        """Make the first account, a manager's; a token. `at_the_box`: the call came over loopback. Raises Denied."""
        if not self.is_new():
            raise Denied("first.done")
        keys = (f"setup {source}",)
        self._hold_on(keys)
        if not at_the_box and not (self._setup_code and hmac.compare_digest(code.encode(), self._setup_code.encode())):
            self._patience.failed(keys, self._clock())
            raise Denied("first.code.wrong")
        digest = await self._digest(name, password)
        await self._store.do(lambda tx: self._insert(tx, name, digest, Role.MANAGER, language, by=name, first=True))
        return self._token(name, digest)

    async def add(self, name: str, password: str, role: Role, language: str, by: str) -> None:
        """Make an account. Raises Denied."""
        digest = await self._digest(name, password)
        await self._store.do(lambda tx: self._insert(tx, name, digest, role, language, by=by))

    async def sign_in(self, name: str, password: str, source: str) -> str:
        """Check name and password; a token for twelve hours. `source`: the caller's address. Raises Denied."""
        keys = (f"name {name[:40]}", f"from {source}")
        self._hold_on(keys)
        row = self._row(name)
        digest = row[0] if row else self._nobodys
        right = await self._verify(digest, password) and row is not None
        if not right:
            self._patience.failed(keys, self._clock())
            raise Denied("sign.wrong")
        self._patience.worked(keys)
        return self._token(name, digest)

    def whose(self, token: str) -> Account | None:
        """The account a token stands for, as it is now; None when the token is not or no longer good."""
        try:
            claims = jwt.decode(
                token, self._key, algorithms=["HS256"],
                options={"require": ["sub", "end", "pw", "jti"], "verify_exp": False},
            )  # fmt: skip
        except jwt.InvalidTokenError:
            return None
        row = self._row(str(claims["sub"]))
        if row is None or claims["end"] <= self._clock() or claims["jti"] in self._ended:
            return None
        if not hmac.compare_digest(str(claims["pw"]), _fingerprint(row[0])):
            return None
        return Account(str(claims["sub"]), Role(row[1]), row[2])

    def sign_out(self, token: str) -> None:
        """End a session. Bounded: the oldest ends are forgotten when their tokens have long expired."""
        if self.whose(token) is None:
            return
        claims = jwt.decode(token, self._key, algorithms=["HS256"])
        self._ended[claims["jti"]] = None
        while len(self._ended) > MAX_ENDED:
            self._ended.popitem(last=False)

    async def change_password(self, name: str, old: str, new: str, source: str) -> str:
        """Set a new password, which ends every session of the account; returns a token. Raises Denied."""
        await self.sign_in(name, old, source)
        digest = await self._digest(name, new)

        def work(tx: Transaction) -> None:
            tx.sql.execute("UPDATE account SET password = ? WHERE name = ?", (digest, name))
            write_deed(tx, name, "account.password", {})

        await self._store.do(work)
        return self._token(name, digest)

    async def set_language(self, name: str, language: str) -> None:
        """Remember the language an account reads."""
        await self._store.do(
            lambda tx: tx.sql.execute("UPDATE account SET language = ? WHERE name = ?", (language, name)).rowcount
        )

    def _hold_on(self, keys: tuple[str, ...]) -> None:
        wait = self._patience.wait_ms(keys, self._clock())
        if wait > 0:
            raise Denied("sign.wait", -(-wait // 1000))

    def _row(self, name: str) -> tuple[str, str, str] | None:
        with self._store.reading() as database:
            row: tuple[str, str, str] | None = database.conn.execute(
                "SELECT password, role, language FROM account WHERE name = ?", (name,)
            ).fetchone()
            return row

    async def _digest(self, name: str, password: str) -> str:
        if not NAME.fullmatch(name) or not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise Denied("first.short")
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _verify(self, digest: str, password: str) -> bool:
        if len(password) > MAX_PASSWORD:
            return False
        async with self._hashing:
            try:
                return await asyncio.to_thread(self._hasher.verify, digest, password)
            except (VerificationError, InvalidHashError):
                return False

    @staticmethod
    def _insert(
        tx: Transaction, name: str, digest: str, role: Role, language: str, *, by: str, first: bool = False
    ) -> None:
        taken = "SELECT 1 FROM account" if first else "SELECT 1 FROM account WHERE name = ?"
        if tx.sql.execute(taken, () if first else (name,)).fetchone():
            raise Denied("first.done" if first else "account.taken")
        tx.sql.execute("INSERT INTO account VALUES (?, ?, ?, ?, ?)", (name, digest, role.value, language, tx.now))
        write_deed(tx, by, "account.made", {"name": name, "role": role.value})

    def _token(self, name: str, digest: str) -> str:
        claims = {
            "sub": name,
            "end": self._clock() + SESSION_MS,
            "pw": _fingerprint(digest),
            "jti": secrets.token_urlsafe(12),
        }
        return jwt.encode(claims, self._key, algorithm="HS256")


def write_deed(tx: Transaction, who: str, did: str, body: dict[str, object]) -> None:
    """Write what a person did into the audit log."""
    tx.sql.execute("INSERT INTO audit (at, who, did, body) VALUES (?, ?, ?, ?)", (tx.now, who, did, encode(body)))
    tx.topics.add("audit")


def _fingerprint(digest: str) -> str:
    """Says whether a password is still the same, and nothing else."""
    return hashlib.sha256(digest.encode()).hexdigest()[:16]
