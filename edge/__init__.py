"""The gateway: one box in the shop that decides prices, drives devices and remembers everything it acknowledged."""
