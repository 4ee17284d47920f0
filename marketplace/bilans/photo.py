"""The report as the page shows it: kept once computed, and computed again as soon as the ledger moved."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.bilans.models import PhotoBilan
from marketplace.bilans.perimetre import Perimetre
from marketplace.bilans.queries import bilan, jalon
from marketplace.bilans.rules.periode import Periode
from marketplace.bilans.vue import BilanVu, de_dict, en_dict, presenter
from marketplace.contexte import Contexte
from marketplace.erreurs import RegleViolee


def cle_de(perimetre: Perimetre, periode: Periode) -> str:
    """What a photograph is kept under: the perimeter and the period."""
    valeurs = {**perimetre.en_json(), "debut": periode.debut.isoformat(), "fin": periode.fin.isoformat()}
    return hashlib.sha256(json.dumps(valeurs, sort_keys=True).encode()).hexdigest()


def calculer(s: Session, perimetre: Perimetre, periode: Periode, libelle: str) -> BilanVu:
    """The report, from the ledger. Raises RegleViolee when there is nothing to report."""
    resultat = bilan(s, perimetre, periode)
    if resultat.vide:
        raise RegleViolee(
            f"Aucun marché suivi ni aucune heure sur {periode.libelle} : choisissez une autre période.", champ="annee"
        )
    return presenter(
        resultat,
        titre=f"Bilan {periode.libelle}",
        debut=periode.debut.isoformat(),
        fin=periode.fin.isoformat(),
        perimetre=libelle,
    )


def bilan_vu(ctx: Contexte, perimetre: Perimetre, periode: Periode, libelle: str) -> BilanVu:
    """The report of a page: its photograph when the ledger has not moved since, else computed and kept.

    Raises RegleViolee when there is nothing to report.
    """
    cle = cle_de(perimetre, periode)
    with ctx.lecture() as s:
        marque = jalon(s)
        photo = s.scalar(
            select(PhotoBilan).where(PhotoBilan.territoire_id == perimetre.territoire_id, PhotoBilan.cle == cle)
        )
        if photo is not None and photo.jalon == marque:
            return de_dict(photo.contenu)
        vu = calculer(s, perimetre, periode, libelle)
    _garder(ctx, perimetre.territoire_id, cle, marque, vu)
    return vu


def _garder(ctx: Contexte, territoire_id: int, cle: str, marque: str, vu: BilanVu) -> None:
    with ctx.transaction() as s:
        photo = s.scalar(select(PhotoBilan).where(PhotoBilan.territoire_id == territoire_id, PhotoBilan.cle == cle))
        if photo is None:
            photo = PhotoBilan(territoire_id=territoire_id, cle=cle)
            s.add(photo)
        photo.jalon, photo.contenu, photo.calcule_le = marque, en_dict(vu), ctx.horloge()
