"""What a camera looked for over time, and who drew it."""

from pydantic import ValidationError
from sqlite_utils import Database

from edge.vision.scene import Scene
from edge.visits.scenes import DrawnScene

MOST = 20


def list_drawings(database: Database, camera: str, most: int = MOST) -> list[DrawnScene]:
    """The newest drawings of a camera that this program can read."""
    found = []
    for version, at, by, body in database.conn.execute(
        "SELECT version, at, by, body FROM scene WHERE camera = ? ORDER BY version DESC LIMIT ?", (camera, most)
    ):
        try:
            found.append(DrawnScene(camera, version, Scene.model_validate_json(body), at, by))
        except ValidationError:
            continue  # drawn with a newer program
    return found
