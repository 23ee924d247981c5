"""The Gicisky / PICKSMART label family as pure code: adverts, pixels and uploads."""
