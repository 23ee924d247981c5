"""The storm itself: repeatable, readable, and calm over the first two hundred seeds."""
