"""A facilitateur, a territory with some communes, and small workbooks typed in a few lines."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from marketplace.comptes.models import Affectation
from marketplace.comptes.roles import Acteur
from marketplace.contexte import Contexte
from marketplace.heures.models import LigneReprise
from marketplace.reprise.examen import Examen
from marketplace.reprise.reponses import Reponses
from marketplace.reprise.services import examiner, reprendre
from marketplace.valeurs import cle
from tests.fabrique import Fabrique

ENTETES = ["Maître d'ouvrage", "Opération", "Lot", "Intitulé", "Titulaire", "Heures prévues", "Heures réalisées"]


def classeur(**feuilles: Sequence[Sequence[Any]]) -> bytes:
    """An XLSX of these sheets, by name."""
    livre = Workbook()
    livre.remove(livre.active)
    for nom, lignes in feuilles.items():
        feuille = livre.create_sheet(nom)
        for ligne in lignes:
            feuille.append(list(ligne))
    octets = io.BytesIO()
    livre.save(octets)
    return octets.getvalue()


def marches(*lignes: Sequence[Any], entetes: Sequence[str] = tuple(ENTETES)) -> bytes:
    """An XLSX of one sheet of marchés."""
    return classeur(Suivi=[list(entetes), *lignes])


def repondre(examen: Examen) -> Reponses:
    """The answer already chosen to each question, as the page sends it when nobody touches anything."""
    valeurs: dict[str, dict[str, str]] = {}
    for d in examen.decisions:
        valeurs.setdefault(d.champ, {})[cle(d.valeur)[:200]] = d.cible
    return Reponses(valeurs=valeurs)


@dataclass
class Bureau:
    """What a facilitateur does with a workbook."""

    ctx: Contexte
    fabrique: Fabrique
    chapeau: Affectation
    acteur: Acteur

    def lire(self, contenu: bytes, nom: str = "suivi.xlsx", **reponses: Any) -> Examen:
        return examiner(self.ctx, self.acteur, contenu, nom, Reponses(**reponses))

    def prendre(self, contenu: bytes, nom: str = "suivi.xlsx", **reponses: Any) -> tuple[str | None, Examen]:
        return reprendre(self.ctx, self.acteur, contenu, nom, Reponses(**reponses))

    def compter(self, table: Any) -> int:
        with self.ctx.lecture() as s:
            return s.scalar(select(func.count()).select_from(table)) or 0

    def tous(self, table: Any) -> list[Any]:
        with self.ctx.lecture() as s:
            return list(s.scalars(select(table).order_by(table.id)))

    @property
    def heures(self) -> Decimal:
        with self.ctx.lecture() as s:
            somme = select(func.sum(LigneReprise.heures)).where(LigneReprise.annulee.is_(False))
            return s.scalar(somme) or Decimal(0)


@pytest.fixture
def bureau(ctx: Contexte, fabrique: Fabrique) -> Bureau:
    """A facilitateur at her desk, an empty ledger."""
    fabrique.territoire()
    chapeau = fabrique.facilitateur()
    return Bureau(ctx, fabrique, chapeau, fabrique.acteur(chapeau))
