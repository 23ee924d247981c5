"""A scanner: whatever is held into its light comes out as a line of characters."""

from collections import deque
from dataclasses import dataclass, field


@dataclass
class Scanner:
    """`end` is what follows a label; "" for bursts as a keyboard types them. `aim`: identifiers are switched on."""

    aim: bool = True
    prefix: str = ""
    suffix: str = ""
    end: str = "\r\n"
    enabled: bool = True
    needs_enabling: bool = False
    _waiting: deque[bytes] = field(default_factory=lambda: deque(maxlen=100))

    def power_up(self) -> None:
        """What was not sent is lost; a scanner that waits for E is off again."""
        self._waiting.clear()
        self.enabled = not self.needs_enabling

    def hear(self, data: bytes) -> bytes:
        """E switches on, D off."""
        for byte in data:
            self.enabled = True if byte == 0x45 else False if byte == 0x44 else self.enabled
        return b""

    def speak(self, _now_ms: int) -> bytes:
        """The next label."""
        return self._waiting.popleft() if self._waiting else b""

    def scan(self, text: str, symbology: str = "E0") -> None:
        """Hold a label into the light. FNC1 in the text is written as the character GS."""
        if self.enabled:
            label = f"]{symbology}{text}" if self.aim else text
            self._waiting.append(f"{self.prefix}{label}{self.suffix}{self.end}".encode())
