-- What a label that says "sold out" says of the day on which the goods come back: when they are due.
ALTER TABLE label_hint ADD COLUMN back INTEGER;
CREATE INDEX announced_due ON announced (item, due);
