"""Organisations, utilisateurs, their hats (rôles) and what each may do."""
