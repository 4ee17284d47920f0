"""dimensionner: how many hours a clause asks for, in each of the kinds the calculator knows (R13, R18 to R23)."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.app import horloge
from marketplace.cli.base import jour
from marketplace.cli.sortie import dire, imprimer_json
from marketplace.contexte import PARIS
from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.calculs import (
    AVEC_FORMULE,
    CENT,
    MEMBRES,
    TRANCHES,
    VOLETS,
    Calcul,
    Cas,
    calculer,
    nombre_simple,
)
from marketplace.marches.rules.dimensionnement import ReglagesDimensionnement, etudier_faisabilite
from marketplace.valeurs import lire_decimal

_FORMULE = ("montant", "part_mo", "taux_effort", "cout_horaire")
_EXIGEES: Mapping[Cas, tuple[str, ...]] = {
    **dict.fromkeys(AVEC_FORMULE, _FORMULE),
    Cas.REPRISE: ("heures", "part_reprise", "taux_effort"),
    Cas.ANRU: ("heures", "volet"),
    Cas.GROUPEMENT: ("heures", "membre"),
    Cas.AVENANT: ("heures", "montant", "nouveau_montant"),
}
_ENTREES = {
    "montant": "montant",
    "part_mo": "part",
    "taux_effort": "taux",
    "cout_horaire": "cout",
    "heures": "heures",
    "part_reprise": "repris",
    "nouveau_montant": "nouveau",
}
"""Option → entry of the calculation."""
_PARTS = frozenset({"part_mo", "taux_effort", "part_reprise"})
"""Shares, typed in ]0;1] here and read in percent by the calculation."""


def ajouter(commandes: Any) -> None:
    """Declare the command."""
    p = commandes.add_parser("dimensionner", help="calcule les heures d'insertion d'une clause")
    p.add_argument("--cas", choices=[c.value for c in Cas], default=Cas.MARCHE.value, help="ce qui se calcule")
    p.add_argument("--montant", type=nombre, help="montant du marché, en euros HT")
    p.add_argument("--part-mo", type=nombre, help="part de main d'œuvre, entre 0 et 1")
    p.add_argument("--taux-effort", type=nombre, help="taux d'effort, entre 0 et 1")
    p.add_argument("--cout-horaire", type=nombre, help="coût horaire chargé, en euros")
    p.add_argument("--tranche", type=nombre, action="append", metavar="MONTANT", help="tranche optionnelle, à répéter")
    p.add_argument("--affermie", type=int, action="append", metavar="N", help="rang d'une tranche affermie, à répéter")
    p.add_argument("--heures", type=nombre, help="heures travaillées (reprise, anru) ou objectif (groupement, avenant)")
    p.add_argument("--part-reprise", type=nombre, help="part du personnel repris, entre 0 et 1")
    p.add_argument("--volet", choices=list(VOLETS), help="volet du renouvellement urbain")
    p.add_argument("--membre", type=membre, action="append", metavar="NOM=PART", help="part d'un membre, à répéter")
    p.add_argument("--nouveau-montant", type=nombre, help="montant après l'avenant, en euros HT")
    p.add_argument("--duree-mois", type=int, help="durée du marché, pour l'équivalent temps plein")
    p.add_argument("--arrondi", choices=["demi_superieur", "plancher"], default="demi_superieur")
    p.add_argument("--pas", type=nombre, default=Decimal(1), help="arrondi au multiple de ce nombre d'heures")
    p.add_argument("--le", type=jour, metavar="DATE", help="date du calcul (AAAA-MM-JJ)")
    p.add_argument("--json", action="store_true")
    p.set_defaults(action=dimensionner)


def nombre(texte: str) -> Decimal:
    """A decimal of the command line, French or not."""
    try:
        return lire_decimal(texte)
    except RegleViolee as refus:
        raise argparse.ArgumentTypeError(refus.message) from None


def membre(texte: str) -> tuple[str, Decimal]:
    """A member of a groupement and its share in ]0;1]: « Terrassier=0.6 »."""
    nom, egal, part = texte.rpartition("=")
    if not egal or not nom.strip():
        raise argparse.ArgumentTypeError("écrivez NOM=PART, par exemple « Terrassier=0.6 »")
    return nom.strip(), nombre(part)


def _entrees(args: argparse.Namespace, cas: Cas) -> dict[str, str]:
    """The options as the calculation reads them. Raises RegleViolee naming the option that is missing or too many."""
    manquent = [f"--{o.replace('_', '-')}" for o in _EXIGEES[cas] if getattr(args, o) in (None, [])]
    if manquent:
        raise RegleViolee(f"Pour ce calcul, ajoutez {', '.join(manquent)}.")
    entrees = {}
    for option, champ in _ENTREES.items():
        valeur = getattr(args, option)
        if valeur is not None:
            entrees[champ] = nombre_simple(valeur * CENT if option in _PARTS else valeur)
    tranches, membres = args.tranche or [], args.membre or []
    if len(tranches) > TRANCHES or len(membres) > MEMBRES:
        raise RegleViolee(f"Au plus {TRANCHES} tranches optionnelles et {MEMBRES} membres.")
    entrees |= {f"tranche{rang}": nombre_simple(montant) for rang, montant in enumerate(tranches, 1)}
    for rang in args.affermie or []:
        if not 1 <= rang <= len(tranches):
            raise RegleViolee(f"Il n'y a pas de tranche optionnelle {rang}.")
        entrees[f"affermie{rang}"] = "oui"
    for rang, (nom, part) in enumerate(membres, 1):
        entrees |= {f"membre{rang}": nom, f"part{rang}": nombre_simple(part * CENT)}
    return entrees | ({"volet": args.volet} if args.volet else {})


def _chiffre(valeur: Decimal) -> int | float:
    """Whole hours as an integer."""
    return int(valeur) if valeur == valeur.to_integral_value() else float(valeur)


def _resultat(calcul: Calcul) -> dict[str, Any]:
    """What is printed as JSON: exact figures as text, none loses a digit."""
    resultat: dict[str, Any] = {"heures": _chiffre(calcul.heures), "cas": calcul.cas.value}
    if calcul.exact is not None:
        resultat["exact"] = str(calcul.exact)
    if calcul.ratio is not None:
        resultat["heures_pour_mille"] = str(calcul.ratio)
    if calcul.calibrage is not None:
        c = calcul.calibrage
        resultat |= {
            "montant_ht": str(c.montant_ht),
            "part_main_oeuvre": str(c.part_main_oeuvre),
            "taux_effort": str(c.taux_effort),
            "cout_horaire": str(c.cout_horaire),
        }
    if calcul.detail:
        resultat["detail"] = [{"nom": nom, "heures": str(heures)} for nom, heures in calcul.detail]
    return resultat | {"formule": calcul.formule, "version": calcul.version}


def dimensionner(args: argparse.Namespace) -> int:
    """Print the hours of a clause, the exact result and how it was reached (R13). Needs no database."""
    le: date = args.le or horloge().astimezone(PARIS).date()
    if args.pas <= 0:
        raise RegleViolee("Le pas d'arrondi est positif.")
    reglages = ReglagesDimensionnement(arrondi_pas=args.pas, arrondi_mode=args.arrondi)
    cas = Cas(args.cas)
    calcul = calculer(cas, _entrees(args, cas), le, reglages)
    resultat = _resultat(calcul)
    if args.duree_mois is not None:
        faisabilite = etudier_faisabilite(calcul.heures, args.duree_mois, None, reglages)
        resultat |= {"etp": str(faisabilite.etp), "reserves": list(faisabilite.reserves)}
    if args.json:
        imprimer_json(resultat)
        return 0
    exact = "" if calcul.exact is None else f" = {calcul.exact} h"
    print(f"{resultat['heures']} h ({calcul.formule}{exact})")
    for nom, heures in calcul.detail:
        print(f"  {nom} : {nombre_simple(heures)} h")
    for reserve in resultat.get("reserves", ()):
        dire(reserve)
    return 0
