-- What the clip of an audit was counted with: another model, or another size of picture, counts another way.
ALTER TABLE camera_audit ADD COLUMN model TEXT NOT NULL DEFAULT '';
