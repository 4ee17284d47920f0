"""The marketplace commands."""
