"""Opération, marché, clause: the ledger of clauses."""
