-- How far a camera was moved since its scene was last drawn: fractions of the picture, to the right and down.
CREATE TABLE camera_aside (
    camera TEXT PRIMARY KEY,
    right  REAL NOT NULL,
    down   REAL NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;
