"""A nexo terminal without sockets: a request and the time in, an answer out (KIOSK_PROTOCOLS 4.2).

Faults are counted by requests: HANG and LATE answer after a while, DROP does the work and hangs up without an
answer, RESET hangs up without doing
the work, DUPLICATE answers twice, GARBAGE answers noise.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from simulators.payment.bank import Bank, Charge
from simulators.payment.faults import Fault, Kind
from simulators.payment.zvt_terminal import TEST_PAN

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back and when, in milliseconds from now.

    `words` is asked at that time; None, or an empty answer, hangs up. `copies` is how often it is sent.
    """

    words: Callable[[int], Words] | None
    after: int = 0
    copies: int = 1
    noise: bytes = b""


@dataclass
class _Known:
    """A message pair that the terminal remembers. `words` is None while it is under way, until `done_at`."""

    category: str
    header: Words
    done_at: int
    body: Words
    aborted: bool = False


@dataclass
class NexoTerminal:
    """One terminal. Set `decline` to an ErrorCondition to decline the next payments."""

    bank: Bank
    card_ms: int = 200
    faults: list[Fault] = field(default_factory=list)
    decline: str = ""
    part_minor: int | None = None
    """Approve only this much."""
    pan: str = TEST_PAN
    rng: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  noise, no secret
    payments: int = 0
    """How many payment requests arrived."""

    def __post_init__(self) -> None:
        """Switch on."""
        self.requests = 0
        self._known: dict[str, _Known] = {}
        self._charges: dict[str, Charge] = {}

    def ask(self, request: Words, now: int) -> Answer:
        """One request; what is answered, and when."""
        here, self.requests = self.requests, self.requests + 1
        fault = next((fault for fault in self.faults if fault.at == here), None)
        if fault is None:
            return self._work(request, now)
        self.faults.remove(fault)
        match fault.kind:
            case Kind.RESET:
                return Answer(None)
            case Kind.GARBAGE:
                done = self._work(request, now)
                return Answer(None, done.after, noise=self.rng.randbytes(self.rng.randrange(1, 60)))
            case Kind.DROP:
                done = self._work(request, now)
                return Answer(None, done.after)
            case Kind.HANG:
                done = self._work(request, now)
                return Answer(None, done.after + fault.lasts)
            case Kind.LATE:
                done = self._work(request, now)
                return Answer(done.words, done.after + fault.lasts)
            case Kind.DUPLICATE:
                done = self._work(request, now)
                return Answer(done.words, done.after, 2)

    def _work(self, request: Words, now: int) -> Answer:
        (message,) = request.values()
        header = message["MessageHeader"]
        service = header["ServiceID"]
        category = header["MessageCategory"]
        if service in self._known:
            refusal = {"Response": {"Result": "Failure", "ErrorCondition": "MessageFormat"}}
            return Answer(lambda _: _answer(header, category, refusal))
        match category:
            case "Payment":
                return self._pay(header, message["PaymentRequest"], now)
            case "Abort":
                return self._abort(message["AbortRequest"]["MessageReference"], now)
            case "Reversal":
                return self._reverse(header, message["ReversalRequest"], now)
            case _:
                reference = message["TransactionStatusRequest"]["MessageReference"]
                return Answer(lambda at: _answer(header, "TransactionStatus", self._status(reference, at)))

    def _pay(self, header: Words, body: Words, now: int) -> Answer:
        self.payments += 1
        service = header["ServiceID"]
        wanted = body["PaymentTransaction"]["AmountsReq"]
        minor = int(Decimal(wanted["RequestedAmount"]) * 100)
        known = _Known("Payment", header, now + self.card_ms, {})
        self._known[service] = known
        if self.decline:
            known.body = {"Response": {"Result": "Failure", "ErrorCondition": self.decline}}
        else:
            taken = minor if self.part_minor is None else self.part_minor
            known.body = self._approved(service, wanted["Currency"], taken, whole=taken == minor)
            known.body["_charge"] = taken
        return Answer(lambda at: self._paid(known, at), self.card_ms)

    def _paid(self, known: _Known, now: int) -> Words:
        """The answer to a payment, as it has ended by now."""
        self.settle(now)
        return _answer(known.header, "Payment", _shown(known.body))

    def settle(self, now: int) -> None:
        """Take the money of the payments whose cards have been read by now."""
        for service, known in self._known.items():
            if now >= known.done_at and not known.aborted and (taken := known.body.pop("_charge", None)) is not None:
                self._charges[service] = self.bank.charge(taken)

    def _abort(self, reference: Words, now: int) -> Answer:
        self.settle(now)
        known = self._known.get(reference["ServiceID"])
        if known is not None and now < known.done_at:
            known.aborted, known.done_at = True, now
            known.body = {"Response": {"Result": "Failure", "ErrorCondition": "Aborted"}}
        return Answer(lambda _: {"ok": True})

    def _reverse(self, header: Words, body: Words, now: int) -> Answer:
        self.settle(now)
        wanted = body["OriginalPOITransaction"]["POITransactionID"]["TransactionID"].partition(".")[0]
        charge = self._charges.get(wanted)
        if charge is None or charge.reversed:
            answer: Words = {"Response": {"Result": "Failure", "ErrorCondition": "NotAllowed"}}
        else:
            charge.reversed = True
            answer = {"Response": {"Result": "Success"}}
        self._known[header["ServiceID"]] = _Known("Reversal", header, now, answer)
        return Answer(lambda _: _answer(header, "Reversal", answer))

    def _status(self, reference: Words, now: int) -> Words:
        self.settle(now)
        known = self._known.get(reference["ServiceID"])
        if known is None:
            return {"Response": {"Result": "Failure", "ErrorCondition": "NotFound"}}
        if now < known.done_at:
            return {"Response": {"Result": "Failure", "ErrorCondition": "InProgress"}}
        repeated = {
            "MessageHeader": {**known.header, "MessageType": "Response"},
            "RepeatedResponseMessageBody": {f"{known.category}Response": _shown(known.body)},
        }
        return {"Response": {"Result": "Success"}, "RepeatedMessageResponse": repeated}

    def _approved(self, service: str, currency: str, taken: int, *, whole: bool) -> Words:
        track2 = f"{self.pan}=2812201"
        receipt = {
            "DocumentQualifier": "CustomerReceipt",
            "OutputContent": {
                "OutputFormat": "Text",
                "OutputText": [{"Text": f"Card {self.pan}"}, {"Text": "Thank you"}],
            },
        }
        return {
            "Response": {
                "Result": "Success" if whole else "Partial",
                "AdditionalResponse": f"pan={self.pan}&t2={track2}",
            },
            "POIData": {"POITransactionID": {"TransactionID": f"{service}.1", "TimeStamp": "2026-11-21T12:00:00Z"}},
            "PaymentResult": {
                "PaymentInstrumentData": {
                    "CardData": {"PaymentBrand": "visa", "MaskedPan": self.pan, "TrackData": {"TrackValue": track2}}
                },
                "AmountsResp": {"Currency": currency, "AuthorizedAmount": f"{Decimal(taken) / 100:.2f}"},
            },
            "PaymentReceipt": [receipt],
        }


def _answer(header: Words, category: str, body: Words) -> Words:
    head = {**header, "MessageType": "Response"}
    return {"SaleToPOIResponse": {"MessageHeader": head, f"{category}Response": body}}


def _shown(body: Words) -> Words:
    return {key: value for key, value in body.items() if not key.startswith("_")}
