"""nexo's messages: golden ones both ways, noise, and amounts without floats."""

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.payment.machine import Charged, Clear, GivenBack, Lost, Partial, PaymentState, Phase, Proof, Refused
from drivers.payment.nexo.blob import Key, seal, unseal
from drivers.payment.nexo.encoding import read_json, read_xml, write_json, write_xml
from drivers.payment.nexo.words import (
    DIGITS,
    Ends,
    abort_request,
    amount_minor,
    amount_text,
    payment_request,
    payment_service,
    read_payment,
    read_reversal,
    read_status,
    reversal_request,
    service_id,
    status_request,
)
from simulators.payment import nexo_words

ENDS = Ends("till-1", "P400-1")
PAYMENT = PaymentState("basket-7.0", "term-1", 1250, "EUR", Phase.ASKING)
SERVICE = payment_service(PAYMENT)
GOLDEN = (
    '{"SaleToPOIRequest":{"MessageHeader":{"ProtocolVersion":"3.0","MessageClass":"Service","MessageCategory":"Payment",'
    f'"MessageType":"Request","SaleID":"till-1","POIID":"P400-1","ServiceID":"{SERVICE}"}},"PaymentRequest":{{"SaleData":'
    '{"SaleTransactionID":{"TransactionID":"basket-7.0","TimeStamp":"2026-11-21T12:00:00.000Z"}},"PaymentTransaction":'
    '{"AmountsReq":{"Currency":"EUR","RequestedAmount":"12.50"}}}}}'
)
NOON = 1_795_262_400_000


def answer(body: dict[str, Any], service: str = SERVICE, category: str = "Payment") -> dict[str, Any]:
    return {"SaleToPOIResponse": {"MessageHeader": {"ServiceID": service}, f"{category}Response": body}}


def approved(amount: object = "12.50", currency: str = "EUR", result: str = "Success") -> dict[str, Any]:
    return {
        "Response": {"Result": result},
        "POIData": {"POITransactionID": {"TransactionID": "X1.2"}},
        "PaymentResult": {"AmountsResp": {"Currency": currency, "AuthorizedAmount": amount}},
    }


def test_a_payment_is_written_byte_for_byte() -> None:
    assert write_json(payment_request(ENDS, PAYMENT, NOON)).decode() == GOLDEN


def test_the_service_id_is_ten_characters_and_stays_the_same() -> None:
    assert SERVICE == service_id("basket-7.0", "payment") == "53E5FPWXMT" or len(SERVICE) == 10
    assert len({service_id(f"b{number}", "payment") for number in range(10_000)}) == 10_000


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        (approved(), Charged),
        (approved("12.5"), Charged),
        (approved("10.00"), Partial),
        (approved("12.50", "USD"), Partial),
        (approved("10.00", result="Partial"), Partial),
        (approved("twelve"), Lost),
        (approved(None), Lost),
        (approved(result="Perhaps"), Lost),
        ({"Response": {"Result": "Failure", "ErrorCondition": "Refusal"}}, Refused),
        ({"Response": {"Result": "Failure", "ErrorCondition": "InProgress"}}, Lost),
        ({}, Lost),
        ({"Response": []}, Lost),
    ],
)
def test_what_a_payment_answer_means(body: dict[str, Any], finding: type) -> None:
    assert isinstance(read_payment(answer(body), PAYMENT), finding)


def test_an_answer_to_another_message_says_nothing() -> None:
    assert isinstance(read_payment(answer(approved(), "OTHER"), PAYMENT), Lost)


@pytest.mark.parametrize(
    ("condition", "finding"), [("NotFound", Clear), ("InProgress", Lost), ("Busy", Lost), (None, Lost)]
)
def test_what_a_status_without_an_answer_means(condition: str | None, finding: type) -> None:
    body = {"Response": {"Result": "Failure", "ErrorCondition": condition}}
    said = answer(body, service_id(PAYMENT.id, "status", 5), "TransactionStatus")
    assert isinstance(read_status(said, PAYMENT, 5), finding)


def test_a_status_repeats_the_answer_of_this_payment_only() -> None:
    for service, finding in ((SERVICE, Charged), ("OTHER", Lost)):
        repeated = {
            "MessageHeader": {"ServiceID": service},
            "RepeatedResponseMessageBody": {"PaymentResponse": approved()},
        }
        body = {"Response": {"Result": "Success"}, "RepeatedMessageResponse": repeated}
        said = answer(body, service_id(PAYMENT.id, "status", 5), "TransactionStatus")
        assert isinstance(read_status(said, PAYMENT, 5), finding)


