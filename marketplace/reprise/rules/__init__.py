"""How a workbook is understood, as pure functions on text: headers, cells, totals, names written in several ways."""
