"""La Place des clauses: clauses sociales d'insertion, offres of the IAE, people ranked with reasons, hours followed."""

__version__ = "0.1.0"
