"""Only a store's own key opens its paths."""

import time
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cloud_sync.contract.enrolment import AUDIENCE, TOKEN_SECONDS, make_token
from cloud_sync.hq.stores import get_store
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway

FORGERIES: dict[str, Callable[[Gateway], str]] = {
    "none": lambda g: "",
    "garbage": lambda g: "Bearer abc",
    "not bearer": lambda g: f"Basic {make_token(g.store, g.key)}",
    "another key": lambda g: f"Bearer {make_token(g.store, Ed25519PrivateKey.generate())}",
    "another store": lambda g: f"Bearer {make_token('0999', g.key)}",
    "too old": lambda g: f"Bearer {make_token(g.store, g.key, time.time() - TOKEN_SECONDS - 120)}",
    "unsigned": lambda g: "Bearer " + jwt.encode({"sub": g.store, "aud": AUDIENCE, "exp": 2**33}, "", "none"),
    "secret is the public key": lambda g: "Bearer " + _hmac(g),
    "huge": lambda g: "Bearer " + "a" * 6000,
}


def _hmac(gateway: Gateway) -> str:
    claims = {"sub": gateway.store, "aud": AUDIENCE, "exp": 2**33}
    return jwt.encode(claims, gateway.public, "HS256")


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_token_opens_nothing(gateway: Gateway, forgery: str) -> None:
    headers = {"authorization": FORGERIES[forgery](gateway), "content-encoding": "zstd"}
    assert gateway.http.get(f"/v1/stores/{gateway.store}/changes", headers=headers).status_code == 401
    assert gateway.http.post(f"/v1/stores/{gateway.store}/events", content=b"x", headers=headers).status_code == 401


def test_a_good_token_of_one_store_does_not_open_another(gateway: Gateway) -> None:
    for path in ("/v1/stores/s1/changes", "/v1/stores/nowhere/changes", "/v1/stores/%2e%2e/changes"):
        if f"/{gateway.store}/" not in path:
            assert gateway.http.get(path, headers=gateway.headers()).status_code in (401, 404)


def test_a_call_is_noted_as_contact(head_office: HeadOffice, gateway: Gateway) -> None:
    assert get_store(head_office.office, gateway.store).contact_at is None
    gateway.page()
    assert get_store(head_office.office, gateway.store).contact_at is not None
