"""Profil, éligibilité, mobilité, information and retention."""
