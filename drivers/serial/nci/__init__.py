"""Scales in the manner of NCI ("ECR", "SCP")."""

from drivers.serial.nci.talk import Nci

__all__ = ["Nci"]
