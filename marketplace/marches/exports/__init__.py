"""Marchés that go out to other systems."""
