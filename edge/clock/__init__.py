"""The shop's clock and calendar: whether the box's time can be trusted, and when the shop is open."""
