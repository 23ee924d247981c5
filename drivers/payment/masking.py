"""Card numbers end here: whatever a terminal says passes through this before it becomes text of ours."""

import re

_NUMBER = re.compile(r"[0-9](?:[ .\-]{0,2}[0-9]){11,}")
"""12 digits and more, as a card's number may be grouped on a slip."""
_TAIL = re.compile(r"[0-9](?:[ .\-]{0,2}[0-9])*$")
_HEAD = re.compile(r"^[0-9](?:[ .\-]{0,2}[0-9])*")
_MOST_LINES, _LONGEST = 120, 80


def last_four(number: str) -> str:
    """Dots and the last four digits of a card number in any shape; no digits of fewer than four, "" of none."""
    shown = _digits(number)[-4:]
    return f"•••• {shown}" if len(shown) == 4 else "••••" if shown else ""


def plain(text: str) -> str:
    """One printable line of at most 80 characters, every number as long as a card's cut down to its last four
    digits.
    """
    return _NUMBER.sub(lambda found: last_four(found.group()), _printable(text))[:_LONGEST].rstrip()


def add_line(slip: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The slip with one more line; past 120 lines it stays as it is.

    A number broken over two lines loses its first part.
    """
    if len(slip) >= _MOST_LINES:
        return slip
    line = plain(text)
    head, tail = _HEAD.search(_printable(text)), _TAIL.search(slip[-1]) if slip else None
    if head and tail and len(_digits(head.group() + tail.group())) >= 12:
        slip = (*slip[:-1], slip[-1][: tail.start()] + "••••")
        line = plain(last_four(head.group()) + _printable(text)[head.end() :])
    return (*slip, line)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)


def _digits(text: str) -> str:
    return "".join(char for char in text if "0" <= char <= "9")
