"""Enrolment: a code lets a gateway ask, a person lets it in, and nobody else gets in its way."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from cloud_sync.contract.enrolment import EnrolRequest, fingerprint
from cloud_sync.hq.enrolment import MAX_ASKING, NewCode, approve, ask_to_enrol, keys_of, new_code
from cloud_sync.hq.office import NotAllowed, NotFound
from tests.hq.conftest import HeadOffice
from tests.hq.gateway import Gateway

NewGateway = Callable[[], Gateway]


def test_pending_until_a_person_approves_then_trusted_keys_come_along(
    head_office: HeadOffice, code: NewCode, new_gateway: NewGateway
) -> None:
    gateway = new_gateway()
    assert gateway.enrol(code.code).json() == {"status": "pending", "store": gateway.store, "change_keys": {}}
    assert gateway.http.get(f"/v1/stores/{gateway.store}/changes", headers=gateway.headers()).status_code == 401
    approve(head_office.office, gateway.store, fingerprint(gateway.public), "anna")
    answer = gateway.enrol(code.code).json()
    assert (answer["status"], answer["store"]) == ("approved", gateway.store)
    assert answer["change_keys"] == head_office.office.change_keys()
    assert gateway.page().head == 0


def test_asking_again_changes_nothing(head_office: HeadOffice, code: NewCode, new_gateway: NewGateway) -> None:
    gateway = new_gateway()
    answers = [gateway.enrol(code.code).json() for _ in range(5)]
    assert all(answer == answers[0] for answer in answers)
    assert len(keys_of(head_office.office, gateway.store)) == 1


def test_a_forged_request_beside_the_real_one_neither_locks_it_out_nor_gets_in(
    head_office: HeadOffice, code: NewCode, new_gateway: NewGateway
) -> None:
    real, forger = new_gateway(), new_gateway()
    forger.enrol(code.code)
    assert real.enrol(code.code).json()["status"] == "pending"
    assert forger.enrol(code.code).json()["status"] == "pending"
    approve(head_office.office, real.store, fingerprint(real.public), "anna")
    assert real.enrol(code.code).json()["status"] == "approved"
    assert forger.enrol(code.code).status_code == 403
    assert forger.http.get(f"/v1/stores/{real.store}/changes", headers=forger.headers()).status_code == 401
    assert [key.public_key for key in keys_of(head_office.office, real.store)] == [real.public]


def test_a_flood_of_forged_requests_cannot_push_out_a_gateway_that_keeps_asking(
    head_office: HeadOffice, code: NewCode, new_gateway: NewGateway
) -> None:
    real = new_gateway()
    real.enrol(code.code)
    for _ in range(3 * MAX_ASKING):
        new_gateway().enrol(code.code)
    assert len(keys_of(head_office.office, real.store)) == MAX_ASKING
    real.enrol(code.code)
    approve(head_office.office, real.store, fingerprint(real.public), "anna")
    assert real.enrol(code.code).json()["status"] == "approved"


def test_an_unknown_or_old_code_is_refused_but_an_approved_gateway_may_always_ask(
    head_office: HeadOffice, gateway: Gateway, new_gateway: NewGateway
) -> None:
    assert new_gateway().enrol("AAAA-BBBB-CCCC-DDDD").status_code == 403
    first = new_code(head_office.office, gateway.store)
    second = new_code(head_office.office, gateway.store)
    assert new_gateway().enrol(first.code).status_code == 403  # a newer code ended it
    late = replace(head_office.office, now=lambda: second.expires_at + 1)
    request = EnrolRequest(code=second.code, public_key=new_gateway().public, gateway="late")
    with pytest.raises(NotAllowed):
        ask_to_enrol(late, request)
    mine = EnrolRequest(code=second.code, public_key=gateway.public, gateway="mine")
    assert ask_to_enrol(late, mine).status == "approved"


def test_a_replacement_gateway_takes_over_when_approved_and_not_before(
    head_office: HeadOffice, gateway: Gateway, new_gateway: NewGateway
) -> None:
    second = new_gateway()
    second.enrol(new_code(head_office.office, gateway.store).code)
    assert gateway.page().head == 0
    approve(head_office.office, gateway.store, fingerprint(second.public), "anna")
    assert second.page().head == 0
    assert gateway.http.get(f"/v1/stores/{gateway.store}/changes", headers=gateway.headers()).status_code == 401


def test_only_a_fingerprint_that_asks_can_be_approved(head_office: HeadOffice, store: str) -> None:
    with pytest.raises(NotFound, match="fingerprint"):
        approve(head_office.office, store, "0000 1111", "anna")


@pytest.mark.parametrize("asked", [{}, {"code": "x"}, {"code": "AAAA-BBBB", "public_key": "zz", "gateway": "b"}])
def test_a_malformed_request_is_refused(new_gateway: NewGateway, asked: dict[str, str]) -> None:
    assert new_gateway().http.post("/v1/enrol", json=asked).status_code == 422
