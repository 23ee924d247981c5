"""The scale's challenge: a check number and its remainder, both rotated as the scale asks. Pure.

The generator polynomial is the vendor's secret. It comes from the settings, and no real one is in this project.
"""


def remainder(number: int, polynomial: int) -> int:
    """What is left of a 16-bit number, followed by 16 zero bits, divided by x^16 + polynomial (without carries)."""
    rest = number
    for _ in range(16):
        rest = (rest << 1) ^ (polynomial if rest & 0x8000 else 0)
        rest &= 0xFFFF
    return rest


def rotate_left(number: int, by: int) -> int:
    """Sixteen bits, turned."""
    by %= 16
    return (number << by | number >> (16 - by)) & 0xFFFF


def answer(challenge: int, number: int, polynomial: int) -> tuple[str, str]:
    """What to send for the challenge byte and a number drawn at random: two times four upper-case hex digits."""
    left, right = challenge >> 4, challenge & 0x0F
    turned = rotate_left(remainder(number, polynomial), -right)
    return f"{rotate_left(number, left):04X}", f"{turned:04X}"
