"""The report as files: workbook, CSV files, tagged PDF. Each says what it covers and the ledger it came from."""
