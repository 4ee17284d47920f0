"""One search: marchés, openings and structures from one box, and the marchés of one's own ledger."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session

from marketplace.comptes.roles import Acteur, Role
from marketplace.marches.queries import FiltresMarches, marches_de_l_organisation, marches_du_territoire
from marketplace.recherche.marches import marches_trouves
from marketplace.recherche.offres import offres_trouvees
from marketplace.recherche.structures import structures_trouvees
from marketplace.web.public.demandes import jour_demande, territoire_demande, texte_cherche
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public
from marketplace.web.socle.securite import limiteur, sans_recherche

bp = Blueprint("public_recherche", __name__)

MONTRES = 5
LISTES_A_MOI = {
    Role.FACILITATEUR: ("facilitateur_marches.liste", "facilitateur_marches.fiche", "Dans votre registre"),
    Role.EMPLOYEUR: ("employeur_marches.liste", "employeur_marches.fiche", "Vos marchés"),
    Role.ACHETEUR: ("acheteur_marches.liste", "acheteur_marches.fiche", "Vos marchés"),
}


def _a_moi(s: Session, moi: Acteur | None, texte: str) -> dict[str, Any] | None:
    """The marchés of one's own list, whatever their state; None for who has none."""
    if moi is None or moi.role not in LISTES_A_MOI:
        return None
    point_liste, point_fiche, titre = LISTES_A_MOI[moi.role]
    filtres = FiltresMarches(texte=texte, tri="maj")
    if moi.role is Role.FACILITATEUR:
        page = marches_du_territoire(s, moi.territoire_id, filtres, par_page=MONTRES)
    else:
        page = marches_de_l_organisation(s, moi.territoire_id, moi.organisation_id, filtres, par_page=MONTRES)
    return {
        "titre": titre,
        "page": page,
        "toutes": url_for(point_liste, q=texte, etat="tous"),
        "fiche": point_fiche,
    }


@bp.get("/recherche")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def recherche() -> Any:
    """What these words find, by kind."""
    texte, jour = texte_cherche(), jour_demande()
    trouves: dict[str, Any] = {}
    with contexte().lecture() as s:
        territoire = territoire_demande(s)
        if texte:
            trouves = {
                "marches": marches_trouves(s, territoire.id, texte, jour, MONTRES),
                "offres": offres_trouvees(s, territoire.id, texte, jour, MONTRES),
                "structures": structures_trouvees(s, territoire.id, texte, jour, MONTRES),
            }
        a_moi = _a_moi(s, acteur_ou_rien(), texte) if texte else None
    rien = bool(texte) and not any(p.total for p in trouves.values()) and not (a_moi and a_moi["page"].total)
    return render_template(
        "public/recherche.html", texte=texte, trouves=trouves, a_moi=a_moi, rien=rien, territoire=territoire
    )
