"""The terminals here send a whole card number in every shape a terminal might; none of it is found anywhere
afterwards.
"""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import PaymentOutcome
from drivers.payment.masking import add_line, last_four, plain
from simulators.payment import Fault, Kind
from simulators.payment.zvt_terminal import TEST_PAN
from tests.drivers.payment.bench import TERMINAL, driver_for, nexo_over_https, pay, zvt_over_serial, zvt_over_tcp

SHAPES = (
    TEST_PAN.encode(),
    bytes.fromhex(TEST_PAN),  # packed decimal, as in fields 22 and 23
    bytes.fromhex(f"{TEST_PAN}D2812201")[:10],  # track 2
    f"{TEST_PAN}=2812201".encode(),
    f"{TEST_PAN[:4]} {TEST_PAN[4:]}".encode(),
    TEST_PAN[:12].encode(),  # even without its end it is too much
    bytes.fromhex(TEST_PAN[:12]),
    TEST_PAN.encode("utf-16-le"),
    TEST_PAN.encode().hex().encode(),
)
LINES = ("tcp", "serial", "json", "xml", "sealed")


def shapes_in(data: bytes) -> list[bytes]:
    lower = data.lower()
    return [shape for shape in SHAPES if shape.lower() in lower]


def reachable(*roots: object) -> Iterator[object]:
    """Everything that these objects hold, but for code and modules."""
    seen: set[int] = set()
    waiting: list[object] = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type | ModuleType | FunctionType):
            continue
        seen.add(id(one))
        yield one
        waiting += gc.get_referents(one)


def text_of(one: object) -> bytes:
    if isinstance(one, bytes | bytearray | memoryview):
        return bytes(one)
    return one.encode("utf-8", "surrogatepass") if isinstance(one, str) else b""


def opened(line: str, folder: Path, faults: list[Fault]) -> Any:
    match line:
        case "tcp":
            return zvt_over_tcp(faults)
        case "serial":
            return zvt_over_serial(faults)
        case "sealed":
            return nexo_over_https(folder, faults, passphrase="secret")
        case _:
            return nexo_over_https(folder, faults, encoding=line)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("fault", [None, Kind.DROP, Kind.DUPLICATE])
async def test_nothing_keeps_the_number(
    line: str, fault: Kind | None, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    at = 11 if line in ("tcp", "serial") else 0  # after the result, so that it has been heard and is asked for again
    faults = [] if fault is None else [Fault(fault, at)]
    async with opened(line, tmp_path, faults) as (_, options), driver_for(tmp_path, options) as driver:
        paid = await pay(driver, "b1")
        assert paid.outcome is PaymentOutcome.APPROVED
        assert paid.card.lower().startswith("visa")
        for _ in range(2):
            files = b"".join(file.read_bytes() for file in tmp_path.iterdir())
            assert len(files) > 1000
            assert shapes_in(files) == []
            held = list(reachable(driver, paid, caplog.records, driver.open_payments(TERMINAL)))
            assert driver.open_payments(TERMINAL)
            assert len(held) > 100
            assert [shape for one in held for shape in shapes_in(text_of(one))] == []
            back = await driver.reverse(TERMINAL, "b1")
            assert shapes_in(repr(back).encode()) == []
    said, errors = capfd.readouterr()
    assert shapes_in((caplog.text + said + errors).encode()) == []


def test_this_search_finds_a_number_where_there_is_one() -> None:
    class Careless:
        def __init__(self) -> None:
            self.kept = [{"raw": bytearray(b"\x22\xf0\xf8" + bytes.fromhex(TEST_PAN))}]

    assert any(shapes_in(text_of(one)) for one in reachable(Careless()))


@given(
    st.text(alphabet="0123456789", min_size=12, max_size=19),
    st.sampled_from(["", " ", "-", "."]),
    st.text(alphabet="abc :*", max_size=6),
)
def test_no_grouping_hides_a_number_on_a_slip(number: str, between: str, around: str) -> None:
    grouped = between.join(number[at : at + 4] for at in range(0, len(number), 4))
    shown = plain(f"{around}{grouped}{around}")
    assert number[:-4] not in shown.replace(between, "") if between else number[:-4] not in shown
    assert sum(char.isdigit() for char in shown) <= 4


@given(st.text(alphabet="0123456789", min_size=12, max_size=19), st.integers(1, 18))
def test_no_line_break_hides_a_number_on_a_slip(number: str, cut: int) -> None:
    slip = add_line(add_line((), f"Card {number[:cut]}"), f"{number[cut:]} thanks")
    assert sum(char.isdigit() for line in slip for char in line) < 12  # of a card's 12 to 19 never all
    assert number not in "".join(slip).replace(" ", "")


@given(st.text(max_size=40))
def test_only_four_digits_of_anything_stay(text: str) -> None:
    assert len([char for char in last_four(text) if char.isdigit()]) in (0, 4)


def test_a_slip_is_bounded_and_printable() -> None:
    slip: tuple[str, ...] = ()
    for _ in range(500):
        slip = add_line(slip, "x" * 500 + "\x1b[2J")
    assert len(slip) == 120
    assert {len(line) for line in slip} == {80}
