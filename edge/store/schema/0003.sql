-- What was in force and what was paid, for the lowest price of a window; and who approved what.

-- A price version is in force from when the first till or label confirmed it until none presents it any more.
CREATE TABLE offered (
    item    TEXT NOT NULL,
    version INTEGER NOT NULL,
    minor   INTEGER NOT NULL,
    began   INTEGER NOT NULL,
    ended   INTEGER,
    PRIMARY KEY (item, version, began)
) WITHOUT ROWID;

INSERT INTO offered (item, version, minor, began)
SELECT item, version, MIN(minor), MIN(at) FROM showing WHERE confirmed = 1 AND until IS NULL GROUP BY item, version;

-- Every price at which something was sold: `at` is the last time, by the gateway's clock.
CREATE TABLE paid (
    item    TEXT NOT NULL,
    version INTEGER NOT NULL,
    minor   INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (item, version, minor)
) WITHOUT ROWID;

INSERT INTO paid (item, version, minor, at)
SELECT json_extract(line.value, '$[0]'), json_extract(line.value, '$[1]'), json_extract(line.value, '$[2]'),
       MAX(sale.at)
FROM sale, json_each(sale.lines, '$.lines') AS line GROUP BY 1, 2, 3;

-- How many people have to approve a price that is held; one when it has no row here.
CREATE TABLE approvers (
    item    TEXT NOT NULL,
    version INTEGER NOT NULL,
    people  INTEGER NOT NULL,
    PRIMARY KEY (item, version)
) WITHOUT ROWID;

CREATE TABLE approval (
    item    TEXT NOT NULL,
    version INTEGER NOT NULL,
    by      TEXT NOT NULL,
    at      INTEGER NOT NULL,
    PRIMARY KEY (item, version, by)
) WITHOUT ROWID;
