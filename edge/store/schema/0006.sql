-- When a price that waits for its time may begin. Its own row in `price` has the earliest moment (`effective_at`), at
-- which a cut begins; a raise begins at `raise_at`, which differs where clocks change. An item's raise is what is above
-- anything that a till or label may be presenting.
CREATE TABLE timing (
    item     TEXT NOT NULL,
    version  INTEGER NOT NULL,
    raise_at INTEGER NOT NULL,
    begins   TEXT NOT NULL DEFAULT '',  -- the local time or occasion it was ordered for; '' for an instant
    after    INTEGER NOT NULL,          -- an occasion counts from this moment on
    PRIMARY KEY (item, version)
) WITHOUT ROWID;
