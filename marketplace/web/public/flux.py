"""The public lists as Atom feeds: what a feed reader shows is what the list shows, never more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from marketplace.recherche.marches import marches_publics
from marketplace.recherche.offres import offres_publiques
from marketplace.territoire.queries import TerritoireVu
from marketplace.web.public.demandes import filtres_marches, filtres_offres, jour_demande, lire_demande, parametres
from marketplace.web.socle.acces import contexte, public

bp = Blueprint("public_flux", __name__)


@dataclass(frozen=True, slots=True)
class Entree:
    """One entry of a feed."""

    adresse: str
    titre: str
    maj_le: datetime
    resume: str


def _flux(titre: str, point: str, entrees: Sequence[Entree], territoire: TerritoireVu) -> Response:
    maj = max((e.maj_le for e in entrees), default=contexte().horloge())
    racine = contexte().config.adresse_publique
    page = render_template(
        "public/flux.xml",
        titre=f"{titre}, {territoire.nom}",
        liste=f"{racine}{url_for(point)}?{urlencode(parametres())}",
        ici=racine + request.full_path.rstrip("?"),
        maj=maj,
        entrees=entrees,
        racine=racine,
        auteur=territoire.contact_nom or territoire.nom,
    )
    return Response(page, mimetype="application/atom+xml")


@bp.get("/marches.atom")
@public
def marches() -> Response:
    """Live marchés, newest first."""
    with contexte().lecture() as s:
        d = lire_demande(s)
        page = marches_publics(s, d.territoire.id, filtres_marches(d), jour_demande())
    entrees = [
        Entree(
            url_for("public_catalogue.marche", ref=m.ref),
            m.intitule,
            m.maj_le,
            ", ".join(
                x for x in (m.acheteur, m.commune, m.metier or m.secteur, f"{m.heures_prevues:f} h prévues") if x
            ),
        )
        for m in page.lignes
    ]
    return _flux("Marchés clausés en cours", "public_catalogue.marches", entrees, d.territoire)


@bp.get("/offres.atom")
@public
def offres() -> Response:
    """Openings, newest first."""
    with contexte().lecture() as s:
        d = lire_demande(s)
        page = offres_publiques(s, d.territoire.id, filtres_offres(d), jour_demande())
    entrees = [
        Entree(
            url_for("public_catalogue.offre", ref=o.ref),
            f"{o.intitule}, {o.commune}" + (" (exemple)" if o.exemple else ""),
            o.confirmee_le or o.publiee_le or contexte().horloge(),
            f"{o.organisation}, {o.contrat}" + (f", {o.heures_hebdo:f} h par semaine" if o.heures_hebdo else ""),
        )
        for o in page.lignes
    ]
    return _flux("Offres ouvertes", "public_catalogue.offres", entrees, d.territoire)
