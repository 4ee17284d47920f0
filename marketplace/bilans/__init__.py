"""The yearly report and its indicators."""
