"""Reach of contrats and declarations: the employer that carries them."""

from __future__ import annotations

from marketplace.comptes.droits import Portee
from marketplace.heures.models import Contrat, Declaration


def portee_contrat(contrat: Contrat) -> Portee:
    """Who may touch this contrat: its territory's facilitateurs, its employer."""
    return Portee(contrat.territoire_id, frozenset({contrat.employeur_id}))


def portee_declaration(declaration: Declaration) -> Portee:
    """Who may touch this déclaration: its territory's facilitateurs, its employer."""
    return Portee(declaration.territoire_id, frozenset({declaration.employeur_id}))