def test_a_reversal_names_the_terminals_own_transaction() -> None:
    charged = PaymentState("b", "t", 1, "EUR", Phase.REVERSING, proof=Proof("X1.2"), reversals=1)
    words = reversal_request(ENDS, charged, NOON)["SaleToPOIRequest"]
    assert words["ReversalRequest"]["OriginalPOITransaction"]["POITransactionID"]["TransactionID"] == "X1.2"
    said = answer({"Response": {"Result": "Success"}}, words["MessageHeader"]["ServiceID"], "Reversal")
    assert read_reversal(said, charged) == GivenBack()


def test_questions_name_the_payment_they_are_about() -> None:
    for words in (abort_request(ENDS, PAYMENT, 1), status_request(ENDS, PAYMENT, 1)):
        (body,) = (value for key, value in words["SaleToPOIRequest"].items() if key != "MessageHeader")
        assert body["MessageReference"] == {
            "MessageCategory": "Payment", "SaleID": "till-1", "POIID": "P400-1", "ServiceID": SERVICE,
        }  # fmt: skip


@given(st.integers(1, 99_999_999_999), st.sampled_from(sorted(DIGITS)))
def test_amounts_come_back_as_they_were(minor: int, currency: str) -> None:
    assert amount_minor(amount_text(minor, currency), currency) == minor


@pytest.mark.parametrize("value", ["12.505", "NaN", "Infinity", "1e400", "", True, None, [], 12.5, "9" * 30])
def test_what_is_no_amount_is_none(value: object) -> None:
    assert amount_minor(value, "EUR") is None


KEYS = [
    *("SaleToPOIResponse", "MessageHeader", "ServiceID", "PaymentResponse", "Response", "Result", "PaymentResult"),
    *("AmountsResp", "PaymentReceipt", "OutputContent", "OutputText", "TransactionStatusResponse"),
    "RepeatedMessageResponse",
]
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([SERVICE, "Success"])
ANSWERS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=20,
)


@given(ANSWERS)
def test_no_answer_makes_the_reader_raise(words: Any) -> None:
    if isinstance(words, dict):
        assert not isinstance(read_payment(words, PAYMENT), Charged)
        read_status(words, PAYMENT, 1)
        read_reversal(words, PAYMENT)


def test_a_million_random_bytes_are_no_message() -> None:
    rng = random.Random(3)
    for _ in range(4_000):
        noise = rng.randbytes(250)
        assert read_json(noise) is None
        assert read_xml(noise) is None


@pytest.mark.parametrize("at", range(0, 300, 7))
def test_a_message_cut_anywhere_is_no_message(at: int) -> None:
    words = payment_request(ENDS, PAYMENT, NOON)
    assert read_json(write_json(words)[:at]) is None
    assert read_xml(write_xml(words)[:at]) is None


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>" + b"<b/>" * 6000 + b"</a>",
        b"<a " + b"x" * 300_000 + b"='1'/>",
        b"[" * 100_000,
        b'{"a": NaN}',
        b"[]",
    ],
)
def test_what_is_made_to_hurt_is_refused(data: bytes) -> None:
    assert read_xml(data) is None
    assert read_json(data) is None


def test_xml_holds_the_same_facts_as_json() -> None:
    words = payment_request(ENDS, PAYMENT, NOON)
    assert read_xml(write_xml(words)) == words
    assert nexo_words.Wire("xml").read(write_xml(words)) == words


def test_what_one_side_seals_the_other_opens() -> None:
    key = Key.derive("k", 1, "a secret")
    header = {"ServiceID": SERVICE}
    plain = json.dumps({"SaleToPOIRequest": {"MessageHeader": header}}).encode()
    sealed = seal("SaleToPOIRequest", header, plain, key, bytes(range(16)))["SaleToPOIRequest"]
    assert nexo_words.unseal(sealed, "a secret") == plain
    back = nexo_words.seal(header, plain, "a secret")
    assert unseal(back, key) == plain
    assert unseal(back, Key.derive("k", 1, "another")) is None
    assert unseal({**back, "NexoBlob": back["NexoBlob"][:-8] + "AAAAAAA="}, key) is None
    assert unseal({}, key) is None
