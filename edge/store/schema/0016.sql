-- The shop's floor plan: its size, and a picture of it (PNG) where somebody gave one. The newest version holds.
CREATE TABLE floor_plan (
    version INTEGER PRIMARY KEY,
    wide_cm INTEGER NOT NULL,
    deep_cm INTEGER NOT NULL,
    picture BLOB,
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL
);

-- What audits of the cameras' counts came to: passings that person and camera agree on, that the camera missed, and
-- that only the camera saw. Nothing is kept of the clip.
CREATE TABLE camera_audit (
    n       INTEGER PRIMARY KEY,
    camera  TEXT NOT NULL,
    line    TEXT NOT NULL,
    source  TEXT NOT NULL CHECK (source IN ('live', 'file')),
    span_ms INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    missed  INTEGER NOT NULL,
    extra   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    by      TEXT NOT NULL
);
CREATE INDEX camera_audit_by_camera ON camera_audit (camera, n);
