"""Tests mirror the packages; `property/`, `e2e/`, `browser/` and `bench/` cut across them."""
