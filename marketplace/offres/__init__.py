"""Openings of titulaires, SIAE and GEIQ."""
