"""Indicators of a buyer's scheme for responsible purchases: SPASER, and the national plan's 30 % (R6, R7, N11)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.packs.tables import tableau
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.presentation import DIXIEME
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.vue import BilanVu, Colonne, ecrire_nombre
from marketplace.comptes.models import Organisation
from marketplace.erreurs import RegleViolee
from marketplace.marches.queries.regimes import indicateurs

COLONNES = (
    Colonne("notifies", "Marchés notifiés"),
    Colonne("avec", "Avec considération sociale"),
    Colonne("part", "Part", 0, "%", DIXIEME),
    Colonne("montant", "Leur montant HT", 0, "€"),
    Colonne("heures", "Heures prévues", 0, "h"),
    Colonne("structures", "Montant HT aux structures", 0, "€"),
    Colonne("analyses", "Besoins analysés", 0, "%", DIXIEME),
)
ENSEMBLE = "Ensemble"


def pack_spaser(s: Session, perimetre: Perimetre, periode: Periode, _jour: date) -> BilanVu:
    """Per buyer and year. Raises RegleViolee when nothing was notified, or for a period that is no calendar year."""
    if (periode.debut.month, periode.fin.month, periode.debut.year) != (1, 12, periode.fin.year):
        raise RegleViolee("Les indicateurs SPASER se comptent par année civile.", champ="annee")
    lignes = indicateurs(s, perimetre.territoire_id, periode.debut.year)
    if perimetre.acheteurs:
        noms = set(s.scalars(select(Organisation.nom).where(Organisation.id.in_(perimetre.acheteurs))))
        lignes = tuple(li for li in lignes if li.acheteur in noms)
    if not any(li.notifies for li in lignes):
        raise RegleViolee(f"Aucun marché notifié en {periode.libelle}.", champ="annee")
    tete = lignes[0]
    atteint = "est atteint" if tete.sociale.atteint else "n'est pas atteint"
    return BilanVu(
        f"Indicateurs SPASER {periode.libelle}",
        periode.debut.isoformat(),
        periode.fin.isoformat(),
        "Marchés notifiés dans l'année",
        (
            (
                f"{ecrire_nombre(tete.sociale.pourcentage, DIXIEME)} % des marchés notifiés portent une considération "
                f"sociale : l'objectif national de 30 % {atteint}."
            ),
            "« Analysé » : une décision motivée a été prise, ou la clause posée.",
        ),
        (
            tableau(
                "indicateurs",
                "Par acheteur",
                "Acheteur",
                COLONNES,
                [
                    (
                        li.acheteur or ENSEMBLE,
                        [
                            Decimal(li.notifies),
                            Decimal(li.avec_consideration),
                            li.sociale.pourcentage,
                            li.montant_avec_consideration,
                            li.heures_prevues,
                            li.montant_structures,
                            li.analysee.pourcentage,
                        ],
                    )
                    for li in lignes
                ],
            ),
        ),
    )
