"""The catalogue open to all: live marchés, openings, structures. No lateness, no person, nothing to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request, url_for
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, TypeOrganisation
from marketplace.comptes.queries import LIBELLES_TYPES
from marketplace.erreurs import Introuvable, RegleViolee
from marketplace.marches.secteurs import SECTEURS
from marketplace.metiers.queries import chercher_appellations
from marketplace.offres.models import EtatOffre
from marketplace.offres.queries import offre as lire_offre
from marketplace.recherche.cartes import carte_des_marches
from marketplace.recherche.lieux import RAYONS, Lieu, lire_lieu
from marketplace.recherche.marches import (
    FiltresMarches,
    LieuDeMarches,
    marche_public,
    marches_par_commune,
    marches_publics,
)
from marketplace.recherche.offres import (
    FiltresOffresPubliques,
    offres_de_la_structure,
    offres_du_marche,
    offres_publiques,
)
from marketplace.recherche.structures import structure_publique, structures_publiques
from marketplace.territoire.queries import TerritoireVu, reglages_au, territoires
from marketplace.valeurs import cle, lire_decimal
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public
from marketplace.web.socle.securite import limiteur, sans_recherche

bp = Blueprint("public_catalogue", __name__)

TYPES_OFFRES = (TypeOrganisation.ENTREPRISE, *(t for t in TypeOrganisation if t in STRUCTURES_INSERTION))
LONGUEUR = 100


@dataclass(frozen=True, slots=True)
class Demande:
    """What the address asks for, read with indulgence: what cannot be read filters nothing."""

    texte: str
    lieu: Lieu
    rayon: int
    code_rome: str
    metier: str
    page: int
    territoire: TerritoireVu


@dataclass(frozen=True, slots=True)
class Entree:
    """One entry of a feed."""

    adresse: str
    titre: str
    maj_le: datetime
    resume: str


def _entier(nom: str, defaut: int) -> int:
    brut = request.args.get(nom, "")
    return int(brut) if brut.isdigit() and len(brut) < 7 else defaut


def _decimal(nom: str) -> Decimal | None:
    try:
        return lire_decimal(request.args[nom]) if request.args.get(nom, "").strip() else None
    except RegleViolee:
        return None


def _jour(nom: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(nom, ""))
    except ValueError:
        return None


def _territoire(s: Session) -> TerritoireVu:
    """The territory of the one signed in, the one the address names, else the first. 404 when there is none."""
    tous, moi, code = territoires(s), acteur_ou_rien(), request.args.get("territoire", "")
    for voulu in tous:
        if (moi is not None and voulu.id == moi.territoire_id) or (moi is None and voulu.code == code):
            return voulu
    if not tous:
        abort(404)
    return tous[0]


def _metier(s: Session, texte: str) -> tuple[str, str]:
    """(code, what it was read as) of the trade typed; empty when it is none."""
    if not texte:
        return "", ""
    trouves = chercher_appellations(s, texte, 1)
    return (trouves[0].code_rome, trouves[0].libelle_metier) if trouves else ("", "")


def _lire(s: Session) -> Demande:
    territoire = _territoire(s)
    rayon = _entier("rayon", 20)
    rayon = rayon if rayon in RAYONS else 20
    lieu = lire_lieu(s, request.args.get("commune", "")[:LONGUEUR], rayon, territoire.departements)
    code, metier = _metier(s, request.args.get("metier", "").strip()[:LONGUEUR])
    texte = request.args.get("q", "").strip()[:LONGUEUR]
    return Demande(texte, lieu, rayon, code, metier, _entier("page", 1), territoire)


def _detaille(s: Session, territoire: TerritoireVu) -> bool:
    """Hours left and titulaire: for a professional account, or for all where the territory says so."""
    if acteur_ou_rien() is not None:
        return True
    return reglages_au(s, territoire.id, contexte().aujourdhui()).catalogue_detaille


def _parametres() -> dict[str, str]:
    return {k: v for k, v in request.args.items() if v and k != "page"}


def _types() -> tuple[TypeOrganisation, ...]:
    brut = request.args.get("type", "")
    return (TypeOrganisation(brut),) if brut in set(TypeOrganisation) else ()


def _phrase(*morceaux: str) -> str:
    return ", ".join(m for m in morceaux if m)


@bp.get("/marches")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def marches() -> Any:
    """Live marchés, as a list or a map of the same."""
    with contexte().lecture() as s:
        d = _lire(s)
        filtres = _filtres_marches(d)
        detaille = _detaille(s, d.territoire)
        page = marches_publics(s, d.territoire.id, filtres, page=d.page, detaille=detaille)
        carte, lieux = None, tuple[LieuDeMarches, ...]()
        if request.args.get("vue") == "carte":
            lieux = marches_par_commune(s, d.territoire.id, filtres)
            carte = carte_des_marches(s, d.territoire.departements, lieux)
    return render_template(
        "public/marches.html",
        d=d,
        page=page,
        filtres=filtres,
        secteurs=SECTEURS,
        rayons=RAYONS,
        parametres=_parametres(),
        detaille=detaille,
        vue_carte=request.args.get("vue") == "carte",
        carte=carte,
        lieux=lieux,
        phrase=_phrase(d.lieu.phrase, d.metier and f"métier : {d.metier}"),
    )


def _filtres_marches(d: Demande) -> FiltresMarches:
    secteur = request.args.get("secteur", "")
    return FiltresMarches(
        texte=d.texte,
        distances=d.lieu.distances,
        secteur=secteur if secteur in SECTEURS else "",
        code_rome=d.code_rome,
        encore_le=_jour("encore_le"),
        heures_min=_decimal("heures_min"),
    )


def _filtres_offres(d: Demande) -> FiltresOffresPubliques:
    return FiltresOffresPubliques(
        texte=d.texte,
        distances=d.lieu.distances,
        code_rome=d.code_rome,
        types=_types(),
        heures_min=_decimal("heures_min"),
        heures_max=_decimal("heures_max"),
        debut_avant=_jour("debut_avant"),
    )


def _flux(titre: str, point: str, entrees: Sequence[Entree], territoire: TerritoireVu) -> Response:
    """An Atom feed: what a feed reader shows is what the list shows, never more."""
    maj = max((e.maj_le for e in entrees), default=contexte().horloge())
    racine = contexte().config.adresse_publique
    page = render_template(
        "public/flux.xml",
        titre=f"{titre}, {territoire.nom}",
        liste=f"{racine}{url_for(point)}?{urlencode(_parametres())}",
        ici=racine + request.full_path.rstrip("?"),
        maj=maj,
        entrees=entrees,
        racine=racine,
        auteur=territoire.contact_nom or territoire.nom,
    )
    return Response(page, mimetype="application/atom+xml")


@bp.get("/marches.atom")
@public
def marches_atom() -> Response:
    """The same list as a feed, newest first."""
    with contexte().lecture() as s:
        d = _lire(s)
        page = marches_publics(s, d.territoire.id, _filtres_marches(d))
    entrees = [
        Entree(
            url_for(".marche", ref=m.ref),
            m.intitule,
            m.maj_le,
            ", ".join(
                x for x in (m.acheteur, m.commune, m.metier or m.secteur, f"{m.heures_prevues:f} h prévues") if x
            ),
        )
        for m in page.lignes
    ]
    return _flux("Marchés clausés en cours", ".marches", entrees, d.territoire)


@bp.get("/offres.atom")
@public
def offres_atom() -> Response:
    """The same list as a feed, newest first."""
    with contexte().lecture() as s:
        d = _lire(s)
        page = offres_publiques(s, d.territoire.id, _filtres_offres(d))
    entrees = [
        Entree(
            url_for(".offre", ref=o.ref),
            f"{o.intitule}, {o.commune}" + (" (exemple)" if o.exemple else ""),
            o.confirmee_le or o.publiee_le or contexte().horloge(),
            f"{o.organisation}, {o.contrat}, {o.heures_hebdo:f} h par semaine",
        )
        for o in page.lignes
    ]
    return _flux("Offres ouvertes", ".offres", entrees, d.territoire)


@bp.get("/marches/<ref>")
@public
def marche(ref: str) -> Any:
    """One marché: what will be worked, where, when, whom to call."""
    with contexte().lecture() as s:
        territoire = _territoire(s)
        detaille = _detaille(s, territoire)
        fiche = marche_public(s, territoire.id, ref, detaille=detaille)
        if fiche is None:
            abort(404)
        offres = offres_du_marche(s, fiche.marche.id, detaille=detaille)
    return render_template(
        "public/marche.html", f=fiche, m=fiche.marche, offres=offres, territoire=territoire, detaille=detaille
    )


@bp.get("/offres")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def offres() -> Any:
    """Openings."""
    with contexte().lecture() as s:
        d = _lire(s)
        filtres = _filtres_offres(d)
        page = offres_publiques(s, d.territoire.id, filtres, page=d.page)
    return render_template(
        "public/offres.html",
        d=d,
        page=page,
        rayons=RAYONS,
        types={t.value: LIBELLES_TYPES[t] for t in TYPES_OFFRES},
        parametres=_parametres(),
        phrase=_phrase(d.lieu.phrase, d.metier and f"métier : {d.metier}"),
    )


@bp.get("/offres/<ref>")
@public
def offre(ref: str) -> Any:
    """One opening."""
    with contexte().lecture() as s:
        territoire = _territoire(s)
        try:
            o = lire_offre(s, territoire.id, ref)
        except Introuvable:
            abort(404)
        if o.etat is not EtatOffre.PUBLIEE:
            abort(404)
        structure = structure_publique(s, territoire.id, o.organisation_ref)
        du_marche = None if o.marche_ref is None else marche_public(s, territoire.id, o.marche_ref)
        # The employer's name beside the marché would tell a visitor who its titulaire is.
        dit_le_titulaire = du_marche is not None and du_marche.titulaire_id == o.organisation_id
        visible = du_marche is not None and (_detaille(s, territoire) or not dit_le_titulaire)
    return render_template("public/offre.html", o=o, structure=structure, territoire=territoire, marche_visible=visible)


@bp.get("/structures")
@limiteur.limit("120 per minute", exempt_when=sans_recherche)
@public
def structures() -> Any:
    """Structures of insertion and of handicap: type × activity × distance."""
    with contexte().lecture() as s:
        d = _lire(s)
        page = structures_publiques(
            s,
            d.territoire.id,
            texte=d.texte,
            types=_types(),
            distances=d.lieu.distances,
            page=d.page,
        )
    return render_template(
        "public/structures.html",
        d=d,
        page=page,
        rayons=RAYONS,
        types={t.value: LIBELLES_TYPES[t] for t in TypeOrganisation if t in STRUCTURES_INSERTION},
        parametres=_parametres(),
        phrase=d.lieu.phrase,
    )


@bp.get("/structures/<ref>")
@public
def structure(ref: str) -> Any:
    """One structure: what it does, how to reach it, its openings."""
    with contexte().lecture() as s:
        territoire = _territoire(s)
        fiche = structure_publique(s, territoire.id, ref)
        if fiche is None:
            abort(404)
        ouvertes = offres_de_la_structure(s, fiche.id)
    perimee = (
        fiche.source_le is not None and cle(fiche.source) and ((contexte().aujourdhui() - fiche.source_le).days > 365)
    )
    return render_template("public/structure.html", f=fiche, offres=ouvertes, territoire=territoire, perimee=perimee)
