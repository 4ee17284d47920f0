"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.acheteur import bilans, depots, marches

# What is deposited on a marché belongs to its page.
assert depots.bp is marches.bp

blueprints: list[Blueprint] = [bilans.bp, marches.bp]
