"""Pages open to all."""
