"""Who runs the shop of these tests."""

MANAGER, PASSWORD = "mara", "correct horse 42"
