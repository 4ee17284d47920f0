"""The blueprints of this audience, in one list."""

from __future__ import annotations

from flask import Blueprint

blueprints: list[Blueprint] = []
