"""The takeover: a facilitateur arrives with a workbook and a hundred marchés in progress."""
