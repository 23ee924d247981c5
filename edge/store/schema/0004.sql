-- Leases of tills: whether a till that asks for them may be selling now. A till without a row never asked, and counts.

CREATE TABLE lease (
    device TEXT PRIMARY KEY,
    state  TEXT NOT NULL CHECK (state IN ('live', 'ended')),
    at     INTEGER NOT NULL
) WITHOUT ROWID;
