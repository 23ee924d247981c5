"""A whole shop in two minutes: head office, gateway and devices, with faults, and a judge at the end."""
