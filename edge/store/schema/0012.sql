-- Self-checkout lanes: how each is now, as it told itself, and its shoppers. `parts`: JSON, peripheral → [state, why].
CREATE TABLE lane (
    device  TEXT PRIMARY KEY,
    state   TEXT NOT NULL CHECK (state IN ('free', 'busy', 'attendant', 'out')),
    call    TEXT NOT NULL,              -- why somebody of the staff is called, or ''
    why     TEXT NOT NULL,
    about   TEXT NOT NULL,
    parts   TEXT NOT NULL,
    since   INTEGER NOT NULL,           -- of state and call, by the lane's clock
    seen_by TEXT NOT NULL DEFAULT '',   -- who goes there
    seen_at INTEGER
) WITHOUT ROWID;

-- One shopper: from the first scan until paid, or until the basket was given up.
CREATE TABLE lane_visit (
    device TEXT NOT NULL,
    epoch  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    at     INTEGER NOT NULL,            -- the end
    paid   INTEGER NOT NULL,
    ms     INTEGER NOT NULL,
    waited INTEGER NOT NULL,            -- milliseconds of it, for the staff
    steps  INTEGER NOT NULL,
    lines  INTEGER NOT NULL,
    PRIMARY KEY (device, epoch, seq)
) WITHOUT ROWID;
CREATE INDEX lane_visit_by_time ON lane_visit (at);
