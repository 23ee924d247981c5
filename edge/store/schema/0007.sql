-- What was read from pictures of the shelf. No picture is kept: only what the codes in it said, and where they were.

-- One picture that was looked at.
CREATE TABLE look (
    n        INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,          -- when it was recorded
    taken    INTEGER NOT NULL,          -- when the picture was taken, as far as is known
    source   TEXT NOT NULL,             -- a camera's id, or 'photo' for one that a person took
    by       TEXT NOT NULL DEFAULT '',  -- that person
    place    TEXT NOT NULL DEFAULT '',  -- where it was taken, where that was said
    width    INTEGER NOT NULL,          -- pixels
    height   INTEGER NOT NULL,
    elsewhere INTEGER NOT NULL DEFAULT 0 -- codes that are none of this shop's
);

-- One label in it, as judged then. `label` is '' where it could not be known.
CREATE TABLE reading (
    look    INTEGER NOT NULL REFERENCES look (n) ON DELETE CASCADE,
    number  INTEGER NOT NULL,
    item    TEXT NOT NULL,
    version INTEGER NOT NULL,
    label   TEXT NOT NULL,
    verdict TEXT NOT NULL,
    name    TEXT NOT NULL DEFAULT '',
    place   TEXT NOT NULL DEFAULT '',
    shown   INTEGER,                    -- minor units
    charged INTEGER,
    corners TEXT NOT NULL,              -- JSON [[x, y] × 4], pixels
    PRIMARY KEY (look, number)
) WITHOUT ROWID;

-- What each label was last seen to show. `since` and `times`: how long and how often the very same was read.
CREATE TABLE label_read (
    device  TEXT PRIMARY KEY,
    look    INTEGER NOT NULL,
    at      INTEGER NOT NULL,           -- when the picture was taken
    item    TEXT NOT NULL,
    version INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    shown   INTEGER,
    charged INTEGER,
    source  TEXT NOT NULL,
    since   INTEGER NOT NULL,
    times   INTEGER NOT NULL,
    noted   INTEGER NOT NULL            -- when it was last put into the ledger
) WITHOUT ROWID;

-- Codes of the shop that are wrong and about no certain label: a label out of service, an item without a label, a copy,
-- an old price on a code without a tag.
CREATE TABLE stray (
    item    TEXT NOT NULL,
    tag     TEXT NOT NULL,
    source  TEXT NOT NULL,
    look    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    version INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    label   TEXT NOT NULL DEFAULT '',
    place   TEXT NOT NULL DEFAULT '',
    name    TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (item, tag, version, source)
) WITHOUT ROWID;
