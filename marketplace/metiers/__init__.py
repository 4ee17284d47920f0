"""ROME, CPV and NAF tables."""
