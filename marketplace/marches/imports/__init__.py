"""Marchés that come from files: read whole, checked, then written in one transaction."""
