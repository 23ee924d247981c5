"""Tests of the Bluetooth label driver."""
