"""Devices as the shop knows them: who is there, how they are, and how patiently each is tried."""
