"""Network gear: who is asked when, what the answers mean, and what follows when the power fails."""
