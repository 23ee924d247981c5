"""The whole system as real processes: head office, gateway, broker and vision worker, with simulated devices around."""
