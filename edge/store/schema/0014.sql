-- A sale is its own movement: what it took is in `sale`, and only its sums go into `stock`. So the hand of an item is
-- the sum of its rows in stock_move less all that its sales took, each once, and a sale costs no row of its own here.
DELETE FROM stock_move WHERE kind = 'sale';
DROP INDEX stock_move_by_item;

-- Which items were counted after a moment: what a till tells late may have been sold before.
CREATE INDEX stock_counted ON stock (counted_at) WHERE counted_at IS NOT NULL;

-- What a coupon takes off, as head office said when it lent it.
ALTER TABLE coupon ADD COLUMN minor_off INTEGER NOT NULL DEFAULT 0;
ALTER TABLE coupon ADD COLUMN currency TEXT NOT NULL DEFAULT '';
ALTER TABLE coupon ADD COLUMN item TEXT;

-- What a label's last picture said of the stock; NULL: nothing.
CREATE TABLE label_hint (
    device TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    left   INTEGER,
    at     INTEGER NOT NULL
) WITHOUT ROWID;
