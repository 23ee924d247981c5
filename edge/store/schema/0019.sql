-- Discount rules for members of a tier, as head office ordered them: one set at a time, by the number of the order. Every
-- set that ever was stands in the ledger, for receipts to be judged by.
CREATE TABLE discounts (
    version INTEGER PRIMARY KEY,
    rules   TEXT NOT NULL               -- JSON: the rules in the order of head office
);

-- Which set a till said that it holds, and in which of its journals.
CREATE TABLE till_discounts (
    device  TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    epoch   INTEGER NOT NULL,
    version INTEGER NOT NULL
) WITHOUT ROWID;
