-- Labels that a person covered: nobody can read them, so they hold no price back until they are uncovered.

CREATE TABLE covered (
    device  TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    by      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    since   INTEGER NOT NULL,           -- steady time; see grace
    counted INTEGER NOT NULL DEFAULT 1  -- 1: what it showed is within the grace window and still counts
) WITHOUT ROWID;

-- Inspections: a random sample of labels, and what was found at each.
CREATE TABLE inspection (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    by       TEXT NOT NULL,
    seed     TEXT NOT NULL,
    strata   TEXT NOT NULL,             -- JSON list of [name, labels there were, labels drawn]
    ended_at INTEGER
);

CREATE TABLE inspected (
    inspection  INTEGER NOT NULL REFERENCES inspection (id),
    n           INTEGER NOT NULL,       -- order of the walk
    label       TEXT NOT NULL,
    item        TEXT NOT NULL,
    name        TEXT NOT NULL,
    place       TEXT NOT NULL,
    stratum     TEXT NOT NULL,
    version     INTEGER NOT NULL,       -- in force when the sample was drawn
    minor       INTEGER NOT NULL,
    currency    TEXT NOT NULL,
    found       TEXT NOT NULL DEFAULT 'open'
                CHECK (found IN ('open', 'right', 'over', 'under', 'wrong-item', 'missing')),
    shown       INTEGER,                -- price read on the label
    charged     INTEGER,                -- price at the tills at that moment
    answered_at INTEGER,
    answered_by TEXT NOT NULL DEFAULT '',
    cleared_at  INTEGER,                -- looked at again later, and right
    PRIMARY KEY (inspection, n)
) WITHOUT ROWID;
CREATE INDEX inspected_label ON inspected (label, inspection);
