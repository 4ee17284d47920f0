"""A report as JSON, with the keys and labels of the published annexe 9: rounded values, and the exact ones beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from marketplace.bilans.rules.bilan import COMPARES, Bilan
from marketplace.bilans.rules.definitions import ATTRIBUE, MODALITE_DIRECTE, RESERVATIONS
from marketplace.bilans.rules.tableaux import Tableau
from marketplace.valeurs import arrondir, cle

CENTIEME = Decimal("0.01")
DIXIEME = Decimal("0.1")
Cellule = Callable[[Decimal, Decimal], Any]


def arrondie(valeur: Decimal, pas: Decimal = Decimal(1)) -> int | float:
    """What is published: half up, to the unit or to the decimals asked for."""
    juste = arrondir(valeur, pas)
    return int(juste) if pas == 1 else float(juste)


def exacte(valeur: Decimal, _pas: Decimal = Decimal(1)) -> str:
    """The value before any rounding, as text. A ratio that never ends is written with twelve digits after the point."""
    brut = valeur if valeur == valeur.quantize(CENTIEME) else valeur.quantize(Decimal("1e-12"))
    return f"{brut.normalize():f}"


def en_json(bilan: Bilan) -> dict[str, Any]:
    """Rounded cells under the keys of annexe 9, and `exact`: the same keys with decimal strings."""
    return {**_cles(bilan, arrondie), "exact": _cles(bilan, exacte)}


def slug(libelle: str) -> str:
    """A row's name inside a key: « CD34 » → cd34."""
    return cle(libelle).replace(" ", "_")


def _cles(bilan: Bilan, cellule: Cellule) -> dict[str, Any]:
    t = bilan.tableaux
    un = Decimal(1)
    return {
        "totaux": _totaux(bilan, cellule),
        "par_maitre_ouvrage": _par_acheteur(bilan, cellule),
        "par_gestionnaire": _lignes(t["gestionnaire"], "gestionnaire", ("operations", "marches", "heures"), cellule),
        "par_genre": _lignes(t["genre"], "genre", ("salaries", "heures"), cellule),
        "par_age": _lignes(t["age"], "tranche", ("salaries", "heures"), cellule),
        "par_qpv": _lignes(t["qpv"], "qpv", ("heures", "salaries"), cellule),
        "par_statut": _lignes(t["statut"], "statut", ("heures", "salaries", "contrats"), cellule),
        "par_secteur": _lignes(t["secteur"], "secteur", ("heures", "operations", "marches"), cellule),
        "par_modalite": _par_modalite(bilan, cellule),
        "focus_iae": {
            "heures": cellule(bilan.heures_iae, un),
            "pct_heures": _part(bilan.heures_iae, bilan.totaux[0].heures, cellule, un),
            "pct_salaries": _part(bilan.salaries_iae, bilan.totaux[0].salaries, cellule, DIXIEME),
        },
        **_reserves(bilan, cellule),
        f"evolutions_{bilan.periodes[1]}_{bilan.periodes[0]}": _evolutions(bilan, cellule),
        "par_niveau": _lignes(t["niveau"], "niveau", ("salaries", "heures"), cellule),
        "par_epci": _lignes(t["epci"], "epci", ("salaries", "heures"), cellule),
        "par_prescripteur": _lignes(t["prescripteur"], "prescripteur", ("salaries", "heures"), cellule),
        "par_type_contrat": _lignes(t["type_contrat"], "type_contrat", ("contrats", "salaries", "heures"), cellule),
        "par_taille_entreprise": _lignes(t["taille"], "taille", ("contrats", "salaries", "heures"), cellule),
        "par_nature": _lignes(t["nature"], "nature", ("operations", "marches", "heures"), cellule),
    }


def _part(valeur: Decimal, total: Decimal, cellule: Cellule, pas: Decimal) -> Any:
    return cellule(valeur * 100 / total, pas) if total else None


