"""Mettler-Toledo 8217 scales and their kin ("SASI", PS-60 style)."""

from drivers.serial.mt8217.talk import Mt8217

__all__ = ["Mt8217"]
