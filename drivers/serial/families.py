"""Which options make which device: the one place where all families are named."""

import secrets
from typing import Protocol, assert_never

from drivers.serial.cas.talk import CasPd2, CasStream
from drivers.serial.datalogic import Datalogic
from drivers.serial.dialog06 import Dialog06
from drivers.serial.escpos import EscPos
from drivers.serial.mt8217 import Mt8217
from drivers.serial.nci import Nci
from drivers.serial.options import (
    CasOptions,
    CasStreamOptions,
    DatalogicOptions,
    Dialog06Options,
    EscPosOptions,
    Mt8217Options,
    NciOptions,
)
from drivers.serial.talk import Talk
from drivers.serial.weight import Weighed


class Scale(Protocol):
    """What every scale family can do."""

    def weigh(self, minor: int | None = None) -> Talk[Weighed]:
        """Ask once for what is on the pan; `minor` is the price of a kilogram."""

    def check(self) -> Talk[None]:
        """Ask for a sign of life, without any effect."""


AskedOptions = (
    Mt8217Options | CasOptions | CasStreamOptions | Dialog06Options | DatalogicOptions | NciOptions | EscPosOptions
)


def build(options: AskedOptions) -> Scale | EscPos:
    """The device that these options describe: one that answers questions. Scanners only talk by themselves."""
    match options:
        case Mt8217Options():
            return Mt8217(options.unit, options.decimals, options.profile, options.answer_ms)
        case CasOptions():
            return CasPd2(options.type, options.unit, options.decimals, options.request, options.answer_ms)
        case CasStreamOptions():
            return CasStream(options.answer_ms)
        case Dialog06Options():
            secret = options.polynomial
            polynomial = None if secret is None else int(secret.get_secret_value(), 16)
            return Dialog06(polynomial, lambda: secrets.randbits(16), options.answer_ms)
        case DatalogicOptions():
            return Datalogic(options.unit, options.answer_ms)
        case NciOptions():
            return Nci(options.unit, options.answer_ms)
        case EscPosOptions():
            return EscPos(options.answer_ms, options.print_ms)
        case _:
            assert_never(options)
