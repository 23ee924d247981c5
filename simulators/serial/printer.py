"""An ESC/POS printer with a roll of paper, a cover, a cutter and a drawer, that knows what it really printed."""

from dataclasses import dataclass, field

_PAGES = {0: "cp437", 18: "cp852", 19: "cp858"}
_ESC_ARGUMENTS = {0x40: 0, 0x74: 1, 0x64: 1, 0x45: 1, 0x70: 3}
_GS_ARGUMENTS = {0x56: 1, 0x21: 1, 0x61: 1, 0x72: 1}


@dataclass(frozen=True)
class PrintedReceipt:
    """What came out, up to one cut."""

    text: str
    codes: tuple[str, ...]


@dataclass
class Printer:
    """`paper` counts lines left on the roll. Bytes that cannot be worked off now wait in its buffer."""

    paper: int = 10_000
    near_end: int = 100
    cover_open: bool = False
    cutter_jammed: bool = False
    dies_after: int | None = None
    """It falls silent after so many more lines, as if its power was cut."""
    receipts: list[PrintedReceipt] = field(default_factory=list)
    drawer_kicks: int = 0
    automatic: int = 0
    _buffer: bytes = b""
    _tail: bytes = b""
    _page: str = "cp437"
    _chinese: bool = False
    _text: bytearray = field(default_factory=bytearray)
    _lines: list[str] = field(default_factory=list)
    _line: str = ""
    _codes: list[str] = field(default_factory=list)
    _stored: str = ""
    _told: bytes = b""

    def power_up(self) -> None:
        """The buffer is empty; what was half printed stays on the paper."""
        self._buffer = self._tail = b""
        self._page, self._chinese, self.automatic = "cp437", False, 0
        self._text.clear()
        if self.dies_after == 0:
            self.dies_after = None

    @property
    def dead(self) -> bool:
        """It lost its power in the middle."""
        return self.dies_after == 0

    @property
    def stopped(self) -> bool:
        """It cannot print now, and is off-line."""
        return self.dead or self.cover_open or self.paper <= 0 or self.cutter_jammed

    @property
    def unfinished(self) -> str:
        """What is on the paper below the last cut."""
        return "\n".join(self._lines)

    def refill(self, lines: int = 10_000) -> None:
        """A new roll; the cover is closed again."""
        self.paper, self.cover_open = lines, False

    def hear(self, data: bytes) -> bytes:
        """Real-time requests are answered at once, wherever they come; the rest waits its turn."""
        said, self._tail = b"", self._tail + data
        while (at := self._tail.find(b"\x10\x04")) >= 0 and at + 2 < len(self._tail):
            self._buffer += self._tail[:at]
            if not self.dead:
                said += self._status(self._tail[at + 2])
            self._tail = self._tail[at + 3 :]
        keep = 2 if self._tail.endswith(b"\x10\x04") else 1 if self._tail.endswith(b"\x10") else 0
        self._buffer += self._tail[: len(self._tail) - keep]
        self._tail = self._tail[len(self._tail) - keep :]
        return said + self._work()

    def speak(self, _now_ms: int) -> bytes:
        """Work goes on when paper is back; status by itself, where the host asked for it."""
        said = self._work()
        now = self._automatic()
        if self.automatic and now != self._told and not self.dead:
            self._told = now
            said += now
        return said

    def _status(self, n: int) -> bytes:
        match n:
            case 1:
                return bytes([0x12 | 0x08 * self.stopped])
            case 2:
                errors = 0x20 * (self.paper <= 0) | 0x40 * self.cutter_jammed
                return bytes([0x12 | 0x04 * self.cover_open | errors])
            case 3:
                return bytes([0x12 | 0x08 * self.cutter_jammed])
            case 4:
                return bytes([0x72 if self.paper <= 0 else 0x1E if self.paper <= self.near_end else 0x12])
            case _:
                return b""

    def _automatic(self) -> bytes:
        low, out = self.paper <= self.near_end, self.paper <= 0
        first = 0x10 | 0x08 * self.stopped | 0x20 * self.cover_open
        return bytes([first, 0x08 * self.cutter_jammed, 0x03 * low | 0x0C * out, 0x0F & 0x0F])

    def _work(self) -> bytes:
        said = b""
        while self._buffer and not self.stopped:
            length, answer = self._command(self._buffer)
            if length == 0:
                break
            self._buffer = self._buffer[length:]
            said += answer
        return said

    def _command(self, data: bytes) -> tuple[int, bytes]:
        """How long the first command is (0: not whole yet), and what the printer says to it."""
        match data[0]:
            case 0x1B:
                return self._fixed(data, _ESC_ARGUMENTS, self._esc)
            case 0x1C:
                if len(data) < 2:
                    return 0, b""
                self._flush()
                self._chinese = data[1] == 0x26
                return 2, b""
            case 0x1D if len(data) > 1 and data[1] == 0x28:
                return self._symbol(data)
            case 0x1D if len(data) > 1 and data[1] == 0x6B:
                return self._barcode(data)
            case 0x1D:
                return self._fixed(data, _GS_ARGUMENTS, self._gs)
            case 0x0A:
                self._feed(1)
                return 1, b""
            case _:
                self._text.append(data[0])
                return 1, b""

    def _fixed(self, data: bytes, arguments: dict[int, int], obey: object) -> tuple[int, bytes]:
        if len(data) < 2 or len(data) < 2 + arguments.get(data[1], 0):
            return 0, b""
        self._flush()
        length = 2 + arguments.get(data[1], 0)
        assert callable(obey)  # noqa: S101
        return length, bytes(obey(data[1], data[2:length]))

    def _esc(self, code: int, said: bytes) -> bytes:
        match code:
            case 0x40:
                self._page, self._chinese = "cp437", False
            case 0x74:
                self._page = _PAGES.get(said[0], "ascii")
            case 0x64:
                self._feed(said[0])
            case 0x70:
                self.drawer_kicks += 1
        return b""

    def _gs(self, code: int, said: bytes) -> bytes:
        match code:
            case 0x56:
                self.receipts.append(PrintedReceipt("\n".join(self._lines).rstrip("\n"), tuple(self._codes)))
                self._lines, self._codes = [], []
            case 0x61:
                self.automatic, self._told = said[0], b""
            case 0x72 if said[0] in (1, 49):
                return bytes([0x03 * (self.paper <= self.near_end)])
        return b""

    def _symbol(self, data: bytes) -> tuple[int, bytes]:
        if len(data) < 5 or len(data) < 5 + data[3] + 256 * data[4]:
            return 0, b""
        length = 5 + data[3] + 256 * data[4]
        body = data[5:length]
        if body[:3] == b"1P0":
            self._stored = body[3:].decode("latin-1")
        elif body[:3] == b"1Q0":
            self._codes.append(self._stored)
        return length, b""

    def _barcode(self, data: bytes) -> tuple[int, bytes]:
        if len(data) < 4:
            return 0, b""
        if data[2] >= 0x41:
            length = 4 + data[3]
            digits = data[4:length]
        else:
            end = data.find(b"\x00", 3)
            length = 0 if end < 0 else end + 1
            digits = data[3:end]
        if length == 0 or len(data) < length:
            return 0, b""
        self._codes.append(digits.decode("latin-1"))
        return length, b""

    def _flush(self) -> None:
        """Characters become text of the page that is on at this moment."""
        raw, self._text = bytes(self._text), bytearray()
        self._line += raw.decode("gbk" if self._chinese else self._page, "replace")

    def _feed(self, lines: int) -> None:
        self._flush()
        for _ in range(lines):
            self._lines.append(self._line)
            self._line = ""
            self.paper -= 1
            if self.dies_after:
                self.dies_after -= 1
