"""Pages of employers: titulaires, SIAE, GEIQ."""
