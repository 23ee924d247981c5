"""Store and head office: the queue that survives days off-line, the link, the contract, and head office itself."""
