"""The shop's floor plan: how large the floor is, and a picture of it where somebody gave one."""

from edge.floorplan.picture import BadPlan, tidy_picture
from edge.floorplan.plan import BLANK, FloorPlan, keep_plan, read_plan

__all__ = ["BLANK", "BadPlan", "FloorPlan", "keep_plan", "read_plan", "tidy_picture"]
