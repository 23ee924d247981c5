"""The catalogue: the same keys in every language, none missing, none unused."""

import re
from pathlib import Path

from cloud_sync.contract.reasons import ENGLISH
from cloud_sync.link.state import LinkPhase
from cloud_sync.pages.i18n import Catalogue
from drivers.snmp.gear import FAULTS as PRINTER_FAULTS
from drivers.snmp.interfaces import POE_STATES
from edge.alarms.rules import RULES
from edge.clock.trust import Source
from edge.coldchain.machine import Look
from edge.console.accounts import Role
from edge.console.drawn.shop import Of, Which
from edge.console.pages.audit import WORDS as AUDIT_WORDS
from edge.console.pages.camera import RULES as DRAW_RULES
from edge.console.pages.camera import WORDS as DRAW_WORDS
from edge.console.pages.cameras import PLAN_WORDS
from edge.console.pages.inspected import CHANGES
from edge.console.pages.lanes import ICONS as LANE_PARTS
from edge.console.pages.lanes import PARTS as PART_STATES
from edge.console.pages.lanes import STATES as LANE_STATES
from edge.console.pages.photo import FAULTS as PHOTO_FAULTS
from edge.console.scene_faults import FAULTS as SCENE_FAULTS
from edge.inspect.frame import By
from edge.inspect.report import Found
from edge.lane.state import Closed, Reason
from edge.readback.facts import Verdict
from edge.receiving.machine import Keeps, Missing, Objection
from edge.views.labels import LabelState
from edge.views.prices import PHASES
from edge.views.tasks import TaskKind

WRONG = (Verdict.WRONG_ITEM, Verdict.MOVED)
CONSOLE = Path(__file__).parents[2] / "edge" / "console"
APART = (TaskKind.INSPECTED, TaskKind.WRONG_LABEL)
"""Kinds of task that have more than one title."""
MADE = {
    *(f"label.{state}" for state in LabelState),
    *(f"answer.count.{state}" for state in LabelState),
    *(f"device.{state}" for state in ("init", "ready", "lost", "asleep", "fault")),
    *(f"phase.{phase}{tail}" for phase in PHASES for tail in ("", ".what")),
    *(f"link.{phase}" for phase in LinkPhase),
    *(f"account.{role}" for role in Role),
    *(f"role.{role}" for role in ("any", "till", "label", "camera", "other")),
    *(f"day.{day}" for day in range(1, 8)),
    *(f"retire.{why}" for why in ("replaced", "removed")),
    *(
        f"scan.{word}{tail}"
        for word in ("replace", "cover", "uncover", "remove")
        for tail in ("", ".what", ".done", ".then")
    ),
    *(f"scan.step.{n}" for n in (1, 2, 3)),
    *(f"inspect.found.{found}" for found in Found),
    *(f"inspect.by.{by}" for by in By),
    *(f"inspect.change.{kind}" for kind in CHANGES),
    *(f"inspect.list.{kind}" for kind in ("csv", "txt")),
    *(f"inspect.head.{head}" for head in ("stratum", "looked", "right", "over", "under", "missing")),
    *(
        f"task.inspected.{found}{tail}"
        for found in ("over", "under", "wrong-item", "missing")
        for tail in ("", ".what")
    ),
    *(f"verdict.{verdict}" for verdict in ("taken", "refused")),
    *(f"power.{power}" for power in ("battery", "low")),
    *(
        f"ups.source.{source}"
        for source in ("mains", "battery", "bypass", "booster", "reducer", "none", "other", "unknown")
    ),
    *(f"ups.battery.{state}" for state in ("low", "depleted")),
    *(f"printer.state.{state}" for state in ("idle", "printing", "warming-up", "other", "unknown")),
    *(f"printer.fault.{fault.replace(' ', '-')}" for fault in PRINTER_FAULTS),
    *(f"printer.level.{level}" for level in ("some", "unknown")),
    *(f"port.{look}" for look in ("up", "down", "off")),
    *(f"port.how.{how}" for how in ("lldp", "forwarding")),
    *(f"poe.{state}" for state in (*POE_STATES.values(), "unknown")),
    *(f"printer.{kind}" for kind in ("tray", "supply")),
    *("task." + kind.name.lower().replace("_", "-") for kind in TaskKind if kind not in APART),
    *(f"task.wrong-label.{one}{tail}" for one in Verdict if one.stray or one in WRONG for tail in ("", ".step")),
    *(f"read.{verdict}" for verdict in Verdict),
    *(f"photo.fault.{fault}" for fault in PHOTO_FAULTS),
    *(f"why.{code}" for code in ENGLISH),
    *(f"clock.by.{source}" for source in Source),
    *(f"fridge.{look}" for look in Look),
    *(f"lane.{state}" for state in LANE_STATES),
    *(f"lane.{part}" for part in LANE_PARTS),
    *(f"lane.part.{state}" for state in (*PART_STATES, "unknown")),
    *(f"lane.call.{reason}" for reason in Reason),
    *(f"lane.closed.{why}" for why in Closed),
    *(f"alarm.{rule.name}{tail}" for rule in RULES for tail in ("", ".step")),
    *(f"receiving.{word}{tail}" for word in ("release", "reject") for tail in ("", ".title", ".body", ".done")),
    *(f"receiving.state.{state}" for state in ("open", "accepted", "held", "rejected")),
    *(f"receiving.keeps.{keeps}" for keeps in Keeps),
    *(f"receiving.missing.{one}" for one in Missing),
    *(f"receiving.against.{one}" for one in Objection),
    *(f"draw.{word}" for word in DRAW_WORDS),
    *(f"plan.{word}" for word in PLAN_WORDS),
    *(f"audit.{word}" for word in AUDIT_WORDS),
    *(f"audit.source.{source}" for source in ("live", "file")),
    *(f"rule.{key.replace('_', '-')}" for key, *_ in DRAW_RULES),
    *(f"scene.fault.{word}" for word in (*SCENE_FAULTS, "stale")),
    *(f"camera.{word}" for word in ("added", "removed", "changed")),
    *(f"heat.{of}" for of in Of),
    *(f"heat.which.{which}" for which in Which),
    *(f"price.{word}{tail}" for word in ("approve", "reject") for tail in ("", ".title", ".body", ".done")),
}
"""Keys that the code puts together from a state's name."""


def own() -> dict[str, str]:
    return dict(Catalogue.load("edge.console").languages["en"])


def used() -> set[str]:
    source = "\n".join(file.read_text() for file in CONSOLE.rglob("*.py"))
    return set(re.findall(r"""["']([a-z]+(?:[.-][a-z0-9-]+)+)["']""", source)) | MADE


def test_every_language_says_everything() -> None:
    assert Catalogue.load("cloud_sync.pages", "edge.console").missing() == []


def test_no_message_is_unused() -> None:
    free = ("ledger.", "deed.")  # looked up by the kind of a row, and shown as it is where there is none
    known = used()
    spare = {key for key in own() if key.removesuffix(".one") not in known and not key.startswith(free)}
    assert spare == set()


def test_no_message_is_missing() -> None:
    everything = Catalogue.load("cloud_sync.pages", "edge.console").words("en").messages
    asked = set()
    for file in CONSOLE.rglob("*.py"):
        asked |= set(re.findall(r"""\bt\(\s*["']([a-z]+(?:[.-][a-z0-9-]+)+)["']""", file.read_text()))
    assert {key for key in asked | MADE if key not in everything} == set()
