"""Carrying out what was decided: each dispatcher reads what is allowed but not confirmed, and sends just that.

Level-triggered: nothing that is still to do lives only in memory, so a restart simply goes on.
"""
