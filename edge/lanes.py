"""The gateway's side of self-checkout lanes: what they tell of themselves, and who goes to one that calls."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from drivers.base import Message
from edge.alarms.rules import Measure, Observation
from edge.store import Transaction
from edge.store.ledger import encode

KEPT_MS = 35 * 86_400_000
"""How long shoppers' times are kept here; head office has them for longer."""
MOST = 500
Count = Annotated[int, Field(ge=0, le=10**9, strict=True)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9-]{0,40}$")]
Words = Annotated[str, Field(max_length=200)]


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class LaneState(_Told):
    """Body of "lane.state". `parts`: peripheral → its state, and why."""

    state: Literal["free", "busy", "attendant", "out"]
    call: Word = ""
    why: Word = ""
    about: Words = ""
    parts: Annotated[dict[Word, tuple[Word, Words]], Field(max_length=20)] = {}


class LaneVisit(_Told):
    """Body of "lane.visit": a shopper who paid, or gave up."""

    paid: bool
    ms: Count
    waited_ms: Count = 0
    steps: Count = 0
    lines: Count = 0


class LanePayment(_Told):
    """Body of "lane.payment": what a terminal answered when it was asked for money, and after how long.

    "failed": it could not be asked; "unknown": what became of the payment had to be found out.
    """

    outcome: Literal["approved", "declined", "unknown", "failed"]
    ms: Count


class LaneStaff(_Told):
    """Body of "lane.staff": what somebody of the staff decided at the lane."""

    did: Word
    by: Annotated[str, Field(max_length=80)]
    reason: Words = ""
    about: Words = ""


def take_state(tx: Transaction, message: Message) -> None:
    """How a lane is now. Raises ValidationError for what cannot be read."""
    told = LaneState.model_validate(message.body)
    parts = encode({name: list(part) for name, part in told.parts.items()})
    same = tx.sql.execute(
        "UPDATE lane SET parts = ? WHERE device = ? AND state = ? AND call = ? AND why = ? AND about = ?",
        (parts, message.device, told.state, told.call, told.why, told.about),
    ).rowcount
    if not same:
        tx.sql.execute(
            "INSERT OR REPLACE INTO lane (device, state, call, why, about, parts, since) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (message.device, told.state, told.call, told.why, told.about, parts, message.at),
        )
    tx.topics.add("lanes")


def take_visit(tx: Transaction, message: Message) -> None:
    """A shopper's time. Raises ValidationError for what cannot be read."""
    told = LaneVisit.model_validate(message.body)
    tx.sql.execute(
        "INSERT OR IGNORE INTO lane_visit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (message.device, message.epoch, message.seq, message.at, told.paid, told.ms, told.waited_ms, told.steps,
         told.lines),
    )  # fmt: skip
    tx.sql.execute("DELETE FROM lane_visit WHERE at < ?", (tx.now - KEPT_MS,))
    tx.topics.add("lanes")


def take_payment(tx: Transaction, message: Message) -> None:
    """A terminal's answer. Raises ValidationError for what cannot be read."""
    told = LanePayment.model_validate(message.body)
    tx.sql.execute(
        "INSERT OR IGNORE INTO lane_payment VALUES (?, ?, ?, ?, ?, ?)",
        (message.device, message.epoch, message.seq, message.at, told.outcome, told.ms),
    )
    tx.sql.execute("DELETE FROM lane_payment WHERE at < ?", (tx.now - KEPT_MS,))
    tx.topics.add("lanes")


def go_there(tx: Transaction, device: str, by: str) -> None:
    """Somebody goes to a lane that calls. Raises ValueError where none does, or somebody goes already."""
    row = tx.sql.execute("SELECT state, seen_by FROM lane WHERE device = ?", (device,)).fetchone()
    if row is None or row[0] != "attendant":
        raise ValueError(f"{device} calls nobody any more")
    if row[1]:
        raise ValueError(f"{row[1]} goes there already")
    tx.sql.execute("UPDATE lane SET seen_by = ?, seen_at = ? WHERE device = ?", (by, tx.now, device))
    tx.topics.add("lanes")


def calls(tx: Transaction) -> Mapping[Measure, Sequence[Observation]]:
    """For alarms: lanes in service that call somebody and to which nobody goes, and those that are out of order."""
    rows = tx.sql.execute(
        "SELECT l.device, CASE WHEN l.why = 'staff' THEN 'closed' ELSE l.state END, l.seen_by FROM lane l"
        " JOIN device d ON d.id = l.device WHERE d.enrolled = 1 AND d.state = 'ready' ORDER BY l.since LIMIT ?",
        (MOST,),
    )
    return {Measure.LANE: [Observation(Measure.LANE, device, "seen" if by else state) for device, state, by in rows]}


def staff_fact(message: Message) -> Mapping[str, Any]:
    """What the ledger keeps of a decision of the staff. Raises ValidationError for what cannot be read."""
    told = LaneStaff.model_validate(message.body)
    return told.model_dump() | {"at": message.at}
