"""The law and the practice of the clause ledger, as pure functions."""
