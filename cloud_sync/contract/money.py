"""How many decimals a currency has: the one fact that turns minor units into an amount a person reads."""

_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}


def minor_digits(currency: str) -> int:
    """Decimals between one unit of the currency and its minor unit (ISO 4217): 2 unless listed otherwise."""
    return _DIGITS.get(currency, 2)


def discounted(minor: int, permille: int) -> int:
    """What one `per` costs by a rule of so many thousandths (1 to 999): whole minor units, half up, never a raise."""
    return (minor * permille + 500) // 1000


def line_total(minor: int, quantity: int, per: str) -> int:
    """What a sale line comes to: pieces exactly; grams, millilitres or millimetres at a unit price, rounded once.

    `minor` buys one `per`. Half a minor unit rounds up.
    """
    return minor * quantity if per == "each" else (minor * quantity + 500) // 1000
