"""The demonstrations one may ask for, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marketplace.contexte import Contexte
from seeds.demo.comptes import MOT_DE_PASSE_DEMO, SECRET_TOTP_DEMO, comptes_de_demonstration
from seeds.demo.herault import semer as semer_herault
from seeds.demo.herault_2020.semer import semer as semer_herault_2020

DEMONSTRATIONS: Mapping[str, Callable[[Contexte, date], dict[str, Any]]] = {
    "herault": semer_herault,
    "herault-2020": semer_herault_2020,
}

__all__ = ["DEMONSTRATIONS", "MOT_DE_PASSE_DEMO", "SECRET_TOTP_DEMO", "comptes_de_demonstration"]
