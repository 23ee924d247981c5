"""nexo's messages as nested dictionaries (KIOSK_PROTOCOLS 4.2 [M]), and what a terminal's answer means.

Amounts travel as decimal numbers with the currency's digits; they are written and read as text, never as floats.
"""

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from drivers.payment.machine import (
    Charged,
    Clear,
    Finding,
    GivenBack,
    Lost,
    NotGivenBack,
    Partial,
    PaymentState,
    Proof,
    Refused,
)
from drivers.payment.masking import add_line, last_four, plain

Words = dict[str, Any]
DIGITS: Final = {"EUR": 2, "CHF": 2, "GBP": 2, "USD": 2, "SEK": 2, "NOK": 2, "DKK": 2, "PLN": 2, "CZK": 2, "HUF": 2,
                 "RON": 2, "BGN": 2, "CNY": 2, "JPY": 0}  # fmt: skip
"""ISO 4217 currencies with the number of their decimals."""
HIGHEST_MINOR: Final = 99_999_999_999


@dataclass(frozen=True, slots=True)
class Ends:
    """Who speaks with whom."""

    sale_id: str
    poi_id: str


def service_id(payment: str, purpose: str, turn: int = 0) -> str:
    """10 characters that stand for one message of one payment, the same after any restart.

    50 bits: unique per terminal for the 48 hours that count [K], and for years besides.
    """
    digest = hashlib.sha256(f"{purpose}\n{turn}\n{payment}".encode()).digest()
    return b32encode(digest)[:10].decode()


def payment_request(ends: Ends, payment: PaymentState, now_ms: int) -> Words:
    """Take money."""
    header = _header(ends, "Payment", payment_service(payment))
    body = {
        "SaleData": {"SaleTransactionID": {"TransactionID": payment.id, "TimeStamp": _time(now_ms)}},
        "PaymentTransaction": {
            "AmountsReq": {
                "Currency": payment.currency,
                "RequestedAmount": amount_text(payment.amount_minor, payment.currency),
            }
        },
    }
    return {"SaleToPOIRequest": {"MessageHeader": header, "PaymentRequest": body}}


def abort_request(ends: Ends, payment: PaymentState, turn: int) -> Words:
    """End the payment if it is still under way. The terminal answers the payment itself, not this."""
    header = _header(ends, "Abort", service_id(payment.id, "abort", turn))
    body = {"AbortReason": "MerchantAbort", "MessageReference": _reference(ends, "Payment", payment_service(payment))}
    return {"SaleToPOIRequest": {"MessageHeader": header, "AbortRequest": body}}


def status_request(ends: Ends, payment: PaymentState, turn: int) -> Words:
    """What became of the payment, or of its reversal?"""
    header = _header(ends, "TransactionStatus", service_id(payment.id, "status", turn))
    category, asked = _asked_about(payment)
    body = {"MessageReference": _reference(ends, category, asked), "ReceiptReprintFlag": True,
            "DocumentQualifier": ["CustomerReceipt"]}  # fmt: skip
    return {"SaleToPOIRequest": {"MessageHeader": header, "TransactionStatusRequest": body}}


def reversal_request(ends: Ends, payment: PaymentState, now_ms: int) -> Words:
    """Give the money back: the whole of the original transaction."""
    header = _header(ends, "Reversal", reversal_service(payment))
    original = payment.proof.reference if payment.proof else ""
    body = {
        "OriginalPOITransaction": {"POITransactionID": {"TransactionID": original, "TimeStamp": _time(now_ms)}},
        "ReversalReason": "MerchantCancel",
    }
    return {"SaleToPOIRequest": {"MessageHeader": header, "ReversalRequest": body}}


def read_payment(answer: Mapping[str, Any], payment: PaymentState) -> Finding:
    """The answer to a payment request, never raising; anything that is not clear is lost."""
    response = _body(answer, "PaymentResponse", payment_service(payment))
    if response is None:
        return Lost("the terminal's answer made no sense")
    return _payment(response, payment)


def read_reversal(answer: Mapping[str, Any], payment: PaymentState) -> Finding:
    """The answer to a reversal request."""
    response = _body(answer, "ReversalResponse", reversal_service(payment))
    if response is None:
        return Lost("the terminal's answer made no sense")
    return _reversal(response)


def read_status(answer: Mapping[str, Any], payment: PaymentState, turn: int) -> Finding:
    """The answer to a status request: the repeated answer, still under way, or not known."""
    response = _body(answer, "TransactionStatusResponse", service_id(payment.id, "status", turn))
    if response is None:
        return Lost("the terminal's answer made no sense")
    result, condition = _result(response)
    if result == "Failure" and condition == "NotFound":
        return Clear()
    if result != "Success":
        return Lost(f"the terminal cannot tell now: {condition or 'no reason given'}")
    category, asked = _asked_about(payment)
    repeated = _map(response, "RepeatedMessageResponse")
    header = _map(repeated, "MessageHeader")
    if header.get("ServiceID") not in (None, asked):
        return Lost("the terminal told of another payment")
    name = f"{category}Response"
    body = _map(_map(repeated, "RepeatedResponseMessageBody"), name)
    if not body:
        return Lost("the terminal's answer made no sense")
    return _payment(body, payment) if category == "Payment" else _reversal(body)


