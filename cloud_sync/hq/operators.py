"""People at head office: accounts, passwords, sessions, tokens. No account ships with Aisle."""

import hashlib
import re
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, func, insert, select

from cloud_sync.contract.passwords import nobodys
from cloud_sync.hq.database import upsert
from cloud_sync.hq.office import Conflict, HqError, Office
from cloud_sync.hq.schema import operators, sessions

SESSION_HOURS = 12
MIN_PASSWORD = 10
MAX_PASSWORD = 256
MAX_SESSIONS = 50
"""Open sessions of one operator; the oldest ends when one more begins."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class WrongPassword(HqError):
    """Name or password is wrong. Which of them is not told."""

    status = 401


def any_operator(office: Office) -> bool:
    """Whether the first account has been made."""
    with office.db.read() as sql:
        return sql.execute(select(func.count()).select_from(operators)).scalar_one() > 0


def add_operator(office: Office, name: str, password: str, first: bool = False, replace: bool = False) -> None:
    """Make an account. `first` only where there is none; `replace` gives an existing one a new password.

    Raises HqError (name or password does not do) or Conflict.
    """
    if not _NAME.fullmatch(name):
        raise HqError("a name has 1 to 40 letters, digits, dots or dashes")
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise HqError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    hashed = PasswordHasher().hash(password)
    with office.db.write() as sql:
        known = set(sql.execute(select(operators.c.name)).scalars())
        if first and known:
            raise Conflict("the first account exists already; sign in")
        if name in known and not replace:
            raise Conflict(f"{name} exists already")
        upsert(sql, operators, [{"name": name, "password": hashed, "created_at": office.now()}])
        sql.execute(delete(sessions).where(sessions.c.operator == name))


def sign_in(office: Office, name: str, password: str) -> str:
    """Check a password and begin a session. Returns its token. Raises WrongPassword."""
    with office.db.read() as sql:
        hashed = sql.execute(select(operators.c.password).where(operators.c.name == name[:40])).scalar()
    hasher = PasswordHasher()
    try:
        # A name that is not known costs as much time as a wrong password.
        hasher.verify(hashed or nobodys(hasher), password[:MAX_PASSWORD])
    except (Argon2Error, InvalidHashError) as error:
        raise WrongPassword("name or password is wrong") from error
    return new_session(office, name)


def new_session(office: Office, name: str, hours: int = SESSION_HOURS) -> str:
    """A fresh session or bearer token of an operator. Raises HqError where there is no such operator."""
    token = secrets.token_urlsafe(32)
    now = office.now()
    with office.db.write() as sql:
        if sql.execute(select(operators.c.name).where(operators.c.name == name)).first() is None:
            raise HqError(f"there is no operator {name[:40]!r}")
        sql.execute(delete(sessions).where(sessions.c.expires_at < now))
        newest = select(sessions.c.digest).where(sessions.c.operator == name)
        newest = newest.order_by(sessions.c.expires_at.desc()).limit(MAX_SESSIONS - 1)
        kept = sql.execute(newest).scalars().all()
        sql.execute(delete(sessions).where(sessions.c.operator == name, sessions.c.digest.not_in(kept)))
        sql.execute(insert(sessions).values(digest=_digest(token), operator=name, expires_at=now + hours * 3_600_000))
    return token


def whose(office: Office, token: str | None) -> str | None:
    """The operator of a session or bearer token, None when it is not valid now."""
    if not token or len(token) > 200:
        return None
    query = select(sessions.c.operator).where(sessions.c.digest == _digest(token), sessions.c.expires_at > office.now())
    with office.db.read() as sql:
        return sql.execute(query).scalar()


def sign_out(office: Office, token: str) -> None:
    """End a session."""
    with office.db.write() as sql:
        sql.execute(delete(sessions).where(sessions.c.digest == _digest(token)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
