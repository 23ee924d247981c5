"""`aisle serial probe`: names what hangs on a port by whole frames, and says "unknown" rather than guess."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.serial import probe as probing
from drivers.serial.commands import find, serial
from drivers.serial.probe import Found
from simulators.serial import (
    CasIndicator,
    CasScale,
    DialogScale,
    NciScale,
    NetworkPeer,
    Pan,
    Printer,
    ScannerScale,
    TerminalPeer,
    ToledoScale,
)

DEVICES: dict[str, Callable[[], Any]] = {
    "mt8217": lambda: ToledoScale(Pan(500)),
    "cas-pd2 (type 0/1)": lambda: CasScale(Pan(500), "0/1"),
    "cas-pd2 (type 6)": lambda: CasScale(Pan(500), "6", late_ack=True),
    "cas-stream": lambda: CasIndicator(Pan(500)),
    "dialog06": lambda: DialogScale(Pan(500)),
    "nci": lambda: NciScale(Pan(500)),
    "datalogic": lambda: ScannerScale(Pan(500)),
    "escpos": lambda: Printer(paper=5),
}


class Echo:
    """A loop-back plug: everything comes back."""

    def power_up(self) -> None: ...

    def speak(self, _now_ms: int) -> bytes:
        return b""

    def hear(self, data: bytes) -> bytes:
        return data


class Always:
    """Answers everything with the same bytes."""

    def __init__(self, said: bytes) -> None:
        self.said = said

    def power_up(self) -> None: ...

    def speak(self, _now_ms: int) -> bytes:
        return b""

    def hear(self, _data: bytes) -> bytes:
        return self.said


UNPROVED: dict[str, Any] = {
    "echo": Echo(),
    "silent": Always(b""),
    "ack only": Always(b"\x06"),
    "a printer's byte once too often": Always(b"\x12\x12"),
    "modem": Always(b"ok\r\n"),
    "half a frame": Always(b"\x02?"),
    "no end": Always(b"\x0201.234"),
}


def _probe(address: str) -> tuple[int, str]:
    result = CliRunner().invoke(serial, ["probe", address, "--tell"])
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated devices need less time than real ones."""
    for name, ms in (("LISTEN_MS", 350), ("ANSWER_MS", 250), ("QUICK_MS", 100)):
        monkeypatch.setattr(probing, name, ms)


def _find_all(addresses: list[str]) -> list[Found | None]:
    """Probe many ports at once."""
    with ThreadPoolExecutor(len(addresses)) as pool:
        return [found for found, _, _ in pool.map(find, addresses)]


def test_each_device_is_named_by_frames_of_its_own() -> None:
    with ExitStack() as stack:
        peers = [stack.enter_context(NetworkPeer(make())) for make in DEVICES.values()]
        found = _find_all([peer.address for peer in peers])
    (printer,) = (peer.machine for peer in peers if isinstance(peer.machine, Printer))
    assert printer._buffer == printer._text == b"", "it was asked nothing that it would print"
    assert [one and one.family for one in found] == list(DEVICES)
    frames = {one.family: one.frames for one in found if one}
    assert frames["mt8217"] == (b"\x0200.500\r",) * 2
    assert frames["cas-pd2 (type 6)"] == (b"\x01\x02S 00.500kg\x64\x03\x04",) * 2
    assert frames["cas-pd2 (type 0/1)"] == (b"\x02000500\x05\x03",) * 2
    assert frames["dialog06"] == (b"\x0209\x1b00\x03",)
    assert frames["datalogic"] == (b"S14400500\r",) * 2
    assert frames["nci"] == (b"\n00.500kg\r\nS3030\r\x03",) * 2
    assert frames["cas-stream"] == (b"ST,GS,1A,   0.500 kg\r\n",) * 2
    assert frames["escpos"] == (b"\x12", b"\x12", b"\x12", b"\x1e")


def test_a_scale_in_motion_is_still_a_scale_and_is_not_touched(tmp_path: Path) -> None:
    scale = ToledoScale(Pan(500, moving=True))
    with TerminalPeer(scale, tmp_path / "port") as peer:
        code, said = _probe(peer.address)
    assert code == 0
    assert "\nmt8217 at 9600 7E1\n" in said
    assert "evidence: 02 3f 41 0d" in said
    assert not set(scale.heard) & set(b"ZTCAB"), "no zero, tare, clear or self-test"


def test_what_cannot_be_proved_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, ms in (("LISTEN_MS", 100), ("ANSWER_MS", 100), ("QUICK_MS", 50)):
        monkeypatch.setattr(probing, name, ms)  # these answer at once or never
    with ExitStack() as stack:
        peers = {name: stack.enter_context(NetworkPeer(machine)) for name, machine in UNPROVED.items()}
        flood = stack.enter_context(NetworkPeer(Always(b"")))
        flood.faults.flood = True
        found = _find_all([peer.address for peer in [*peers.values(), flood]])
        assert [one for one in found if one] == []
        code, said = _probe(peers["echo"].address)
    assert code == 1
    assert "\nunknown\n" in said


def test_a_port_that_is_not_there() -> None:
    for port in ("/dev/no-such-port", "spy:///dev/ttyS0?file=/tmp/x", "socket://127.0.0.1:1"):
        code, said = _probe(port)
        assert code == 2, said
