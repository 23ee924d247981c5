"""Who is calling: the session cookie of a browser, a bearer token, or HTTP Basic."""

import base64
import binascii
import ipaddress
from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request
from starlette.responses import Response

from cloud_sync.pages.guard import LOOPBACK_HOSTS
from edge.console.accounts import SESSION_MS, Account, Accounts, Denied, Role

COOKIE = "aisle_session"


def need(accounts: Accounts, role: Role) -> Callable[[Request], Awaitable[Account]]:
    """A dependency of a route: the account that is calling. Answers 401 or 403 when it may not."""

    async def check(request: Request) -> Account:
        account = await who_calls(accounts, request)
        if account is None:
            raise HTTPException(401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
        if not account.role.may(role):
            raise HTTPException(403, f"This needs a {role.value}; {account.name} is a {account.role.value}.")
        return account

    return check


async def who_calls(accounts: Accounts, request: Request) -> Account | None:
    """The account behind a request, or None. Raises HTTPException 429 after too many wrong passwords."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "":
            return accounts.whose(request.cookies.get(COOKIE, ""))
        case "bearer":
            return accounts.whose(given.strip())
        case "basic":
            name, colon, password = _decode(given).partition(":")
            try:
                return accounts.whose(await accounts.sign_in(name, password, source(request))) if colon else None
            except Denied as denied:
                if denied.wait_s:
                    raise too_soon(denied) from denied
    return None


def too_soon(denied: Denied) -> HTTPException:
    """The answer to one who must wait."""
    return HTTPException(429, f"Too many tries. Wait {denied.wait_s} s.", {"Retry-After": str(denied.wait_s)})


def source(request: Request) -> str:
    """The caller's address."""
    return request.client.host if request.client else "unknown"


def is_at_the_box(request: Request) -> bool:
    """Whether the call came over loopback and by a loopback name, so that no other site's page can be behind it."""
    host = request.headers.get("host", "")
    name = host if host.endswith("]") else host.rsplit(":", 1)[0]
    try:
        return name in LOOPBACK_HOSTS and ipaddress.ip_address(source(request)).is_loopback
    except ValueError:
        return False


def open_door(answer: Response, request: Request, token: str) -> None:
    """Give a browser its session."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def _decode(given: str) -> str:
    try:
        return base64.b64decode(given.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
