"""What a label should look like: from a price in the store of record to an image for a panel."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from drivers.base import Panel, PanelImage
from edge.config import Shop
from edge.inventory.hints import told_of
from edge.labels import digital_link
from edge.labels.content import CannotDraw, LabelContent
from edge.labels.draw import draw, price_digits
from edge.law.digits import DigitRule, digits_too_small
from edge.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Draws any version of an item for any label. Safe in any thread. `digits`: how tall a price has to stand."""

    shop: Shop
    store: Store
    panel_of: Callable[[str], Panel | None]
    clock: Callable[[], int]
    digits: DigitRule | None = None
    _warned: dict[str, str] = field(default_factory=dict)
    """Label → what was last said of its digits, so that it is said once."""

    def __call__(self, item: str, version: int, label: str) -> PanelImage | None:
        """The picture, or None when the panel or the version is not known. Raises CannotDraw."""
        panel = self.panel_of(label)
        content = self.content(item, version, label)
        if panel is None or content is None:
            return None
        if why := self._too_small(content, panel, label):
            raise CannotDraw(item, why)
        return draw(content, panel)

    def unfit(self, item: str, label: str) -> str:
        """Why the label should not be bound to the item, or "". Nothing is said while price or panel is not known."""
        with self.store.reading() as db:
            (version,) = db.conn.execute(
                "SELECT MAX(version) FROM price WHERE item = ? AND phase IN ('active', 'landed')", (item,)
            ).fetchone()
        panel = self.panel_of(label)
        content = None if version is None else self.content(item, version, label)
        try:
            return "" if panel is None or content is None else self._too_small(content, panel, label)
        except CannotDraw as error:
            return str(error)

    def _too_small(self, content: LabelContent, panel: Panel, label: str) -> str:
        """The digit rule's refusal, or "". Where the rule only warns, the warning is logged, once for each text."""
        if self.digits is None:
            return ""
        with self.store.reading() as db:
            row = db.conn.execute("SELECT model FROM device WHERE id = ?", (label,)).fetchone()
        size = panel.width, panel.height
        why = digits_too_small(price_digits(content, panel), size, row[0] if row else "", self.digits)
        if self.digits.refuse or not why:
            return why
        if self._warned.get(label) != why:
            self._warned[label] = why
            log.warning("%s: %s", label, why)
        return ""

    def content(self, item: str, version: int, label: str) -> LabelContent | None:
        """What the label says at this version."""
        with self.store.reading() as db:
            row = db.conn.execute(
                "SELECT name, minor, currency, per, unit_minor, unit, was_minor, member_minor FROM price"
                " WHERE item = ? AND version = ?",
                (item, version),
            ).fetchone()
            told = told_of(db.conn, item, version, self.clock())
        if row is None:
            return None
        name, minor, currency, per, unit_minor, unit, was_minor, member_minor = row
        return LabelContent(
            item=item, version=version, name=name, minor=minor, currency=currency, per=per, unit_minor=unit_minor,
            unit=unit, was_minor=was_minor, locale=self.shop.locale, domain=self.shop.domain,
            tag=digital_link.tag_of(label),
            member_minor=member_minor, left=told.left, back=self._day(told.back),
        )  # fmt: skip

    def _day(self, at: int | None) -> date | None:
        """The day of the shop's own calendar."""
        return None if at is None else datetime.fromtimestamp(at / 1000, ZoneInfo(self.shop.timezone)).date()
