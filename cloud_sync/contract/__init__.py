"""What store and head office have agreed on. Shared by both, knows neither."""
