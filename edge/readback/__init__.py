"""Reading labels back from pictures: the only proof that ink moved.

`find_labels` reads a picture, `read_beliefs` asks the books, and `judge` holds one against the other; `record` writes
down what came of it, and `service` is the gateway's part. Pictures live in memory and go nowhere.
"""

from edge.readback.beliefs import Beliefs, ItemBelief, LabelBelief, read_beliefs
from edge.readback.facts import Judged, Look, Reading, Verdict
from edge.readback.judging import judge
from edge.readback.picture import BadPicture, in_grey, open_picture
from edge.readback.reader import find_labels

__all__ = [
    "BadPicture",
    "Beliefs",
    "ItemBelief",
    "Judged",
    "LabelBelief",
    "Look",
    "Reading",
    "Verdict",
    "find_labels",
    "in_grey",
    "judge",
    "open_picture",
    "read_beliefs",
]
