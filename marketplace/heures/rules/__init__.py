"""What counts, until when, and how far the clause has come: pure functions, one file per noun."""
