"""Tests of the simulated Bluetooth labels."""
