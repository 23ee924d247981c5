"""EPCIS 2.0 events: what trading partners and food inspectors read about goods, in JSON-LD."""
