-- Ways into the ledger for questions about the past. Indexes only: nothing here says more than the ledger does.

-- Which labels ever stood for an item.
CREATE INDEX ledger_label_item
    ON ledger (CASE WHEN typeof(body) = 'text' AND json_valid(body) THEN json_extract(body, '$.item') END, subject)
    WHERE kind IN ('label.bound', 'label.sent', 'label.read');

-- Where a receipt's sale is.
CREATE INDEX ledger_sale
    ON ledger (CASE WHEN typeof(body) = 'text' AND json_valid(body) THEN json_extract(body, '$.receipt') END)
    WHERE kind = 'sale';
