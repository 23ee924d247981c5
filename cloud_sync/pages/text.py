"""Plain text on a page."""

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement


def text(words: str, tag: str = "span") -> ui.element:
    """Plain text in an HTML element of its own; never read as markup."""
    return TextElement(tag=tag, text=words)
