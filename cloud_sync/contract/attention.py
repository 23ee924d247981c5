"""What stores tell of what is wrong there: tickets for faults, and whether the gateway's clock can be trusted."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from cloud_sync.contract.change import Milliseconds

TICKET_KIND = "ticket"
STANDING_KIND = "tickets.standing"
STANDING_MOST = 2_000
CLOCK_KINDS = ("clock.trusted", "clock.doubted")


class TicketTold(BaseModel):
    """Body of an event of kind "ticket"; its device is what the ticket is about. A later word replaces an earlier one.

    `closed_at` None: it is open. `acknowledged_by` "": nobody has taken it.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    ticket: Annotated[int, Field(ge=1, le=2**53, strict=True)]
    rule: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,59}$")]
    critical: bool
    value: Annotated[str, Field(max_length=60)] = ""
    why: Annotated[str, Field(max_length=300)] = ""
    opened_at: Milliseconds
    acknowledged_at: Milliseconds | None = None
    acknowledged_by: Annotated[str, Field(max_length=80)] = ""
    closed_at: Milliseconds | None = None


class TicketsStanding(BaseModel):
    """Body of an event of kind "tickets.standing": the gateway went on from a backup, and has these tickets open."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    open: Annotated[tuple[Annotated[int, Field(ge=1, le=2**53, strict=True)], ...], Field(max_length=STANDING_MOST)]


class ClockTold(BaseModel):
    """Body of an event of a kind in CLOCK_KINDS. `by`: who vouched for the time last; `why`: why it is doubted."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    off_ms: Annotated[int, Field(ge=-(2**53), le=2**53, strict=True)] = 0
    by: Literal["", "office", "network", "person"] = ""
    why: Annotated[str, Field(max_length=300)] = ""
