"""Every offre of the territory, and who could take it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from marketplace.comptes.roles import Role
from marketplace.offres import queries
from marketplace.offres.models import EtatOffre
from marketplace.offres.queries import FiltresOffres
from marketplace.propositions.queries import compter_par_offre
from marketplace.propositions.recevables import offres_recevables
from marketplace.web.socle import proposer
from marketplace.web.socle.acces import acteur, contexte, reserve_a
from marketplace.web.socle.propositions import lire_page

bp = Blueprint("facilitateur_offres", __name__, url_prefix="/facilitateur/offres")

ETATS = {
    "publiee": ("Ouvertes", (EtatOffre.PUBLIEE,)),
    "closes": ("Closes", (EtatOffre.POURVUE, EtatOffre.FERMEE)),
    "toutes": ("Toutes", (EtatOffre.PUBLIEE, EtatOffre.POURVUE, EtatOffre.FERMEE)),
}


@bp.get("")
@reserve_a(Role.FACILITATEUR)
def liste() -> Any:
    """Offres of the territory, filters in the address."""
    ctx, moi = contexte(), acteur()
    etat = request.args.get("etat", "publiee")
    etat = etat if etat in ETATS else "publiee"
    texte = request.args.get("q", "").strip()[:100]
    clause = request.args.get("clause") == "1"
    with ctx.lecture() as s:
        filtres = FiltresOffres(
            texte=texte, etats=ETATS[etat][1], liee_a_un_marche=clause, page=lire_page(request.args.get("page", "1"))
        )
        page = queries.offres(s, moi.territoire_id, filtres)
        comptes = compter_par_offre(s, [o.id for o in page.lignes])
    parametres = {"q": texte, "etat": etat} | ({"clause": "1"} if clause else {})
    return render_template(
        "facilitateur/offres.html",
        page=page,
        comptes=comptes,
        etats={k: v[0] for k, v in ETATS.items()},
        parametres=parametres,
    )


@bp.get("/recevables-si-mobilite")
@reserve_a(Role.FACILITATEUR)
def recevables() -> Any:
    """Offres out of reach today, and the aid that would bring people in."""
    page = lire_page(request.args.get("page", "1"))
    return render_template("facilitateur/recevables.html", vues=offres_recevables(contexte(), acteur(), page))


proposer.installer(bp, Role.FACILITATEUR, proposer.OFFRES)
