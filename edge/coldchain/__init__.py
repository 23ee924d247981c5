"""Fridges and freezers: bands, excursions by time, and readings kept bounded."""
