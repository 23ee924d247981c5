"""The simulated terminals alone, byte for byte: what the driver is tried against has to be right itself."""

import random
from typing import Any

import pytest

from simulators.payment import Bank, Fault, Habits, Kind, NexoTerminal, ZvtTerminal
from simulators.payment.zvt_terminal import HangUp, Say
from simulators.payment.zvt_words import Unblock, block, checksum, digits, number, split

REGISTER = bytes.fromhex("06 00 06 00 00 00 BE 09 78")
PAY = bytes.fromhex("06 01 07 04 00 00 00 00 12 50")
REPEAT = bytes.fromhex("06 20 05 00 00 00 03 03")
ACK = bytes.fromhex("80 00 00")


def talk(terminal: ZvtTerminal, command: bytes, now: int = 0) -> list[str]:
    """Say something and acknowledge until nothing more comes; the control fields that came."""
    heard: list[str] = []
    acts = terminal.hear(command, now)
    for _ in range(40):
        if not acts:
            break
        for act in acts:
            if isinstance(act, Say):
                heard += [control for control, _ in split(bytearray(act.data))]
        now += 100
        acts = [*terminal.hear(ACK, now), *terminal.wake(now + 1000)]
        now += 1000
    return heard


def test_a_payment_goes_as_the_protocol_says() -> None:
    terminal = ZvtTerminal(Bank())
    terminal.opened(0)
    assert talk(terminal, REGISTER) == ["8000", "060F"]
    assert talk(terminal, PAY) == ["8000", "04FF", "04FF", "040F", "06D1", "06D3", "060F"]
    assert [charge.minor for charge in terminal.bank.charges] == [1250]
    assert talk(terminal, REPEAT) == ["8000", "040F", "060F"]
    assert talk(terminal, bytes.fromhex("06 30 06 00 00 00 87 00 01")) == ["8000", "040F", "060F"]
    assert terminal.bank.standing == []
    assert talk(terminal, bytes.fromhex("06 30 06 00 00 00 87 00 01")) == ["8000", "061E"]


def test_nothing_to_repeat_and_a_wrong_password_are_refused() -> None:
    terminal = ZvtTerminal(Bank())
    terminal.opened(0)
    assert talk(terminal, REPEAT) == ["8000", "061E"]
    assert talk(terminal, bytes.fromhex("06 00 06 12 34 56 BE 09 78")) == ["8000", "061E"]
    assert talk(terminal, bytes.fromhex("06 50 03 00 00 00")) == ["8483"]


@pytest.mark.parametrize(("goes_on", "charges"), [(True, 1), (False, 0)])
def test_a_till_that_hangs_up_may_or_may_not_be_charged(goes_on: bool, charges: int) -> None:
    terminal = ZvtTerminal(Bank(), Habits(goes_on=goes_on))
    terminal.opened(0)
    terminal.hear(PAY, 0)
    terminal.closed(10)
    terminal.wake(60_000)
    assert len(terminal.bank.charges) == charges


def test_a_connection_may_end_at_any_byte_of_a_message() -> None:
    heard = set()
    for seed in range(40):
        terminal = ZvtTerminal(Bank(), faults=[Fault(Kind.DROP, 1)], rng=random.Random(seed))
        terminal.opened(0)
        acts = terminal.hear(PAY, 0)
        assert acts[-1] == HangUp()
        heard.add(b"".join(act.data for act in acts if isinstance(act, Say)))
    assert heard == {ACK + bytes.fromhex("04FF020A01")[:cut] for cut in range(5)}


def test_a_result_that_is_not_acknowledged_is_taken_back_where_that_is_the_habit() -> None:
    terminal = ZvtTerminal(Bank(), Habits(auto_reversal=True))
    terminal.opened(0)
    terminal.hear(PAY, 0)
    for now in range(0, 60_000, 1000):
        terminal.wake(now)
    assert [charge.reversed for charge in terminal.bank.charges] == [True]


@pytest.mark.parametrize(
    ("kind", "acts"),
    [
        (Kind.HANG, []),
        (Kind.RESET, [HangUp(hard=True)]),
        (Kind.LATE, []),
        (Kind.DUPLICATE, [Say(ACK), Say(ACK), Say(bytes.fromhex("04FF020A01"))]),
    ],
)
def test_each_fault_happens_at_its_message_once(kind: Kind, acts: list[Say | HangUp]) -> None:
    terminal = ZvtTerminal(Bank(), faults=[Fault(kind, 0)])
    terminal.opened(0)
    assert terminal.hear(PAY, 0)[: len(acts) or 1][: len(acts)] == acts
    assert terminal.faults == []


def test_serial_blocks_are_written_and_found() -> None:
    assert checksum(b"123456789") == bytes.fromhex("89 21")  # CRC-16/KERMIT's published check value, low byte first
    whole = bytes.fromhex("06 01 07 04 00 00 00 00 10 50")
    cut = Unblock()
    found = [part for byte in b"\x00" + block(whole) + b"\x06\x15" for part in cut.feed(bytes([byte]))]
    assert found == [whole, "ack", "nak"]
    wrong = bytearray(block(whole))
    wrong[5] ^= 1
    assert cut.feed(bytes(wrong)) == ["bad"]


def test_packed_numbers() -> None:
    assert digits(1250, 6) == bytes.fromhex("000000001250")
    assert number(digits(987654, 3)) == 987654


def ask(terminal: NexoTerminal, category: str, service: str, body: dict[str, Any], now: int) -> dict[str, Any]:
    header = {"MessageCategory": category, "ServiceID": service, "SaleID": "t", "POIID": "p"}
    said = terminal.ask({"SaleToPOIRequest": {"MessageHeader": header, f"{category}Request": body}}, now)
    assert said.words is not None
    answer: dict[str, Any] = said.words(now + said.after)["SaleToPOIResponse"][f"{category}Response"]
    return answer


def test_a_nexo_terminal_tells_the_three_answers_to_a_status_apart() -> None:
    terminal = NexoTerminal(Bank(), card_ms=1000)
    about = {"MessageReference": {"ServiceID": "A"}}
    assert ask(terminal, "TransactionStatus", "1", about, 0)["Response"] == {
        "Result": "Failure", "ErrorCondition": "NotFound",
    }  # fmt: skip
    wanted = {"PaymentTransaction": {"AmountsReq": {"Currency": "EUR", "RequestedAmount": "12.50"}}}
    terminal.ask(
        {
            "SaleToPOIRequest": {
                "MessageHeader": {"MessageCategory": "Payment", "ServiceID": "A"},
                "PaymentRequest": wanted,
            }
        },
        0,
    )
    assert ask(terminal, "TransactionStatus", "2", about, 500)["Response"] == {
        "Result": "Failure", "ErrorCondition": "InProgress",
    }  # fmt: skip
    assert ask(terminal, "TransactionStatus", "3", about, 1500)["Response"] == {"Result": "Success"}
    assert [charge.minor for charge in terminal.bank.charges] == [1250]
    again = ask(terminal, "Payment", "A", wanted, 2000)
    assert again["Response"] == {"Result": "Failure", "ErrorCondition": "MessageFormat"}
    assert len(terminal.bank.charges) == 1
