"""English texts with values in braces, and how to find the values again in what was made of one."""

import re


def pattern_of(template: str) -> re.Pattern[str]:
    """Matches what the template makes, with its values by name; one that occurs twice has to be the same both times."""
    seen: set[str] = set()
    parts = []
    for place, piece in enumerate(re.split(r"{(\w+)}", template)):
        if place % 2 == 0:
            parts.append(re.escape(piece))
        elif piece in seen:
            parts.append(f"(?P={piece})")
        else:
            seen.add(piece)
            parts.append(f"(?P<{piece}>.*?)")
    return re.compile("".join(parts), re.DOTALL)
