"""A sale as a printed receipt. Pure."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cloud_sync.pages.i18n import Words
from drivers.base import Receipt, ReceiptLine
from edge.console.figures import Figures
from edge.lane.basket import Paid
from edge.lane.state import Draft

_SMALL = {"kg": "g", "l": "ml", "m": "mm"}
_BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "−": "-", "×": "x", "•": "*", "…": "..."})
_SIGNS = str.maketrans({"€": "EUR", "£": "GBP"})


def receipt_of(
    draft: Draft, t: Words, figures: Figures, zone: ZoneInfo, head: str, *, again: bool = False, plain: bool = False
) -> Receipt:
    """Head, lines, coupons, total, what the terminal wants printed, and the number as a QR code.

    `plain`: item numbers in place of names, and nothing but ASCII, for a printer that lacks a letter of a name.
    """
    money = figures.money
    currency = draft.bill.currency
    at = datetime.fromtimestamp(draft.at / 1000, UTC).astimezone(zone)
    lines = [ReceiptLine(head, bold=True, tall=True, centred=True)] if head else []
    if again:
        lines.append(ReceiptLine(t("receipt.copy"), bold=True, centred=True))
    lines.append(ReceiptLine(f"{at:%Y-%m-%d %H:%M}", draft.receipt))
    for line in draft.bill.lines:
        lines += _line(replace(line, name="") if plain else line, t, figures, currency)
    for off in draft.bill.off:
        lines.append(ReceiptLine(t("receipt.coupon", coupon=off.coupon.coupon), money(-off.minor, currency)))
    lines.append(ReceiptLine(t("receipt.total"), money(draft.bill.total, currency), bold=True))
    if draft.card:
        lines.append(ReceiptLine(t("receipt.card"), draft.card))
    lines += [ReceiptLine(words) for words in draft.slip[:60]]
    lines.append(ReceiptLine(t("receipt.thanks"), centred=True))
    return Receipt(tuple(_printable(line, plain) for line in lines), qr=draft.receipt)


def _line(line: Paid, t: Words, figures: Figures, currency: str) -> list[ReceiptLine]:
    each = figures.money(line.minor, currency)
    if line.per == "each":
        how = f"{line.quantity} × {each}" if line.quantity > 1 else ""
    else:
        how = f"{line.quantity} {_SMALL[line.per]} × {each}/{line.per}"
    notes = [how, t("receipt.member") if line.member else "", t("receipt.lowered") if line.lowered else ""]
    made = [ReceiptLine(line.name or line.item, figures.money(line.total, currency))]
    if note := "  ".join(one for one in notes if one):
        made.append(ReceiptLine(f"  {note}"))
    if line.discount:
        facts = {"name": line.discount["name"], "rule": line.discount["rule"]}
        percent = figures.permille(1000 - line.discount["permille"])
        made.append(ReceiptLine("  " + t("receipt.discount", percent=percent, **facts)))
    return made


def _printable(line: ReceiptLine, plain: bool) -> ReceiptLine:
    """Printers have neither no-break blanks nor the true minus, nor the dots in place of a card's digits."""
    left, right = (text.translate(_BLANKS) for text in (line.left, line.right))
    if plain:
        left, right = (text.translate(_SIGNS).encode("ascii", "ignore").decode() for text in (left, right))
    return ReceiptLine(left, right, line.bold, line.tall, line.centred)
