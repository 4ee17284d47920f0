"""The note de calibrage of the public calculator: made on the spot, nothing stored, the address is the record."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, redirect, request, send_file, url_for

from marketplace.erreurs import RegleViolee
from marketplace.marches.documents.champs import Faits, valeurs
from marketplace.marches.documents.modeles import GENRES, modele_par_defaut
from marketplace.marches.documents.remplissage import remplir
from marketplace.marches.documents.services import modele_depose
from marketplace.marches.models import GenreDocument
from marketplace.marches.rules.calculs import calculer
from marketplace.web.public.calculette import faisabilite_de, lire_territoire
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public
from marketplace.web.socle.calibrages import cas_choisi, pour_dimensionnement, textes_lus, valeurs_du_territoire
from marketplace.web.socle.securite import limiteur

bp = Blueprint("public_notes", __name__)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@bp.get("/calculette/note-de-calibrage.docx")
@public
@limiteur.limit("30 per minute")
def note() -> Any:
    """The note of this calculation; a calculation that does not hold goes back to the calculator, which says why."""
    ctx = contexte()
    territoire, r = lire_territoire()
    cas = cas_choisi(request.args.get("mode"))
    textes = textes_lus(request.args, cas, valeurs_du_territoire(r, cas, request.args.get("corps", "")[:80]))
    try:
        calcul = calculer(cas, textes, ctx.aujourdhui(), pour_dimensionnement(r))
        etude = faisabilite_de(calcul, textes.get("duree", ""), r)
    except RegleViolee:
        return redirect(f"{url_for('public_calculette.calculette')}?{request.query_string.decode()}")
    moi, duree = acteur_ou_rien(), textes.get("duree", "")
    contacts = (territoire.contact_telephone, territoire.contact_courriel) if territoire else ()
    faits = Faits(
        territoire=territoire.nom if territoire else "",
        facilitateur=territoire.contact_nom if territoire else "",
        facilitateur_contact=", ".join(filter(None, contacts)),
        auteur=moi.nom if moi else "la calculette publique",
        jour=ctx.aujourdhui(),
        heures=calcul.heures,
        calcul=calcul.garder() | {"entrees": dict(calcul.entrees) | ({"duree": duree} if duree else {})},
        publics=r.categories_actives,
        reglages=r,
        montant_ht=calcul.calibrage.montant_ht if calcul.calibrage else None,
        duree_mois=int(duree) if duree.isdigit() else None,
        faisabilite=(f"{etude.phrase} sur {duree} mois.", *etude.reserves) if etude else (),
    )
    genre = GenreDocument.NOTE
    with ctx.lecture() as s:
        depose = modele_depose(s, territoire.id, genre) if territoire else None
        contenu = depose.contenu if depose else modele_par_defaut(genre)
    fichier = remplir(contenu, valeurs(faits), titre=GENRES[genre].libelle)
    return send_file(io.BytesIO(fichier), WORD, as_attachment=True, download_name=f"{GENRES[genre].fichier}.docx")
