"""The calculator: how many hours a clause may ask for. No account needed; its address is the record."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.calculs import LIBELLES_CAS, Calcul, Cas, calculer
from marketplace.marches.rules.dimensionnement import Faisabilite, etudier_faisabilite
from marketplace.territoire.queries import Reglages, TerritoireVu, reglages_au, territoires
from marketplace.territoire.reglages import DEFAUTS
from marketplace.valeurs import lire_decimal
from marketplace.web.socle.acces import acteur_ou_rien, contexte, public
from marketplace.web.socle.calibrages import (
    cas_choisi,
    contexte_de_saisie,
    pour_dimensionnement,
    textes_lus,
    valeurs_du_territoire,
)

bp = Blueprint("public_calculette", __name__)


def territoire_de_la_page(s: Session) -> TerritoireVu | None:
    """The territory of the signed-in reader, else the first one."""
    tous, moi = territoires(s), acteur_ou_rien()
    if moi is not None:
        return next((t for t in tous if t.id == moi.territoire_id), None)
    return tous[0] if tous else None


def lire_territoire() -> tuple[TerritoireVu | None, Reglages]:
    """The territory and its settings of today; the product's defaults when there is none yet."""
    ctx = contexte()
    with ctx.lecture() as s:
        territoire = territoire_de_la_page(s)
        return territoire, DEFAUTS if territoire is None else reglages_au(s, territoire.id, ctx.aujourdhui())


def faisabilite_de(calcul: Calcul, duree: str, r: Reglages, vivier: int | None = None) -> Faisabilite | None:
    """What to look at before the clause is fixed; None without a duration. Raises RegleViolee next to it."""
    if not duree:
        return None
    mois = lire_decimal(duree, champ="duree")
    if mois != mois.to_integral_value() or mois > 600:
        raise RegleViolee("Donnez une durée en mois entiers.", champ="duree")
    try:
        return etudier_faisabilite(calcul.heures, int(mois), vivier, pour_dimensionnement(r))
    except RegleViolee as refus:
        raise RegleViolee(refus.message, champ="duree") from None


@bp.get("/calculette")
@public
def calculette() -> Any:
    """The kind of calculation, a few fields and the result at once, formula in words."""
    territoire, r = lire_territoire()
    cas = cas_choisi(request.args.get("mode"))
    corps = request.args.get("corps", "")[:80]
    textes = textes_lus(request.args, cas, valeurs_du_territoire(r, cas, corps))
    calcul = faisabilite = None
    erreurs: dict[str, str] = {}
    if any(request.args.get(champ) for champ in ("montant", "heures")):
        try:
            calcul = calculer(cas, textes, contexte().aujourdhui(), pour_dimensionnement(r))
            faisabilite = faisabilite_de(calcul, textes.get("duree", ""), r)
        except RegleViolee as refus:
            calcul = None
            erreurs[refus.champ or ""] = refus.message
    page = render_template(
        "public/calculette.html",
        libelles_cas=LIBELLES_CAS,
        erreurs=erreurs,
        calcul=calcul,
        faisabilite=faisabilite,
        territoire=territoire,
        a_documenter=calcul is not None and cas in (Cas.MARCHE, Cas.BONS, Cas.TRANCHES, Cas.REPRISE),
        **contexte_de_saisie(r, cas, textes, corps),
    )
    return page, 422 if erreurs else 200
