"""A shelf label from its content: pure, in the panel's own palette, at its own size."""

from drivers.base import Ink, Panel, PanelImage
from edge.labels.canvas import Box, Canvas
from edge.labels.content import CannotDraw, LabelContent, tidy_name
from edge.labels.digital_link import make as make_link
from edge.labels.glyphs import BOLD, REGULAR, SMALLEST, face
from edge.labels.layout import Layout, lay_out
from edge.labels.member import draw as draw_for_members
from edge.labels.member import split
from edge.labels.money import price
from edge.labels.promotion import draw as draw_promotion
from edge.labels.qr import QUIET, modules
from edge.labels.stock import instead_of
from edge.labels.typeset import Block, footroom, headroom, largest, name_face, pitch, price_block, set_name


def draw(content: LabelContent, panel: Panel) -> PanelImage:
    """The label as the panel's pixels. Raises CannotDraw, with the reason, rather than draw it wrong or cut short."""
    try:
        return _draw(content, panel)[0].image()
    except ValueError as error:
        raise CannotDraw(content.item, str(error)) from error


def price_digits(content: LabelContent, panel: Panel) -> int:
    """How tall the large digits of the price stand on the drawn label, in pixels. Raises CannotDraw."""
    try:
        return _draw(content, panel)[1].cap
    except ValueError as error:
        raise CannotDraw(content.item, str(error)) from error


def _draw(content: LabelContent, panel: Panel) -> tuple[Canvas, Block]:
    """The drawn canvas and the block of the price on it."""
    if not {Ink.BLACK, Ink.WHITE} <= set(panel.inks):
        raise ValueError("a label needs a panel with black and white")
    code = modules(make_link(content.domain, content.item, content.version, content.tag))
    layout = lay_out(panel, len(code))
    canvas = Canvas(panel)
    quiet = QUIET * layout.module
    canvas.code(code, layout.module, layout.code_left + quiet, layout.code_top + quiet)
    top = max(_name(content, layout, canvas), layout.name_bottom)
    bottom = _foot(content, layout, canvas)
    place = Box(0, top, layout.price_right, layout.code_top if layout.tall else bottom)
    if content.member_minor is None or content.member_minor == content.minor:
        return canvas, _everybody(content, layout, place, canvas)
    return _two_prices(content, content.member_minor, layout, place, canvas)


def _everybody(content: LabelContent, layout: Layout, place: Box, canvas: Canvas) -> Block:
    """The price that all pay."""
    if content.was_minor is None:
        return _price(content, layout, place, canvas)
    return draw_promotion(content, content.was_minor, layout, place, canvas)


def _two_prices(
    content: LabelContent, member_minor: int, layout: Layout, place: Box, canvas: Canvas
) -> tuple[Canvas, Block]:
    """Both prices, shared out so that the smaller of the two stands as tall as it can. The block: that smaller one."""
    best: tuple[int, Canvas, Block] | None = None
    why = ValueError("two prices do not fit")
    for ways in split(place, layout):
        tried = canvas.copy()
        try:
            blocks = (
                _everybody(content, layout, ways.everybody, tried),
                draw_for_members(content, member_minor, layout, ways.members, tried),
            )
        except ValueError as error:
            why = error
            continue
        least = min(blocks, key=lambda block: block.cap)
        if blocks[0].cap * 10 >= blocks[1].cap * 8 and (best is None or least.cap > best[0]):
            best = least.cap, tried, least
    if best is None:
        raise why
    return best[1], best[2]


def _name(content: LabelContent, layout: Layout, canvas: Canvas) -> int:
    """Sets the name; returns the row below it."""
    name = tidy_name(content.name)
    if not name:
        raise ValueError("the item has no name")
    top = layout.margin // 2
    caps = layout.name_caps
    common = range(caps.start, max(SMALLEST, caps.start * 55 // 100) - 1, -1)
    set_ = set_name(name, common, lambda foot: layout.name_width(top + foot), layout.name_bottom - top)
    set_ = set_ or set_name(name, caps, lambda foot: layout.name_width(top + foot), layout.name_limit - top)
    if set_ is None:
        raise ValueError(
            f"the name {name!r} does not fit on {layout.width} × {layout.height} pixels "
            f"even with capitals of {SMALLEST} pixels; shorten it"
        )
    letters = name_face(set_.cap)
    for row, line in enumerate(set_.lines):
        baseline = top + headroom(set_.cap, name) + row * pitch(set_.cap, name)
        canvas.text(letters.line(line), letters, layout.margin, baseline, Ink.BLACK)
    return top + set_.height()


def _foot(content: LabelContent, layout: Layout, canvas: Canvas) -> int:
    """Sets unit price and item number, or what is left, in one row where both fit, else two; returns the row above."""
    room = layout.code_left - layout.margin
    number_face = face(max(SMALLEST, layout.foot_cap * 3 // 4), REGULAR)
    number = number_face.line(content.shown_item)
    said = instead_of(number, number_face, content)
    baseline = layout.height - layout.gap - 1
    if (content.unit_minor is None) != (content.unit is None):
        raise ValueError("the unit price lacks its amount or its unit")
    if content.unit_minor is None or content.unit is None:
        if len(number) > room:
            raise ValueError("the item number does not fit")
        canvas.text(*said, layout.margin, baseline, Ink.BLACK)
        return baseline - number_face.cap - layout.gap
    text = price(content.unit_minor, content.currency, content.locale, content.unit, show_piece=True).text
    unit_face = face(largest(text, layout.foot_cap * (3 if layout.tall else 2) // 2, room), BOLD)
    if layout.tall or face(layout.foot_cap, BOLD).width(text) + layout.margin * 2 + len(number) > room:
        canvas.text(*said, layout.margin, baseline, Ink.BLACK)
        baseline -= number_face.cap + layout.gap // 2 + footroom(unit_face.cap)
    else:
        unit_face = face(layout.foot_cap, BOLD)
        canvas.text(*said, layout.code_left - len(said[0]), baseline, Ink.BLACK)
    canvas.text(unit_face.line(text), unit_face, layout.margin, baseline, Ink.BLACK)
    return baseline - unit_face.cap - layout.gap


def _price(content: LabelContent, layout: Layout, place: Box, canvas: Canvas) -> Block:
    inner = place.shrunk(layout.margin, layout.gap)
    block = price_block(content, inner.width, inner.height * 9 // 10)
    foot = inner.bottom - block.cap // 9
    if layout.tall:
        foot -= (inner.height - block.cap) // 2
    canvas.block(block, inner.left, foot, Ink.BLACK)
    return block
