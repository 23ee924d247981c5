"""Pictures that the console draws itself: heat maps over the floor plan. Plain functions from figures to PNG."""
