"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

from marketplace.web.acheteur import bilans, marches

blueprints: list[Blueprint] = [bilans.bp, marches.bp]
