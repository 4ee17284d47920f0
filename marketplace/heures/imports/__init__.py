"""Hours that arrive in an employer's own file: payroll of an ETTI, statement of a GEIQ, spreadsheet of a firm."""
