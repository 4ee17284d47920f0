"""What pages need to know about contrats, declarations and hours, as frozen values."""

from __future__ import annotations

from marketplace.heures.avancement import Avancement, avancements
from marketplace.heures.registre import verifier_chaine

__all__ = ["Avancement", "avancements", "verifier_chaine"]
