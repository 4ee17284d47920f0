"""One search over marchés, offres and structures; the public catalogue."""