def payment_service(payment: PaymentState) -> str:
    """The ServiceID of the payment request."""
    return service_id(payment.id, "payment")


def reversal_service(payment: PaymentState) -> str:
    """The ServiceID of the last reversal request."""
    return service_id(payment.id, "reversal", payment.reversals)


def amount_text(minor: int, currency: str) -> str:
    """1250, EUR → "12.50"."""
    return f"{Decimal(minor).scaleb(-DIGITS[currency]):f}"


def amount_minor(value: object, currency: str) -> int | None:
    """The text 12.50 of EUR is 1250; None when it is no whole number of minor units."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or len(str(value)) > 20:
        return None
    try:
        minor = Decimal(value).scaleb(DIGITS[currency])
    except InvalidOperation:
        return None
    if not minor.is_finite() or abs(minor) > 100 * HIGHEST_MINOR or minor != minor.to_integral_value():
        return None
    return int(minor)


def _payment(response: Mapping[str, Any], payment: PaymentState) -> Finding:
    result, condition = _result(response)
    if result == "Failure":
        if condition == "InProgress":
            return Lost("the terminal is still at work")
        return Refused(condition or "declined")
    amounts = _map(_map(response, "PaymentResult"), "AmountsResp")
    taken = amount_minor(amounts.get("AuthorizedAmount"), payment.currency)
    proof = _proof(response)
    if result not in ("Success", "Partial") or taken is None or not proof.reference:
        return Lost("the terminal's answer was incomplete")
    same = taken == payment.amount_minor and amounts.get("Currency") in (None, payment.currency)
    return Charged(proof) if same else Partial(proof)


def _reversal(response: Mapping[str, Any]) -> Finding:
    result, condition = _result(response)
    match result:
        case "Success":
            return GivenBack()
        case "Failure" if condition == "InProgress":
            return Lost("the terminal is still at work")
        case "Failure":
            return NotGivenBack(condition or "no reason given")
        case _:
            return Lost("the terminal's answer was incomplete")


def _proof(response: Mapping[str, Any]) -> Proof:
    """The terminal's transaction number, and the card without its number."""
    transaction = _map(_map(response, "POIData"), "POITransactionID")
    reference = transaction.get("TransactionID")
    card = _map(_map(_map(response, "PaymentResult"), "PaymentInstrumentData"), "CardData")
    brand, masked = card.get("PaymentBrand"), card.get("MaskedPan")
    shown = [plain(brand)] if isinstance(brand, str) else []
    shown += [last_four(masked)] if isinstance(masked, str) else []
    kept = reference if isinstance(reference, str) and len(reference) <= 64 else ""
    return Proof(kept, " ".join(part for part in shown if part), _slip(response))


def _slip(response: Mapping[str, Any]) -> tuple[str, ...]:
    """Lines of the customer's receipt that are sent as text."""
    slip: tuple[str, ...] = ()
    for receipt in _list(response.get("PaymentReceipt")):
        if not isinstance(receipt, Mapping) or receipt.get("DocumentQualifier") != "CustomerReceipt":
            continue
        for line in _list(_map(receipt, "OutputContent").get("OutputText")):
            said = line.get("Text") if isinstance(line, Mapping) else line
            if isinstance(said, str):
                slip = add_line(slip, said)
    return slip


def _header(ends: Ends, category: str, service: str) -> Words:
    return {
        "ProtocolVersion": "3.0",
        "MessageClass": "Service",
        "MessageCategory": category,
        "MessageType": "Request",
        "SaleID": ends.sale_id,
        "POIID": ends.poi_id,
        "ServiceID": service,
    }


def _reference(ends: Ends, category: str, service: str) -> Words:
    return {"MessageCategory": category, "SaleID": ends.sale_id, "POIID": ends.poi_id, "ServiceID": service}


def _asked_about(payment: PaymentState) -> tuple[str, str]:
    if payment.proof is not None:
        return "Reversal", reversal_service(payment)
    return "Payment", payment_service(payment)


def _body(answer: Mapping[str, Any], name: str, service: str) -> Mapping[str, Any] | None:
    """The body of an answer, if it is the answer to our message: an older one is not."""
    response = _map(answer, "SaleToPOIResponse")
    if _map(response, "MessageHeader").get("ServiceID") != service:
        return None
    return _map(response, name) or None


def _result(response: Mapping[str, Any]) -> tuple[str, str]:
    """Result and ErrorCondition, as words of a bounded length."""
    said = _map(response, "Response")
    result, condition = said.get("Result"), said.get("ErrorCondition")
    return (result if isinstance(result, str) else "", plain(condition) if isinstance(condition, str) else "")


def _map(words: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = words.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(value: object) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _time(now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
