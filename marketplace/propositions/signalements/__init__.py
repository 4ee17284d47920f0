"""Signaler une personne: her application goes through the national platform; what came of it is kept here."""
