"""What a base starts with: reference tables, then perhaps one demonstration territory."""
