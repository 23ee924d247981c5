"""The card of a model: what it takes, gives and needs, as JSON beside its file. A file that its card does not describe
is refused, with the reason.
"""

import hashlib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from edge.vision.detector import BadModelError
from edge.vision.session import BYTES, FLOATS, ModelSession
from edge.vision.sizes import Size

MAX_CARD_BYTES = 64 << 10

Part = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, le=3600)]
Side = Annotated[int, Field(ge=32, le=4096, multiple_of=32)]
Shape = tuple[int, ...]


class ModelCard(BaseModel):
    """What every card says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: Annotated[str, Field(min_length=1, max_length=40)]
    file: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\.onnx$", max_length=80)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    input: Shape
    output: Shape
    least: Part
    """Boxes below this score are dropped."""
    sure: Part
    """From this score a box is surely somebody."""
    overlap: Part
    """Of two boxes that overlap more, the weaker is dropped."""


class OwnModelCard(ModelCard):
    """The card of a model that `edge.vision.training` made."""

    layout: Literal["picture and background to peaks"]
    """Input (1, 2, H, W) uint8, grey, stretched to H×W. Output (1, 5, n): score of a peak, or 0,
    and middle x, middle y, width, height of its box in input pixels."""
    input: tuple[Literal[1], Literal[2], Side, Side]
    output: tuple[Literal[1], Literal[5], int]
    smaller: Annotated[tuple[tuple[Side, Side], ...], Field(max_length=20)] = ()
    """Rows and columns of smaller pictures that it takes as well; its sides then have the names of session.py."""
    learn_s: Positive
    """Seconds over which the background is averaged."""
    learn_at_most: Annotated[float, Field(gt=0, le=255)]
    """Grey levels: a larger difference pulls the background no harder, so that people sink into it slowly."""


class PublicModelCard(ModelCard):
    """The card of a public model that an operator brings. Its layouts are described in the modules of these names."""

    layout: Literal["YOLOX", "NanoDet", "FastestDet"]


Card = OwnModelCard | PublicModelCard
_ANY: TypeAdapter[Card] = TypeAdapter(Annotated[Card, Field(discriminator="layout")])


def read_card(path: Path) -> Card:
    """The card at a path. Raises BadModelError with the reason."""
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CARD_BYTES + 1)
    except OSError as error:
        raise BadModelError(f"there is no model card {path} ({error.strerror})") from error
    if len(text) > MAX_CARD_BYTES:
        raise BadModelError(f"{path} is above {MAX_CARD_BYTES >> 10} KiB; that is no model card")
    try:
        return _ANY.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        # Behind the layout, which says what kind of card it is, comes what is wrong in it.
        where = ".".join(str(part) for part in first["loc"][1:]) or ("layout" if "union" in first["type"] else "it")
        raise BadModelError(f"{path} is no model card: {where}: {first['msg']}") from error


def open_carded(card: Card, folder: Path, size: Size | None = None, *, parts: bool = False) -> ModelSession:
    """The session of a card's file, which lies in `folder`; for pictures of `size`, or of the card's own.

    `parts`: see ModelSession.
    Raises BadModelError where it is another file.
    """
    path = folder / card.file
    if path.is_file():  # a file that is not there, or far too large, is the session's to refuse
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != card.sha256:
            raise BadModelError(f"{path} is not the file of its card: SHA-256 {found[:12]}…, not {card.sha256[:12]}…")
    rows, columns = size or card.input[2:4]
    takes = (*card.input[:2], rows, columns)
    session = ModelSession(path, BYTES if isinstance(card, OwnModelCard) else FLOATS, (rows, columns), parts=parts)
    if (session.input_shape, session.output_shape) != (takes, card.output):
        raise BadModelError(
            f"{path} takes {session.input_shape} and gives {session.output_shape}; its card says {takes}, {card.output}"
        )
    return session
