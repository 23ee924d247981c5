"""Deciding prices: what may be shown and charged, when, and how each change ended."""
