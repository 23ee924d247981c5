-- What each camera looks for, as drawn by a person; the newest version holds. See edge/vision/scene.py.
CREATE TABLE scene (
    camera  TEXT NOT NULL,
    version INTEGER NOT NULL,
    body    TEXT NOT NULL,
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL,
    PRIMARY KEY (camera, version)
) WITHOUT ROWID;

-- Of those who entered: how many had been out for a moment only, and how many groups they came in. Staff who crossed,
-- either way, are in no other figure. `sent`: whether head office was told of the minute as it is now.
ALTER TABLE visit ADD COLUMN again INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN parties INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN staff INTEGER NOT NULL DEFAULT 0;
UPDATE visit SET parties = entered, sent = (sent = entered + departed);
CREATE INDEX visit_unsent ON visit (minute) WHERE sent = 0;

-- People who passed by, either way, over lines that are no entrance.
CREATE TABLE passing (
    camera TEXT NOT NULL,
    line   TEXT NOT NULL,
    minute INTEGER NOT NULL,
    passed INTEGER NOT NULL,
    PRIMARY KEY (camera, line, minute)
) WITHOUT ROWID;
CREATE INDEX passing_by_minute ON passing (minute);

-- What happened in a zone in one minute, by one life of the camera's worker: running totals that only grow, so that
-- of two words on the same key the larger holds, in whatever order they come. Past their time, minutes are added up
-- to hours, under life 0; `step` says how long a row is.
CREATE TABLE zone_minute (
    camera     TEXT NOT NULL,
    zone       TEXT NOT NULL,
    minute     INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    step       INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    visits     INTEGER NOT NULL,    -- stays that became long enough to be a visit
    dwell_ms   INTEGER NOT NULL,    -- of visits
    waited     INTEGER NOT NULL,    -- visits that ended
    waited_ms  INTEGER NOT NULL,    -- how long those had lasted
    longest_ms INTEGER NOT NULL,
    most       INTEGER NOT NULL,    -- people at a time
    PRIMARY KEY (camera, zone, minute, epoch)
) WITHOUT ROWID;
CREATE INDEX zone_minute_by_minute ON zone_minute (minute);

-- People on the floor plan, by cells of half a metre and quarters of an hour; else as above.
CREATE TABLE heat (
    camera   TEXT NOT NULL,
    quarter  INTEGER NOT NULL,
    x        INTEGER NOT NULL,
    y        INTEGER NOT NULL,
    epoch    INTEGER NOT NULL,
    step     INTEGER NOT NULL,
    visits   INTEGER NOT NULL,
    dwell_ms INTEGER NOT NULL,
    PRIMARY KEY (camera, quarter, x, y, epoch)
) WITHOUT ROWID;
CREATE INDEX heat_by_quarter ON heat (quarter);

-- The last word to head office about a day of a camera.
CREATE TABLE footfall_told (
    camera TEXT NOT NULL,
    day    INTEGER NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (camera, day)
) WITHOUT ROWID;
