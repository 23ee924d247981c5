"""What is wrong in the shop: one ticket per fault, which opens and closes by itself and a person acknowledges."""
