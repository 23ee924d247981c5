"""The queue between a store and head office: bounded, ordered, and honest about what it shed."""
