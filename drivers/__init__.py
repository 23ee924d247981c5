"""Drivers: one package per protocol, each found by entry point and each behind `drivers.base`."""
