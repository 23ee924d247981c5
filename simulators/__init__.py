"""The far end of every protocol, written from the protocol facts alone, and a whole shop made of them."""
