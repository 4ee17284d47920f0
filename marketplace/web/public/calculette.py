"""The calculator: how many hours a clause may ask for. No account needed; its address is the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.avenants import Avenant, EffetHeures, reviser
from marketplace.marches.rules.dimensionnement import (
    ReglagesDimensionnement,
    dimensionner,
    etudier_faisabilite,
    objectif_anru,
    objectif_bons_de_commande,
    objectif_reprise_personnel,
    ratio_bons_de_commande,
)
from marketplace.marches.rules.phrases import formule_en_texte
from marketplace.territoire.queries import Reglages, TerritoireVu, reglages_au, territoires
from marketplace.territoire.reglages import DEFAUTS
from marketplace.valeurs import lire_decimal
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public
from marketplace.web.socle.calibrages import CENT, pour_dimensionnement

bp = Blueprint("public_calculette", __name__)

MODES = {
    "marche": "Un marché",
    "bons": "Un accord-cadre à bons de commande",
    "reprise": "Un marché avec reprise du personnel",
    "anru": "Une opération de renouvellement urbain",
    "avenant": "Un avenant au marché",
}
VOLETS = {"travaux": "Travaux", "ingenierie": "Ingénierie", "gestion_urbaine": "Gestion urbaine de proximité"}


@dataclass(frozen=True, slots=True)
class Resultat:
    """Hours, how they were reached, and what advises against."""

    heures: Decimal
    formule: str
    exact: Decimal | None = None
    etp: Decimal | None = None
    reserves: tuple[str, ...] = ()


class Lecture:
    """Fields of the address: their text, what it was read as, and the error next to each."""

    def __init__(self, args: Mapping[str, str], defauts: Mapping[str, str]) -> None:
        self.textes = {**defauts, **{k: v.strip()[:40] for k, v in args.items() if v.strip()}}
        self.erreurs: dict[str, str] = {}

    def nombre(self, champ: str) -> Decimal:
        """The number typed in a field. Raises RegleViolee next to it."""
        texte = self.textes.get(champ, "")
        if not texte:
            raise RegleViolee("Remplissez ce champ.", champ=champ)
        return lire_decimal(texte.rstrip("%€h "), champ=champ)

    def part(self, champ: str) -> Decimal:
        """A percentage, as a share."""
        return self.nombre(champ) / CENT


def _territoire(s: Session) -> TerritoireVu | None:
    tous, moi = territoires(s), acteur_ou_rien()
    if moi is not None:
        return next((t for t in tous if t.id == moi.territoire_id), None)
    return tous[0] if tous else None


def _marche(lu: Lecture, le: date, r: ReglagesDimensionnement) -> Resultat:
    c = dimensionner(lu.nombre("montant"), lu.part("part"), lu.part("taux"), lu.nombre("cout"), le, r)
    etp: Decimal | None = None
    reserves: tuple[str, ...] = ()
    if lu.textes.get("duree"):
        faisabilite = etudier_faisabilite(c.heures, int(lu.nombre("duree")), None, r)
        etp, reserves = faisabilite.etp, faisabilite.reserves
    return Resultat(c.heures, formule_en_texte(c), c.exact, etp, reserves)


def _bons(lu: Lecture, le: date, r: ReglagesDimensionnement) -> Resultat:
    ratio = ratio_bons_de_commande(lu.part("part"), lu.part("taux"), lu.nombre("cout"), le)
    heures = objectif_bons_de_commande(ratio, [lu.nombre("montant")], r)
    texte = format(ratio.normalize(), "f").replace(".", ",")
    return Resultat(heures, f"{texte} h pour 1 000 € commandés. L'objectif suit les commandes.")


def _reprise(lu: Lecture, _: date, r: ReglagesDimensionnement) -> Resultat:
    heures = objectif_reprise_personnel(lu.nombre("heures"), lu.part("repris"), lu.part("taux"), r)
    return Resultat(heures, "Le taux d'effort porte sur les heures nouvelles, pas sur celles du personnel repris.")


def _anru(lu: Lecture, _: date, r: ReglagesDimensionnement) -> Resultat:
    heures = objectif_anru(lu.nombre("heures"), lu.textes.get("volet", ""), r)
    return Resultat(heures, "Heures réservées aux habitants des quartiers, comptées à part de l'objectif du marché.")


def _avenant(lu: Lecture, le: date, r: ReglagesDimensionnement) -> Resultat:
    avenant = Avenant(le, "avenant", EffetHeures.PRORATA, lu.nombre("montant"), lu.nombre("nouveau"))
    revision = reviser(lu.nombre("heures"), avenant, arrondi_pas=r.arrondi_pas, arrondi_mode=r.arrondi_mode)
    return Resultat(revision.apres, "Heures × nouveau montant ÷ ancien montant, si l'avenant dit que l'objectif suit.")


CALCULS: Mapping[str, Callable[[Lecture, date, ReglagesDimensionnement], Resultat]] = {
    "marche": _marche,
    "bons": _bons,
    "reprise": _reprise,
    "anru": _anru,
    "avenant": _avenant,
}


def _defauts(r: Reglages, corps: str) -> dict[str, str]:
    def texte(valeur: Decimal) -> str:
        return format(valeur.normalize(), "f").replace(".", ",")

    defauts = {"taux": str(r.taux_effort[0]), "cout": texte(r.cout_horaire)}
    part = r.parts_main_oeuvre.get(corps)
    return defauts if part is None else defauts | {"part": texte(part * CENT)}


@bp.get("/calculette")
@public
def calculette() -> tuple[str, int]:
    """Three fields and the result at once, formula in words."""
    ctx = contexte()
    with ctx.lecture() as s:
        territoire = _territoire(s)
        r = DEFAUTS if territoire is None else reglages_au(s, territoire.id, ctx.aujourdhui())
    mode = request.args.get("mode", "marche")
    mode = mode if mode in MODES else "marche"
    corps = request.args.get("corps", "")
    lu = Lecture({k: v for k, v in request.args.items() if k not in {"mode", "corps"}}, _defauts(r, corps))
    resultat = None
    if any(request.args.get(champ) for champ in ("montant", "heures")):
        try:
            resultat = CALCULS[mode](lu, ctx.aujourdhui(), pour_dimensionnement(r))
        except RegleViolee as refus:
            champs = {
                "montant_ht": "montant",
                "part_main_oeuvre": "part",
                "taux_effort": "taux",
                "cout_horaire": "cout",
            }
            champs |= {"part_reprise": "repris", "duree_mois": "duree", "montant_apres": "nouveau"}
            lu.erreurs[champs.get(refus.champ or "", refus.champ or "")] = refus.message
    page = render_template(
        "public/calculette.html",
        mode=mode,
        modes=MODES,
        volets=VOLETS,
        corps=corps,
        reglages=r,
        lu=lu,
        resultat=resultat,
        territoire=territoire,
    )
    return page, 422 if lu.erreurs else 200
