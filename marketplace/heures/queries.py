"""What pages need to know about contrats, declarations and hours, as frozen values."""

from __future__ import annotations

from marketplace.heures.avancement import Avancement, avancements

__all__ = ["Avancement", "avancements"]
