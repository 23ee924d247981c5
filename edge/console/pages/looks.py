"""Which colour and word each state has, and how ledger rows read. One place, so that it is the same everywhere."""

from nicegui import ui

from cloud_sync.link.state import LinkPhase
from cloud_sync.pages.i18n import Words
from cloud_sync.pages.parts import status_chip, text
from cloud_sync.pages.theme import State
from edge.views.label import Happening
from edge.views.labels import LabelRow, LabelState

LABEL = {
    LabelState.RIGHT: State.RIGHT,
    LabelState.CHANGING: State.CHANGING,
    LabelState.TROUBLE: State.NEEDS_YOU,
    LabelState.ASLEEP: State.OFFLINE,
    LabelState.FREE: State.OFFLINE,
}
DEVICE = {
    "ready": State.RIGHT,
    "init": State.CHANGING,
    "lost": State.NEEDS_YOU,
    "asleep": State.OFFLINE,
    "fault": State.FAILED,
}
PHASE = {
    "held": State.NEEDS_YOU,
    "waiting": State.CHANGING,
    "active": State.CHANGING,
    "landed": State.RIGHT,
    "superseded": State.OFFLINE,
    "refused": State.FAILED,
}
LINK = {
    LinkPhase.ALONE: State.OFFLINE,
    LinkPhase.UNENROLLED: State.NEEDS_YOU,
    LinkPhase.PENDING: State.NEEDS_YOU,
    LinkPhase.OFFLINE: State.NEEDS_YOU,
    LinkPhase.CATCHING_UP: State.CHANGING,
    LinkPhase.ONLINE: State.RIGHT,
}

LINK_ICON = {
    LinkPhase.ALONE: "storefront",
    LinkPhase.UNENROLLED: "front_hand",
    LinkPhase.PENDING: "hourglass_top",
    LinkPhase.OFFLINE: "cloud_off",
    LinkPhase.CATCHING_UP: "cloud_upload",
    LinkPhase.ONLINE: "cloud_done",
}


def many(t: Words, key: str, amount: int, /, **more: object) -> str:
    """A message with a count in it; `key`.one is the singular, for languages that have one."""
    return t(f"{key}.one" if amount == 1 and f"{key}.one" in t.messages else key, **{"count": amount, **more})


def label_chip(row: LabelRow, t: Words) -> ui.element:
    """The state of a label; a label that says no is red, one that only does not follow is amber."""
    state = State.FAILED if row.device_state == "fault" else LABEL[row.state]
    return status_chip(state, t, "" if row.device_state == "fault" else t(f"label.{row.state}"))


def device_chip(state: str, t: Words) -> ui.element:
    """The state of a device."""
    return status_chip(DEVICE.get(state, State.OFFLINE), t, t(f"device.{state}"))


def phase_chip(phase: str, t: Words) -> ui.element:
    """How far a price got."""
    return status_chip(PHASE[phase], t, t(f"phase.{phase}"))


def link_chip(phase: LinkPhase, t: Words) -> ui.element:
    """Where the line to head office stands. Off-line is amber, and says so with a cloud: the shop works on."""
    with ui.element("span").classes(f"aisle-chip aisle-{LINK[phase]}") as chip:
        ui.icon(LINK_ICON[phase]).props("aria-hidden=true")
        text(t(f"link.{phase}"))
    return chip


def sentence(row: Happening, t: Words) -> str:
    """A ledger row as a sentence; a kind that has none is shown by its own name."""
    key = f"ledger.{row.kind}"
    if key not in t.messages:
        return row.kind
    names = ("item", "version", "by", "why", "state", "rows", "receipt", "author", "epoch", "source")
    facts = {name: row.body.get(name, "") for name in names}
    rows = row.body.get("rows")
    facts["rows"] = len(rows) if isinstance(rows, list) else rows
    return many(t, key, facts["rows"] if isinstance(facts["rows"], int) else 0, **facts)
