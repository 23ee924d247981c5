"""Who is calling the console: session cookie or bearer token, and the routes that give and take them."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.hq.limits import Limiter, TooOften
from cloud_sync.hq.office import HqError, Office
from cloud_sync.hq.operators import (
    SESSION_HOURS,
    WrongPassword,
    add_operator,
    any_operator,
    sign_in,
    sign_out,
    whose,
)

COOKIE = "aisle_hq"
R = TypeVar("R", bound=Response)


class NotSignedIn(HqError):
    """The call needs an operator."""

    status = 401


class Credentials(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=100)]
    password: Annotated[str, Field(max_length=1000)]


def operator_of(office: Office, request: Request) -> str | None:
    """The operator who makes this request, None when it carries nothing valid."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return whose(office, token)
    return whose(office, request.cookies.get(COOKIE))


def require_operator(office: Office, request: Request) -> str:
    """As `operator_of`. Raises NotSignedIn."""
    name = operator_of(office, request)
    if name is None:
        raise NotSignedIn("sign in first")
    return name


def signing_router(office: Office) -> APIRouter:
    """Routes for the pages' forms and for programs: first run, sign in, sign out."""
    router = APIRouter()
    limiter = Limiter(tries=8, per_seconds=60)

    def enter(request: Request, given: Credentials) -> str:
        caller = request.client.host if request.client else "?"
        limiter.count(caller)
        token = sign_in(office, given.name, given.password)
        limiter.forget(caller)
        return token

    @router.post("/api/setup")
    def setup(request: Request, given: Credentials) -> JSONResponse:
        add_operator(office, given.name, given.password, first=True)
        return _remember(JSONResponse({"operator": given.name}), request, enter(request, given))

    @router.post("/api/session")
    def session(request: Request, given: Credentials) -> JSONResponse:
        token = enter(request, given)
        return _remember(JSONResponse({"operator": given.name, "token": token}), request, token)

    @router.delete("/api/session")
    def end(request: Request) -> Response:
        return _forget(office, request, Response(status_code=204))

    @router.post("/sign-in", include_in_schema=False)
    def sign_in_form(request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
        try:
            token = enter(request, Credentials(name=name[:100], password=password[:1000]))
        except WrongPassword:
            return RedirectResponse("/sign-in?problem=wrong", 303)
        except TooOften:
            return RedirectResponse("/sign-in?problem=wait", 303)
        return _remember(RedirectResponse("/", 303), request, token)

    @router.post("/first-run", include_in_schema=False)
    def first_run(request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
        if any_operator(office):
            return RedirectResponse("/sign-in", 303)
        try:
            add_operator(office, name.strip(), password, first=True)
        except HqError:
            return RedirectResponse("/sign-in?problem=short", 303)
        token = enter(request, Credentials(name=name.strip(), password=password))
        return _remember(RedirectResponse("/", 303), request, token)

    @router.post("/sign-out", include_in_schema=False)
    def sign_out_form(request: Request) -> Response:
        return _forget(office, request, RedirectResponse("/sign-in", 303))

    return router


def _remember(answer: R, request: Request, token: str) -> R:
    answer.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


def _forget(office: Office, request: Request, answer: Response) -> Response:
    token = request.cookies.get(COOKIE)
    if token:
        sign_out(office, token)
    answer.delete_cookie(COOKIE)
    return answer
