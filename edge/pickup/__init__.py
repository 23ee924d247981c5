"""Pick-up: orders to put aside within half an hour, and the one-time codes by which customers collect them."""
