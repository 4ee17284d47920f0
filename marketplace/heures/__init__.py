"""Contracts, monthly declarations, crediting of hours and their progress."""
