"""The pages of the console: one file per page, and what they share."""
