"""What a till may say to a terminal. Numbers are packed decimal; a password is six digits (KIOSK_PROTOCOLS 4.1 [C])."""

from dataclasses import dataclass
from typing import Final

from drivers.payment.zvt.apdu import Apdu

CURRENCIES: Final = {"EUR": 978, "CHF": 756, "GBP": 826, "USD": 840, "SEK": 752, "NOK": 578, "DKK": 208, "PLN": 985,
                     "CZK": 203, "HUF": 348, "RON": 946, "BGN": 975}  # fmt: skip
"""ISO 4217 numbers of what ZVT terminals are set to."""
HIGHEST_MINOR: Final = 999_999_999_999


@dataclass(frozen=True, slots=True)
class Access:
    """How this terminal wants to be spoken to. `password` is six digits."""

    password: str
    currency: str
    config: int = 0xBE
    """Registration's configuration byte [K]: the till prints, intermediate status wanted, amounts only from the
    till.
    """


def registration(access: Access) -> Apdu:
    """06 00: password, configuration byte, currency."""
    return Apdu(0x0600, _password(access) + bytes([access.config]) + _currency(access.currency))


def authorisation(amount_minor: int) -> Apdu:
    """06 01: amount in field 04. The currency is that of the registration."""
    return Apdu(0x0601, b"\x04" + _bcd(amount_minor, 6))


def reversal(receipt: str, access: Access) -> Apdu:
    """06 30: password, receipt number in field 87."""
    return Apdu(0x0630, _password(access) + b"\x87" + _bcd(int(receipt), 2))


def repeat_receipt(access: Access) -> Apdu:
    """06 20: password and service byte 3: the last transaction's status information, nothing printed [C, one
    client].
    """
    return Apdu(0x0620, _password(access) + b"\x03\x03")


def pre_authorisation(amount_minor: int) -> Apdu:
    """06 22: reserve an amount."""
    return Apdu(0x0622, b"\x04" + _bcd(amount_minor, 6))


def refund(amount_minor: int, access: Access) -> Apdu:
    """06 31: password, amount. Not bound to an earlier payment; giving one back is `reversal`."""
    return Apdu(0x0631, _password(access) + b"\x04" + _bcd(amount_minor, 6))


def end_of_day(access: Access) -> Apdu:
    """06 50: password."""
    return Apdu(0x0650, _password(access))


def diagnosis() -> Apdu:
    """06 70: nothing else."""
    return Apdu(0x0670)


def status_enquiry(access: Access) -> Apdu:
    """05 01: password. Tells the terminal's own state, not what became of a payment: that is `repeat_receipt`."""
    return Apdu(0x0501, _password(access))


def log_off() -> Apdu:
    """06 02: nothing else."""
    return Apdu(0x0602)


def abort() -> Apdu:
    """06 B0: end what you are doing."""
    return Apdu(0x06B0)


def _password(access: Access) -> bytes:
    return bytes.fromhex(access.password)


def _currency(currency: str) -> bytes:
    return _bcd(CURRENCIES[currency], 2)


def _bcd(number: int, size: int) -> bytes:
    """Raises ValueError when the number does not fit."""
    if not 0 <= number < 10 ** (2 * size):
        raise ValueError(f"{number} does not fit {2 * size} digits")
    return bytes.fromhex(str(number).zfill(2 * size))
