"""Read models: what the console shows, as plain queries over a read-only database. Nothing here changes anything."""
