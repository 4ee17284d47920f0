"""The named views of a list, as every list shows them: one click each, and the one it opens with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, request, url_for
from sqlalchemy.orm import Session

from marketplace.recherche.vues import VueLue, filtres_lus, vues_de
from marketplace.web.socle.acces import acteur_ou_rien

ADRESSES = {
    "marches": "public_catalogue.marches",
    "offres": "public_catalogue.offres",
    "structures": "public_catalogue.structures",
    "registre": "facilitateur_marches.liste",
}


@dataclass(frozen=True, slots=True)
class VuesListe:
    """What the bar of views of a list needs. `filtres`: those of this page, to be named."""

    liste: str
    adresse: str
    vues: tuple[VueLue, ...]
    filtres: str

    @property
    def courante(self) -> VueLue | None:
        """The view whose filters are those of this page."""
        return next((v for v in self.vues if v.filtres == self.filtres), None)


def vues_de_la_liste(s: Session, liste: str) -> VuesListe | None:
    """The views that the one signed in keeps on this list; None for a visitor."""
    moi = acteur_ou_rien()
    if moi is None:
        return None
    ici = filtres_lus(request.query_string.decode("utf-8", "replace"))
    return VuesListe(liste, url_for(ADRESSES[liste]), vues_de(s, moi.utilisateur_id, liste), ici)


def ouverture(vues: VuesListe | None) -> Any:
    """Where to go instead, when the list is opened without a filter and one view is to open first; else None."""
    if vues is None or request.args:
        return None
    choisie = next((v for v in vues.vues if v.par_defaut and v.filtres), None)
    return None if choisie is None else redirect(f"{vues.adresse}?{choisie.filtres}")
