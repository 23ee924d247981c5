"""The receiving check: open, measure, sign. What is held is not in stock."""
