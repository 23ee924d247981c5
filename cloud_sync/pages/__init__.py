"""Page parts for every console of Aisle: theme, words, chips. Knows neither a store nor head office."""
