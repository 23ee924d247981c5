"""What a label should look like: from a price in the store of record to an image for a panel."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers.base import Panel, PanelImage
from edge.config import Shop
from edge.labels.content import LabelContent
from edge.labels.draw import draw
from edge.store import Store


@dataclass(frozen=True, slots=True)
class Pictures:
    """Draws any version of an item for any label. Safe in any thread."""

    shop: Shop
    store: Store
    panel_of: Callable[[str], Panel | None]

    def __call__(self, item: str, version: int, label: str) -> PanelImage | None:
        """The picture, or None when the panel or the version is not known. Raises CannotDraw."""
        panel = self.panel_of(label)
        content = self.content(item, version)
        return None if panel is None or content is None else draw(content, panel)

    def content(self, item: str, version: int) -> LabelContent | None:
        """What the label says at this version."""
        with self.store.reading() as db:
            row = db.conn.execute(
                "SELECT name, minor, currency, per, unit_minor, unit, was_minor FROM price"
                " WHERE item = ? AND version = ?",
                (item, version),
            ).fetchone()
        if row is None:
            return None
        name, minor, currency, per, unit_minor, unit, was_minor = row
        return LabelContent(
            item=item, version=version, name=name, minor=minor, currency=currency, per=per, unit_minor=unit_minor,
            unit=unit, was_minor=was_minor, locale=self.shop.locale, domain=self.shop.domain,
        )  # fmt: skip
