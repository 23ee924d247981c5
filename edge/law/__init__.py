"""What may be shown: the rules of law and of the shop that a price has to keep. Pure; a refusal names its rule."""
