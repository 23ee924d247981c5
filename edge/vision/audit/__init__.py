"""Audits of a counter: a person marks who crossed on a short clip, and the camera's count is held against it."""
