"""A head office in wrong hands: somebody who can write its database, but has not got its key."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from securesystemslib.signer import CryptoSigner

from cloud_sync.contract.change import Change, sign_change
from simulators.demo.stage import Stage


def envelope_of(stage: Stage, store: str, sequence: int) -> str:
    """The signed change of this number, as head office hands it out."""
    with _office(stage) as sql:
        query = "SELECT envelope FROM changes WHERE store = ? AND sequence = ?"
        envelope: str = sql.execute(query, (store, sequence)).fetchone()[0]
    return envelope


def altered(envelope: str, sequence: int) -> str:
    """The same change under this number and at another price, with the old signature."""
    parts = json.loads(envelope)
    payload = json.loads(base64.b64decode(parts["payload"]))
    payload["sequence"], payload["rows"][0]["minor"] = sequence, 1
    return json.dumps({**parts, "payload": base64.b64encode(json.dumps(payload).encode()).decode()})


def signed_by_a_stranger(envelope: str, sequence: int) -> str:
    """The same change under this number, properly signed with a key that is not head office's."""
    payload = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    change = Change.model_validate_json(json.dumps({**payload, "sequence": sequence}))
    return sign_change(change, CryptoSigner.generate_ed25519()).decode()


def slip_in(stage: Stage, like: int, envelope: str) -> int:
    """Put an envelope at the end of the change log, as if it were a push like number `like`; returns its number.

    Nobody wakes the store: it comes with whatever is pushed next.
    """
    with _office(stage) as sql, sql:
        (head,) = sql.execute("SELECT change_head FROM stores WHERE id = ?", (stage.store,)).fetchone()
        sql.execute("UPDATE stores SET change_head = ? WHERE id = ?", (head + 1, stage.store))
        told = {"new": head + 1, "like": like, "store": stage.store, "envelope": envelope}
        sql.execute(
            "INSERT INTO changes (store, sequence, author, issued_at, effective_at, expires_at, rows, envelope)"
            " SELECT store, :new, author, issued_at, effective_at, expires_at, rows, :envelope FROM changes"
            " WHERE store = :store AND sequence = :like",
            told,
        )
        sql.execute(
            "INSERT INTO change_rows (store, sequence, item, name, minor, currency, per, outcome, why,"
            " outcome_epoch, outcome_seq) SELECT store, :new, item, name, minor, currency, per, 'pending', '', -1, -1"
            " FROM change_rows WHERE store = :store AND sequence = :like",
            told,
        )
    return int(head) + 1


@contextmanager
def _office(stage: Stage) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(stage.database, timeout=10)) as sql:
        yield sql
