"""Pages of facilitateurs."""
