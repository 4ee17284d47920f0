"""Structures and posts that come from files."""
