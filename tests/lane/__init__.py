"""A lane with real byte peers, a real broker and a real journal."""
