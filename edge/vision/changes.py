"""What changed between two drawings of a camera, for the record. Pure."""

from edge.vision.scene import Line, Scene, Zone


def changes(before: Scene, after: Scene) -> dict[str, list[str]]:
    """Names of lines and zones by what became of them: added, removed, changed. "floor" and "rules" stand for theirs.

    A shape that was renamed is told as removed and added: by its name its figures are kept.
    """
    old, new = _by_name(before), _by_name(after)
    changed = [name for name, one in new.items() if name in old and old[name] != one]
    added = [name for name in new if name not in old]
    removed = [name for name in old if name not in new]
    if before.floor != after.floor:
        whose = added if before.floor is None else removed if after.floor is None else changed
        whose.append("floor")
    if before.rules != after.rules:
        changed.append("rules")
    return {word: names for word, names in (("added", added), ("removed", removed), ("changed", changed)) if names}


def _by_name(scene: Scene) -> dict[str, Line | Zone]:
    shapes: tuple[Line | Zone, ...] = (*scene.lines, *scene.zones)
    return {one.name: one for one in shapes}
