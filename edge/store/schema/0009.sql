-- What network gear says of itself. A value is a whole number or text; the unit carries the scale.

CREATE TABLE watched (
    device      TEXT PRIMARY KEY,
    cycle_ports TEXT NOT NULL DEFAULT '[]',   -- JSON: ports whose power a manager may switch off and on
    surveyed_at INTEGER,
    rebooted_at INTEGER
) WITHOUT ROWID;

CREATE TABLE measure (
    device TEXT NOT NULL,
    name   TEXT NOT NULL,
    value  NOT NULL,
    unit   TEXT NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (device, name)
) WITHOUT ROWID;

-- Numbers over time, in steps of ten minutes; what is older than the shop wants to keep is dropped.
CREATE TABLE measure_step (
    device TEXT NOT NULL,
    name   TEXT NOT NULL,
    step   INTEGER NOT NULL,                  -- when the step began, UTC epoch milliseconds
    low    INTEGER NOT NULL,
    high   INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    PRIMARY KEY (device, name, step)
) WITHOUT ROWID;
CREATE INDEX measure_step_by_time ON measure_step (step);

-- What hangs on the ports of a switch, as it said the last time that it was asked.
CREATE TABLE neighbour (
    switch     TEXT NOT NULL,
    port       INTEGER NOT NULL,
    mac        TEXT NOT NULL,
    name       TEXT NOT NULL,
    port_there TEXT NOT NULL,
    PRIMARY KEY (switch, port, mac, name)
) WITHOUT ROWID;

-- Where devices of the shop hang.
CREATE TABLE hanging (
    device TEXT PRIMARY KEY,
    mac    TEXT NOT NULL,
    switch TEXT,
    port   INTEGER,
    how    TEXT NOT NULL DEFAULT '',
    others INTEGER NOT NULL DEFAULT 0,
    since  INTEGER NOT NULL
) WITHOUT ROWID;

-- Power supplies: where their power comes from, and since when.
CREATE TABLE supply (
    device  TEXT PRIMARY KEY,
    power   TEXT NOT NULL CHECK (power IN ('mains', 'battery', 'low')),
    since   INTEGER NOT NULL,
    minutes INTEGER,
    charge  INTEGER
) WITHOUT ROWID;
