"""What the address of a public list asks for, read with indulgence: what cannot be read filters nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import abort, request
from sqlalchemy.orm import Session

from marketplace.comptes.models import STRUCTURES_INSERTION, TypeOrganisation
from marketplace.erreurs import RegleViolee
from marketplace.marches.secteurs import SECTEURS
from marketplace.metiers.queries import chercher_appellations, libelles_metiers
from marketplace.offres.models import TypeContrat
from marketplace.recherche.activites import FAMILLES
from marketplace.recherche.lectures import TRANCHES
from marketplace.recherche.lieux import RAYONS, Lieu, lire_lieu
from marketplace.recherche.marches import FiltresMarches
from marketplace.recherche.offres import FiltresOffresPubliques
from marketplace.recherche.structures import FiltresStructures
from marketplace.territoire.queries import TerritoireVu, reglages_au, territoires
from marketplace.valeurs import lire_decimal
from marketplace.web.socle.acces import acteur_ou_rien, contexte
from marketplace.web.socle.listes import date_lue

LONGUEUR = 100
CODE_ROME = re.compile(r"[A-Z]\d{4}")


@dataclass(frozen=True, slots=True)
class Demande:
    """What every public list shares."""

    texte: str
    lieu: Lieu
    rayon: int
    code_rome: str
    metier: str
    page: int
    territoire: TerritoireVu

    @property
    def phrase(self) -> str:
        """The filters on place and trade, in words."""
        return ", ".join(m for m in (self.lieu.phrase, self.metier and f"métier : {self.metier}") if m)


def texte_cherche() -> str:
    """The words typed."""
    return request.args.get("q", "").strip()[:LONGUEUR]


def _entier(nom: str, defaut: int) -> int:
    brut = request.args.get(nom, "")
    return int(brut) if brut.isdigit() and len(brut) < 7 else defaut


def _decimal(nom: str) -> Decimal | None:
    try:
        return lire_decimal(request.args[nom]) if request.args.get(nom, "").strip() else None
    except RegleViolee:
        return None


def territoire_demande(s: Session) -> TerritoireVu:
    """The territory of the one signed in, the one the address names, else the first. 404 when there is none."""
    tous, moi, code = territoires(s), acteur_ou_rien(), request.args.get("territoire", "")
    for voulu in tous:
        if (moi is not None and voulu.id == moi.territoire_id) or (moi is None and voulu.code == code):
            return voulu
    if not tous:
        abort(404)
    return tous[0]


def _metier(s: Session) -> tuple[str, str]:
    """(code, what it was read as): the code of a facet, else the trade typed; empty when it is none."""
    code = request.args.get("code_rome", "")
    if CODE_ROME.fullmatch(code) and (libelle := libelles_metiers(s, [code]).get(code)):
        return code, libelle
    texte = request.args.get("metier", "").strip()[:LONGUEUR]
    trouves = chercher_appellations(s, texte, 1) if texte else ()
    return (trouves[0].code_rome, trouves[0].libelle_metier) if trouves else ("", "")


def lire_demande(s: Session) -> Demande:
    """What this address asks of any list."""
    territoire = territoire_demande(s)
    rayon = _entier("rayon", 20)
    rayon = rayon if rayon in RAYONS else 20
    lieu = lire_lieu(s, request.args.get("commune", "")[:LONGUEUR], rayon, territoire.departements)
    code, metier = _metier(s)
    return Demande(texte_cherche(), lieu, rayon, code, metier, _entier("page", 1), territoire)


def detaille(s: Session, territoire: TerritoireVu) -> bool:
    """Hours left and titulaire: for a professional account, or for all where the territory says so."""
    if acteur_ou_rien() is not None:
        return True
    return reglages_au(s, territoire.id, contexte().aujourdhui()).catalogue_detaille


def parametres() -> dict[str, str]:
    """The filters of the address, to keep in the links of the page."""
    return {k: v for k, v in request.args.items() if v and k not in {"page", "tout"}}


def _parmi(nom: str, connus: object) -> str:
    brut = request.args.get(nom, "")
    return brut if brut in connus else ""  # type: ignore[operator]


def filtres_marches(d: Demande) -> FiltresMarches:
    """The filters of the list of marchés."""
    acheteur = request.args.get("acheteur", "")
    return FiltresMarches(
        texte=d.texte,
        distances=d.lieu.distances,
        secteur=_parmi("secteur", SECTEURS),
        code_rome=d.code_rome,
        acheteur=acheteur if acheteur.isdigit() and len(acheteur) < 12 else "",
        encore_le=date_lue("encore_le"),
        heures_min=_borne(_decimal("heures_min")),
    )


def _borne(heures: Decimal | None) -> Decimal | None:
    """A bound that a base can hold."""
    return None if heures is None else min(max(heures, Decimal(0)), Decimal(10_000_000))


def types_demandes() -> tuple[TypeOrganisation, ...]:
    """The kind of organisation asked for, if it is one."""
    brut = request.args.get("type", "")
    return (TypeOrganisation(brut),) if brut in set(TypeOrganisation) else ()


def filtres_offres(d: Demande) -> FiltresOffresPubliques:
    """The filters of the list of openings."""
    return FiltresOffresPubliques(
        texte=d.texte,
        distances=d.lieu.distances,
        code_rome=d.code_rome,
        types=types_demandes(),
        contrat=_parmi("contrat", {c.value for c in TypeContrat}),
        temps=_parmi("temps", {code for code, _, _ in TRANCHES}),
        heures_min=_borne(_decimal("heures_min")),
        heures_max=_borne(_decimal("heures_max")),
        debut_avant=date_lue("debut_avant"),
    )


def filtres_structures(d: Demande) -> FiltresStructures:
    """The filters of the directory."""
    return FiltresStructures(
        texte=d.texte,
        types=tuple(t for t in types_demandes() if t in STRUCTURES_INSERTION),
        activite=_parmi("activite", FAMILLES),
        code_rome=d.code_rome,
        recrute=request.args.get("recrute") == "oui",
        distances=d.lieu.distances,
    )


def jour_demande() -> date:
    """Today."""
    return contexte().aujourdhui()
