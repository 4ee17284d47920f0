"""The list of the marchés of one's own organisation, for a buyer and an employer."""

from __future__ import annotations

from flask import render_template, request

from marketplace.heures.queries import avancements
from marketplace.marches.queries import FiltresMarches, marches_de_l_organisation
from marketplace.marches.queries.liste import GROUPES
from marketplace.marches.rules.etats import LIBELLES
from marketplace.web.socle.acces import acteur, contexte
from marketplace.web.socle.listes import numero_de_page


def liste_de_l_organisation(gabarit: str, choix: dict[str, str], texte: str = "") -> str:
    """My marchés and how far each has come. `choix`: the groups of states offered, in the address as `etat`."""
    ctx, moi = contexte(), acteur()
    etat = request.args.get("etat", "vivants")
    etat = etat if etat in choix else "vivants"
    filtres = FiltresMarches(texte=texte, etats=GROUPES.get(etat, ()))
    with ctx.lecture() as s:
        page = marches_de_l_organisation(s, moi.territoire_id, moi.organisation_id, filtres, page=numero_de_page())
        progres = avancements(s, [m.id for m in page.lignes], ctx.aujourdhui())
    return render_template(
        gabarit,
        page=page,
        progres_par_marche=progres,
        libelles=LIBELLES,
        choix=choix,
        etat=etat,
        parametres={k: v for k, v in request.args.items() if v and k != "page"},
    )
