"""The local web console: what a store manager needs to see, and the few things a person may do."""
