"""What the cameras counted, on record: visitors, zones, waiting and the floor; how it is kept, added up and told."""
