"""What a vision worker is asked to do: one packet of JSON per order, some with an open file beside it."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from edge.vision.config import WorkOrder

MAX_PACKET = 64 << 10
"""Bytes of one order."""


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sit(_Order):
    """Look at one more camera. Beside it: the file of the slot with its newest picture."""

    kind: Literal["sit"] = "sit"
    seat: Annotated[int, Field(gt=0)]
    """Names this seat; the pulse tells which one is being looked at."""
    work: WorkOrder


class Leave(_Order):
    """Look at a camera no longer. Answered by Left."""

    kind: Literal["leave"] = "leave"
    camera: str


class GiveStill(_Order):
    """Make a still. Beside it: a file in memory to put the PNG into. Answered by StillMade."""

    kind: Literal["still"] = "still"
    camera: str
    n: int


Order = Sit | Leave | GiveStill
_READER: TypeAdapter[Order] = TypeAdapter(Annotated[Order, Field(discriminator="kind")])


def write_order(order: Order) -> bytes:
    """One packet. Raises ValueError for an order that is too long for one."""
    packet = order.model_dump_json().encode()
    if len(packet) > MAX_PACKET:
        raise ValueError("what this camera is to look for is too long to be told")
    return packet


def read_order(packet: bytes) -> Order:
    """What a packet says. Raises ValueError."""
    return _READER.validate_json(packet)
