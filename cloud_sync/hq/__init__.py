"""Head office: stores, price lists, signed changes, and what stores report. Never reaches into a store."""
