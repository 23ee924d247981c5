"""How a gateway's key becomes its store's key: a one-time code, a request, and one person's approval.

A code alone gives nothing away: whoever has it can only *ask*. The person approves a key by its fingerprint,
so a forged request beside the real one stays a request. A flood of forged ones pushes out the request that
was repeated longest ago, and a real gateway keeps asking, so it is never locked out. An approved key is
replaced only by the approval of another one.
"""

import hashlib
import secrets
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, and_, delete, insert, select, update

from cloud_sync.contract.enrolment import EnrolAnswer, EnrolRequest, fingerprint
from cloud_sync.hq.office import Conflict, NotAllowed, NotFound, Office
from cloud_sync.hq.schema import enrol_codes, gateway_keys
from cloud_sync.hq.stores import find_store

CODE_DAYS = 7
MAX_ASKING = 8
"""Keys that may wait for approval at once, per store."""

_LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to type at the gateway; head office itself keeps only its digest."""

    code: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """A key that asks, or is approved, for a store."""

    store: str
    public_key: str
    gateway: str
    status: str
    asked_at: int
    approved_at: int | None
    approved_by: str | None

    @property
    def fingerprint(self) -> str:
        """What a person compares with the gateway's own screen."""
        return fingerprint(self.public_key)


def new_code(office: Office, store: str) -> NewCode:
    """Make a code for a store; codes that were made before and never used end."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))  # 78 bits: nobody guesses it
    made = NewCode("-".join(letters[place : place + 4] for place in range(0, 16, 4)), _expiry(office))
    with office.db.write() as sql:
        find_store(sql, store)
        sql.execute(delete(enrol_codes).where(enrol_codes.c.store == store, enrol_codes.c.used.is_(False)))
        sql.execute(
            insert(enrol_codes).values(digest=_digest(made.code), store=store, expires_at=made.expires_at, used=False)
        )
    return made


def ask_to_enrol(office: Office, request: EnrolRequest) -> EnrolAnswer:
    """Answer a gateway. Asking again with the same code and key changes nothing. Raises NotAllowed."""
    code = _digest(request.code)
    refused = NotAllowed("this code is not known, used up or too old; ask head office for a new one")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(request.public_key))
    except ValueError as error:
        raise NotAllowed("this is no Ed25519 public key") from error
    with office.db.write() as sql:
        known = sql.execute(select(enrol_codes).where(enrol_codes.c.digest == code)).mappings().first()
        if known is None:
            raise refused
        store = known["store"]
        mine = and_(gateway_keys.c.store == store, gateway_keys.c.public_key == request.public_key)
        key = sql.execute(select(gateway_keys).where(mine)).mappings().first()
        if key is not None and key["status"] == "approved":
            return EnrolAnswer(status="approved", store=store, change_keys=office.change_keys())
        if known["used"] or known["expires_at"] < office.now():
            raise refused
        asked = {"code": code, "gateway": _printable(request.gateway), "status": "pending"}
        asked_at = office.now()
        if key is not None:
            sql.execute(update(gateway_keys).where(mine).values(**asked, asked_at=asked_at))
        else:
            _make_room(sql, store)
            sql.execute(
                insert(gateway_keys).values(store=store, public_key=request.public_key, **asked, asked_at=asked_at)
            )
        return EnrolAnswer(status="pending", store=store)


def keys_of(office: Office, store: str | None = None) -> list[GatewayKey]:
    """Keys that ask or are approved, for one store or for all."""
    columns = [column for column in gateway_keys.c if column.name != "code"]
    query = select(*columns).where(gateway_keys.c.status != "revoked").order_by(gateway_keys.c.asked_at)
    if store is not None:
        query = query.where(gateway_keys.c.store == store)
    with office.db.read() as sql:
        return [GatewayKey(**row) for row in sql.execute(query).mappings()]


def approve(office: Office, store: str, wanted: str, operator: str) -> GatewayKey:
    """Approve the key with this fingerprint: it becomes the store's only key, and its code is used up.

    Raises NotFound, or Conflict when nothing of that fingerprint waits.
    """
    with office.db.read() as sql:
        find_store(sql, store)
    keys = keys_of(office, store)
    chosen = [key for key in keys if _same(key.fingerprint, wanted)]
    if not chosen:
        raise NotFound(f"no key of store {store} has the fingerprint {wanted[:60]!r}")
    key = chosen[0]
    if key.status == "approved":
        return key
    of_store = gateway_keys.c.store == store
    mine = and_(of_store, gateway_keys.c.public_key == key.public_key)
    with office.db.write() as sql:
        row = sql.execute(select(gateway_keys).where(mine, gateway_keys.c.status == "pending")).mappings().first()
        if row is None:
            raise Conflict("this key no longer waits for approval")
        sql.execute(update(enrol_codes).where(enrol_codes.c.digest == row["code"]).values(used=True))
        sql.execute(delete(gateway_keys).where(of_store, gateway_keys.c.status == "pending", ~mine))
        sql.execute(update(gateway_keys).where(of_store, gateway_keys.c.status == "approved").values(status="revoked"))
        values = {"status": "approved", "approved_at": office.now(), "approved_by": operator}
        sql.execute(update(gateway_keys).where(mine).values(**values))
    office.hub.wake(store)  # a connection that the old key opened looks again, and ends
    return next(key for key in keys_of(office, store) if key.status == "approved")


def approved_key(sql: Connection, store: str) -> Ed25519PublicKey | None:
    """The key that a store's calls are checked with."""
    query = select(gateway_keys.c.public_key).where(gateway_keys.c.store == store, gateway_keys.c.status == "approved")
    found = sql.execute(query).scalar()
    return None if found is None else Ed25519PublicKey.from_public_bytes(bytes.fromhex(found))


def _make_room(sql: Connection, store: str) -> None:
    waiting = gateway_keys.c.store == store, gateway_keys.c.status == "pending"
    query = select(gateway_keys.c.public_key).where(*waiting).order_by(gateway_keys.c.asked_at.desc())
    for old in sql.execute(query.offset(MAX_ASKING - 1)).scalars().all():
        sql.execute(delete(gateway_keys).where(*waiting, gateway_keys.c.public_key == old))


def _same(one: str, other: str) -> bool:
    return one.replace(" ", "") == other.replace(" ", "").replace(":", "").lower()


def _printable(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[:80] or "?"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _expiry(office: Office) -> int:
    return office.now() + CODE_DAYS * 86_400_000
