"""Proof of what was shown and charged: the ledger, asked about one device at one time.

Everything but `records` and `commands` is pure: ledger rows in, honest intervals out.
"""
