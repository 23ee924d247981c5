"""First run, sign-in and sign-out: as JSON for scripts, as forms for the pages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.pages.i18n import COOKIE as LANGUAGE_COOKIE
from edge.console.accounts import Account, Denied, Role
from edge.console.desk import Desk
from edge.console.door import COOKIE, is_at_the_box, need, open_door, source, too_soon

Short = Annotated[str, Field(max_length=200)]


class Credentials(BaseModel):
    """Who signs in."""

    model_config = ConfigDict(extra="forbid")
    name: Short
    password: Short


class Setup(Credentials):
    """The first account. `code`: the set-up code, when not called over loopback."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    code: Short = ""


class NewAccount(Credentials):
    """A further account."""

    role: Role = Role.CLERK
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"


def sign_api(desk: Desk) -> APIRouter:
    """POST /api/setup, /api/sign-in, /api/sign-out, /api/accounts."""
    router, accounts = APIRouter(), desk.accounts

    @router.post("/api/setup", status_code=201)
    async def set_up(given: Setup, request: Request) -> dict[str, str]:
        """Make the manager's account of a new console; 201 with a token, 409 once one exists."""
        try:
            token = await accounts.set_up(
                given.name, given.password, given.language,
                code=given.code, at_the_box=is_at_the_box(request), source=source(request),
            )  # fmt: skip
        except Denied as denied:
            raise _answer(desk, denied) from denied
        return {"token": token, "role": Role.MANAGER.value}

    @router.post("/api/sign-in")
    async def sign_in(given: Credentials, request: Request) -> dict[str, str]:
        """A bearer token, good for twelve hours."""
        try:
            token = await accounts.sign_in(given.name, given.password, source(request))
        except Denied as denied:
            raise _answer(desk, denied) from denied
        account = accounts.whose(token)
        return {"token": token, "role": account.role.value if account else ""}

    @router.post("/api/sign-out", status_code=204)
    async def sign_out(request: Request) -> None:
        """End the session that is calling."""
        _end(desk, request)

    @router.post("/api/accounts", status_code=201)
    async def add(given: NewAccount, by: Annotated[Account, Depends(need(accounts, Role.MANAGER))]) -> dict[str, str]:
        """A further account."""
        try:
            await accounts.add(given.name, given.password, given.role, given.language, by.name)
        except Denied as denied:
            raise _answer(desk, denied) from denied
        return {"name": given.name, "role": given.role.value}

    return router


def sign_forms(desk: Desk) -> APIRouter:
    """What the sign-in and first-run pages post to. Every answer is a redirection to a page."""
    router, accounts = APIRouter(include_in_schema=False), desk.accounts

    @router.post("/sign-in")
    async def sign_in(
        request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]
    ) -> RedirectResponse:
        try:
            token = await accounts.sign_in(name, password, source(request))
        except Denied as denied:
            return _to(f"/sign-in?why={denied.reason}&wait={denied.wait_s}")
        return _welcome(desk, request, token)

    @router.post("/first-run")
    async def first_run(
        request: Request,
        name: Annotated[str, Form()],
        password: Annotated[str, Form()],
        code: Annotated[str, Form()] = "",
    ) -> RedirectResponse:
        language = desk.catalogue.of_request(request).language
        try:
            token = await accounts.set_up(
                name, password, language, code=code, at_the_box=is_at_the_box(request), source=source(request)
            )
        except Denied as denied:
            return _to(f"/first-run?why={denied.reason}&wait={denied.wait_s}")
        return _welcome(desk, request, token)

    @router.post("/sign-out")
    async def sign_out(request: Request) -> RedirectResponse:
        _end(desk, request)
        answer = _to("/sign-in")
        answer.delete_cookie(COOKIE)
        return answer

    return router


def _welcome(desk: Desk, request: Request, token: str) -> RedirectResponse:
    answer = _to("/")
    open_door(answer, request, token)
    account = desk.accounts.whose(token)
    if account and LANGUAGE_COOKIE not in request.cookies:
        answer.set_cookie(LANGUAGE_COOKIE, account.language, max_age=365 * 86_400, samesite="lax", httponly=True)
    return answer


def _end(desk: Desk, request: Request) -> None:
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    desk.accounts.sign_out(bearer or request.cookies.get(COOKIE, ""))


def _to(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def _answer(desk: Desk, denied: Denied) -> HTTPException:
    if denied.wait_s:
        return too_soon(denied)
    status = {"sign.wrong": 401, "first.code.wrong": 403, "first.done": 409, "account.taken": 409}.get(
        denied.reason, 422
    )
    return HTTPException(status, desk.catalogue.words("en")(denied.reason))
