"""The catalogue open to all: live marchés, openings, structures. No lateness, no person, nothing to sign."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, abort, render_template, request
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.marches.secteurs import SECTEURS
from marketplace.offres.models import EtatOffre
from marketplace.offres.queries import offre as lire_offre
from marketplace.recherche.activites import FAMILLES
from marketplace.recherche.cartes import Situe, carte_des_lieux
from marketplace.recherche.lieux import RAYONS
from marketplace.recherche.marches import marche_public, marches_par_commune, marches_publics
from marketplace.recherche.offres import offres_de_la_structure, offres_du_marche, offres_publiques
from marketplace.recherche.structures import (
    structure_publique,
    structures_par_commune,
    structures_publiques,
)
from marketplace.web.public.demandes import (
    Demande,
    detaille,
    filtres_marches,
    filtres_offres,
    filtres_structures,
    jour_demande,
    lire_demande,
    parametres,
    territoire_demande,
)
from marketplace.web.socle.acces import contexte, public
from marketplace.web.socle.securite import limiteur, sans_recherche
from marketplace.web.socle.vues import ouverture, vues_de_la_liste

bp = Blueprint("public_catalogue", __name__)

Lieu = TypeVar("Lieu", bound=Situe)

TYPES_OFFRES = (TypeOrganisation.ENTREPRISE, *(t for t in TypeOrganisation if t in STRUCTURES_INSERTION))


def _carte(
    s: Session, d: Demande, compter: Callable[[], tuple[Lieu, ...]], poids: Callable[[Lieu], float]
) -> dict[str, Any]:
    """What the page needs to show its answer as a map, counted only when the map is asked for."""
    if request.args.get("vue") != "carte":
        return {"vue_carte": False, "carte": None, "lieux": ()}
    lieux = compter()
    return {"vue_carte": True, "carte": carte_des_lieux(s, d.territoire.departements, lieux, poids), "lieux": lieux}


@bp.get("/marches")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def marches() -> Any:
    """Live marchés, as a list or a map of the same."""
    jour = jour_demande()
    with contexte().lecture() as s:
        vues = vues_de_la_liste(s, "marches")
        if (suite := ouverture(vues)) is not None:
            return suite
        d = lire_demande(s)
        filtres, tout_dire = filtres_marches(d), detaille(s, d.territoire)
        page = marches_publics(s, d.territoire.id, filtres, jour, page=d.page, detaille=tout_dire, facettes=True)
        carte = _carte(
            s, d, partial(marches_par_commune, s, d.territoire.id, filtres, jour), lambda li: float(li.heures_prevues)
        )
    return render_template(
        "public/marches.html",
        d=d,
        page=page,
        filtres=filtres,
        secteurs=SECTEURS,
        rayons=RAYONS,
        parametres=parametres(),
        detaille=tout_dire,
        **carte,
        vues=vues,
    )


@bp.get("/marches/<ref>")
@public
def marche(ref: str) -> Any:
    """One marché: what will be worked, where, when, whom to call."""
    with contexte().lecture() as s:
        territoire = territoire_demande(s)
        tout_dire = detaille(s, territoire)
        fiche = marche_public(s, territoire.id, ref, jour_demande(), detaille=tout_dire)
        if fiche is None:
            abort(404)
        offres = offres_du_marche(s, fiche.marche.id, detaille=tout_dire)
    return render_template(
        "public/marche.html", f=fiche, m=fiche.marche, offres=offres, territoire=territoire, detaille=tout_dire
    )


@bp.get("/offres")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def offres() -> Any:
    """Openings."""
    with contexte().lecture() as s:
        vues = vues_de_la_liste(s, "offres")
        if (suite := ouverture(vues)) is not None:
            return suite
        d = lire_demande(s)
        filtres = filtres_offres(d)
        page = offres_publiques(s, d.territoire.id, filtres, jour_demande(), page=d.page, facettes=True)
    return render_template(
        "public/offres.html",
        d=d,
        page=page,
        rayons=RAYONS,
        types={t.value: LIBELLES_TYPES[t] for t in TYPES_OFFRES},
        parametres=parametres(),
        vues=vues,
    )


@bp.get("/offres/<ref>")
@public
def offre(ref: str) -> Any:
    """One opening."""
    with contexte().lecture() as s:
        territoire = territoire_demande(s)
        o = lire_offre(s, territoire.id, ref)
        if o.etat is not EtatOffre.PUBLIEE:
            abort(404)
        structure = structure_publique(s, territoire.id, o.organisation_ref)
        du_marche = None if o.marche_ref is None else marche_public(s, territoire.id, o.marche_ref, jour_demande())
        # The employer's name beside the marché would tell a visitor who its titulaire is.
        dit_le_titulaire = du_marche is not None and du_marche.titulaire_id == o.organisation_id
        visible = du_marche is not None and (detaille(s, territoire) or not dit_le_titulaire)
    return render_template("public/offre.html", o=o, structure=structure, territoire=territoire, marche_visible=visible)


@bp.get("/structures")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def structures() -> Any:
    """Structures of insertion and of handicap: type × activity × distance, as a list or a map of the same."""
    jour = jour_demande()
    with contexte().lecture() as s:
        vues = vues_de_la_liste(s, "structures")
        if (suite := ouverture(vues)) is not None:
            return suite
        d = lire_demande(s)
        filtres = filtres_structures(d)
        page = structures_publiques(s, d.territoire.id, filtres, jour, page=d.page, facettes=True)
        carte = _carte(
            s, d, partial(structures_par_commune, s, d.territoire.id, filtres, jour), lambda li: float(li.structures)
        )
    return render_template(
        "public/structures.html",
        d=d,
        page=page,
        filtres=filtres,
        rayons=RAYONS,
        types={t.value: LIBELLES_TYPES[t] for t in TypeOrganisation if t in STRUCTURES_INSERTION},
        activites=tuple(FAMILLES),
        parametres=parametres(),
        **carte,
        jour=jour,
        vues=vues,
    )


@bp.get("/structures/<ref>")
@public
def structure(ref: str) -> Any:
    """One structure: what it does, how to reach it, its openings."""
    jour = jour_demande()
    with contexte().lecture() as s:
        territoire = territoire_demande(s)
        fiche = structure_publique(s, territoire.id, ref)
        if fiche is None:
            abort(404)
        ouvertes = offres_de_la_structure(s, fiche.id)
    return render_template(
        "public/structure.html", f=fiche, offres=ouvertes, territoire=territoire, perimee=fiche.perimee(jour)
    )