def _totaux(bilan: Bilan, cellule: Cellule) -> dict[str, Any]:
    resultat: dict[str, Any] = {}
    for rang, t in reversed(list(enumerate(bilan.totaux))):
        etp = cellule(t.etp, Decimal(1).scaleb(-t.etp_decimales))
        ligne: dict[str, Any] = {"heures": cellule(t.heures, Decimal(1)), "etp": etp}
        if rang < COMPARES:
            for champ in ("operations", "marches", "marches_actifs", "salaries", "contrats"):
                ligne[champ] = cellule(getattr(t, champ), Decimal(1))
            if bilan.principal:
                ligne[f"nouveaux_marches_{slug(bilan.principal)}"] = cellule(t.nouveaux, Decimal(1))
            ligne["heures_par_etp"] = cellule(t.etp_diviseur, Decimal(1))
        elif not t.heures:
            continue
        resultat[bilan.periodes[rang]] = ligne
    return resultat


def _lignes(tableau: Tableau, nom: str, mesures: tuple[str, ...], cellule: Cellule) -> list[dict[str, Any]]:
    """The rows of the period asked for; one that only existed the years before is left out."""
    return [
        {nom: li.libelle, **{m: cellule(li.valeur(m), Decimal(1)) for m in mesures}}
        for li in tableau.lignes
        if any(li.valeur(m) for m in mesures)
    ]


def _par_acheteur(bilan: Bilan, cellule: Cellule) -> list[dict[str, Any]]:
    annees = list(reversed(list(enumerate(bilan.periodes[:COMPARES]))))
    return [
        {
            "maitre_ouvrage": li.libelle,
            "operations": cellule(li.valeur("operations"), Decimal(1)),
            **{m: {p: cellule(li.valeur(m, rang), Decimal(1)) for rang, p in annees} for m in ("marches", "heures")},
        }
        for li in bilan.tableaux["acheteur"].lignes
    ]


def _par_modalite(bilan: Bilan, cellule: Cellule) -> list[dict[str, Any]]:
    lignes = []
    for li in bilan.tableaux["modalite"].lignes:
        ligne: dict[str, Any] = {"modalite": li.libelle, "heures": cellule(li.valeur("heures"), Decimal(1))}
        if li.libelle == MODALITE_DIRECTE:
            for e in bilan.exceptionnelles:
                ligne[f"dont_{e.code}"] = cellule(e.embauche_directe, Decimal(1))
        ligne["pct"] = _part(li.valeur("heures"), bilan.totaux[0].heures, cellule, DIXIEME)
        ligne[f"pct_{bilan.periodes[1]}"] = _part(li.valeur("heures", 1), bilan.totaux[1].heures, cellule, DIXIEME)
        lignes.append(ligne)
    return lignes


def _reserves(bilan: Bilan, cellule: Cellule) -> dict[str, Any]:
    articles: Mapping[str, tuple[str, ...]] = {nom: a for nom, a, _ in RESERVATIONS.values()}
    types, un = [], Decimal(1)
    for li in bilan.reserves.types.lignes:
        ligne: dict[str, Any] = {"type": li.libelle}
        if li.libelle in articles:
            ligne["articles"] = list(articles[li.libelle])
        ligne["montant_ttc"] = cellule(li.valeur("montant_ttc"), un)
        ligne["marches"] = cellule(li.valeur("marches"), un)
        if li.libelle == ATTRIBUE:
            ligne["dont"] = {nom: cellule(v, un) for nom, v in bilan.reserves.attribues.items()}
        types.append(ligne)
    lignes = bilan.reserves.types.lignes
    return {
        "marches_reserves": types,
        "marches_reserves_total": {
            m: cellule(sum((li.valeur(m) for li in lignes), Decimal(0)), un) for m in ("montant_ttc", "marches")
        },
        "reserves_par_secteur": {
            li.libelle: cellule(li.valeur("montant_ttc"), un) for li in bilan.reserves.secteurs.lignes
        },
    }


def _evolutions(bilan: Bilan, cellule: Cellule) -> dict[str, Any]:
    nom = slug(bilan.principal) if bilan.principal else "principal"
    hors = "".join(f"_hors_{e.code.partition('_')[0]}" for e in bilan.exceptionnelles[:1])
    pas: dict[str, tuple[str, Decimal]] = {
        "marches_principal": (f"marches_{nom}{hors}_pct", DIXIEME),
        "heures_principal": (f"heures_{nom}{hors}_pct", DIXIEME),
        "marches_total": ("marches_total_pct", DIXIEME),
        "heures_total_de_n1": (f"heures_total_pct_de_{bilan.periodes[1]}", CENTIEME),
    }
    return {
        pas[champ][0]: None if valeur is None else cellule(valeur, pas[champ][1])
        for champ, valeur in bilan.evolutions.items()
    }
