-- What a label that says "sold out" says of the day on which the goods come back: when they are due.
ALTER TABLE label_hint ADD COLUMN back INTEGER;
CREATE INDEX announced_due ON announced (item, due);

-- What payment terminals answered when a lane asked them for money, and after how many milliseconds.
CREATE TABLE lane_payment (
    device  TEXT NOT NULL,
    epoch   INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('approved', 'declined', 'unknown', 'failed')),
    ms      INTEGER NOT NULL,
    PRIMARY KEY (device, epoch, seq)
) WITHOUT ROWID;
CREATE INDEX lane_payment_by_time ON lane_payment (at);
