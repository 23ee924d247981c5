"""Who may do what on the store's broker, and where that is written for each kind of broker.

Mosquitto gets the rules as a file, the embedded broker asks `may`; the contract tests hold both to the
same.
"""

import base64
import hashlib
import hmac
from pathlib import Path

PREFIX = "aisle/1"
PUBLISHED_BY_DEVICE = ("state", "event", "lease", "coupon")
READ_BY_DEVICE = ("prices", "receipt", "granted", "lent", "discounts")


def may(user: str, gateway: str, store: str, topic: str, *, publish: bool) -> bool:
    """Whether `user` may publish to a topic, or read it. Devices subscribe without wildcards."""
    if user == gateway:
        return topic.startswith("aisle/")
    leaves = PUBLISHED_BY_DEVICE if publish else READ_BY_DEVICE
    return any(topic == f"{PREFIX}/{store}/{user}/{leaf}" for leaf in leaves)


def mosquitto_rules(gateway: str, store: str) -> str:
    """The same rules as a Mosquitto access file; `%u` is the user name that the client proved."""
    rules = [f"user {gateway}", "topic readwrite aisle/#", ""]
    rules += [f"pattern write {PREFIX}/{store}/%u/{leaf}" for leaf in PUBLISHED_BY_DEVICE]
    rules += [f"pattern read {PREFIX}/{store}/%u/{leaf}" for leaf in READ_BY_DEVICE]
    return "\n".join(rules) + "\n"


def read_passwords(path: Path) -> dict[str, str]:
    """User → `$7$iterations$salt$hash`. Raises OSError; lines that cannot be read are left out."""
    rows = (row.partition(":") for row in path.read_text(encoding="ascii", errors="replace").splitlines())
    return {user: line for user, colon, line in rows if user and colon and line}


def stamp_of(path: Path | None) -> tuple[int, int]:
    """Of a file of passwords: changes whenever it was replaced or written; (0, 0) while there is none."""
    try:
        found = path.stat() if path is not None else None
    except OSError:
        found = None
    return (found.st_mtime_ns, found.st_ino) if found is not None else (0, 0)


def password_fits(line: str, password: str) -> bool:
    """Whether the password is the one whose PBKDF2-SHA-512 hash the line holds."""
    parts = line.split("$")
    if len(parts) != 5 or parts[:2] != ["", "7"] or not parts[2].isdecimal() or len(parts[2]) > 6:
        return False
    try:
        salt = base64.b64decode(parts[3], validate=True)
        wanted = base64.b64decode(parts[4], validate=True)
    except ValueError:
        return False
    found = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, max(1, int(parts[2])))
    return hmac.compare_digest(found, wanted)
