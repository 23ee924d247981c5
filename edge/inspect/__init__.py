"""`aisle inspect`: a random sample of labels, what a person or a camera finds there, and the shop's price accuracy."""
