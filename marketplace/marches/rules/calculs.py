"""The kinds of calculation of a clause's hours, told apart first (R13, R18 to R23), from what was typed to the result.

Entries are texts as people type them (« 1 000 000 », « 47,5 »; shares in percent). They are kept with the result and
the version of the formula, so that a sizing can be done again years later and give the same figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Any

from marketplace.erreurs import RegleViolee
from marketplace.marches.rules.avenants import Avenant, EffetHeures, reviser
from marketplace.marches.rules.dimensionnement import (
    VERSION_FORMULE,
    ZERO,
    Calibrage,
    ReglagesDimensionnement,
    Tranche,
    dimensionner,
    objectif_anru,
    objectif_bons_de_commande,
    objectif_reprise_personnel,
    objectif_tranches,
    ratio_bons_de_commande,
    verifier_groupement,
)
from marketplace.marches.rules.phrases import formule_en_texte, nombre_en_texte
from marketplace.valeurs import lire_decimal, somme

CENT = Decimal(100)
TRANCHES = 4
MEMBRES = 4
LONGUEUR_MAX = 80


class Cas(StrEnum):
    """What is being sized: chosen first, it says what is asked."""

    MARCHE = "marche"
    BONS = "bons"
    TRANCHES = "tranches"
    REPRISE = "reprise"
    ANRU = "anru"
    GROUPEMENT = "groupement"
    AVENANT = "avenant"


LIBELLES_CAS: Mapping[Cas, str] = {
    Cas.MARCHE: "Un marché ou un lot",
    Cas.BONS: "Un accord-cadre à bons de commande",
    Cas.TRANCHES: "Un marché à tranches",
    Cas.REPRISE: "Un marché avec reprise du personnel",
    Cas.ANRU: "Une opération de renouvellement urbain",
    Cas.GROUPEMENT: "Le partage d'un groupement",
    Cas.AVENANT: "Un avenant au marché",
}
AVEC_FORMULE = frozenset({Cas.MARCHE, Cas.BONS, Cas.TRANCHES})
"""Cases that rest on the amount, the labour share, the effort rate and the hourly cost."""
VOLETS: Mapping[str, str] = {
    "travaux": "Travaux",
    "ingenierie": "Ingénierie",
    "gestion_urbaine": "Gestion urbaine de proximité",
}


@dataclass(frozen=True)
class Calcul:
    """A sizing: what was typed, what came out, how it is said. `detail` lists parts with their hours."""

    cas: Cas
    entrees: Mapping[str, str]
    heures: Decimal
    formule: str
    exact: Decimal | None = None
    ratio: Decimal | None = None
    detail: tuple[tuple[str, Decimal], ...] = ()
    calibrage: Calibrage | None = None
    version: str = VERSION_FORMULE

    def garder(self) -> dict[str, Any]:
        """As kept with a clause: every figure as text, none loses a digit."""
        garde: dict[str, Any] = {
            "cas": self.cas.value,
            "entrees": dict(self.entrees),
            "heures": str(self.heures),
            "formule": self.formule,
            "version": self.version,
        }
        if self.exact is not None:
            garde["exact"] = str(self.exact)
        if self.ratio is not None:
            garde["ratio"] = str(self.ratio)
        if self.detail:
            garde["detail"] = [[nom, str(heures)] for nom, heures in self.detail]
        if self.calibrage is not None:
            c = self.calibrage
            garde |= {
                "montant_ht": str(c.montant_ht),
                "part_main_oeuvre": str(c.part_main_oeuvre),
                "taux_effort": str(c.taux_effort),
                "cout_horaire": str(c.cout_horaire),
            }
        return garde


class Entrees:
    """What was typed, read field by field; those that were read are remembered."""

    def __init__(self, textes: Mapping[str, str]) -> None:
        self._textes = textes
        self.lues: dict[str, str] = {}

    def texte(self, champ: str) -> str:
        """The text of a field, empty when it was left out."""
        texte = str(self._textes.get(champ, "")).strip()[:LONGUEUR_MAX]
        if texte:
            self.lues[champ] = texte
        return texte

    def nombre(self, champ: str) -> Decimal:
        """The number typed in a field. Raises RegleViolee next to it when it is missing or unreadable."""
        texte = self.texte(champ)
        if not texte:
            raise RegleViolee("Remplissez ce champ.", champ=champ)
        return lire_decimal(texte.rstrip("%€h "), champ=champ)

    def part(self, champ: str) -> Decimal:
        """A percentage, as a share."""
        return self.nombre(champ) / CENT


_CHAMPS = {
    "montant_ht": "montant",
    "part_main_oeuvre": "part",
    "taux_effort": "taux",
    "cout_horaire": "cout",
    "part_reprise": "repris",
    "duree_mois": "duree",
    "montant_apres": "nouveau",
    "parts": "part1",
}


def calculer(cas: Cas, textes: Mapping[str, str], le: date, reglages: ReglagesDimensionnement) -> Calcul:
    """The sizing of that kind. Raises RegleViolee, `champ` being the entry to correct."""
    entrees = Entrees(textes)
    try:
        calcul = _CALCULS[cas](entrees, le, reglages)
    except RegleViolee as refus:
        raise RegleViolee(refus.message, champ=_CHAMPS.get(refus.champ or "", refus.champ)) from None
    return calcul


def refaire(garde: Mapping[str, Any], le: date, reglages: ReglagesDimensionnement) -> Calcul:
    """The same sizing again from what was kept with a clause. Raises RegleViolee when nothing was."""
    try:
        cas = Cas(garde["cas"])
    except (KeyError, ValueError):
        raise RegleViolee("Cet objectif a été fixé sans calcul.") from None
    return calculer(cas, garde.get("entrees", {}), le, reglages)


def entrees_gardees(garde: Mapping[str, Any]) -> tuple[Cas, dict[str, str]]:
    """Kind and entries kept with a clause, the older form included (four figures, shares in ]0;1])."""
    if garde.get("cas") in set(Cas):
        return Cas(garde["cas"]), {str(k): str(v) for k, v in dict(garde.get("entrees", {})).items()}
    if "montant_ht" not in garde:
        return Cas.MARCHE, {}
    parts = {"part": "part_main_oeuvre", "taux": "taux_effort"}
    entrees = {nom: nombre_simple(Decimal(garde[cle]) * CENT) for nom, cle in parts.items()}
    entrees |= {"montant": nombre_simple(Decimal(garde["montant_ht"]))}
    return Cas.MARCHE, entrees | {"cout": nombre_simple(Decimal(garde["cout_horaire"]))}


def nombre_simple(valeur: Decimal) -> str:
    """A number as a field shows it: « 47,5 »."""
    return format(valeur.normalize(), "f").replace(".", ",")


# --- one function for each kind ----------------------------------------------------------------------------------


def _calibrage(e: Entrees, le: date, r: ReglagesDimensionnement, champ: str = "montant") -> Calibrage:
    return dimensionner(e.nombre(champ), e.part("part"), e.part("taux"), e.nombre("cout"), le, r)


def _marche(e: Entrees, le: date, r: ReglagesDimensionnement) -> Calcul:
    c = _calibrage(e, le, r)
    return Calcul(Cas.MARCHE, e.lues, c.heures, formule_en_texte(c), exact=c.exact, calibrage=c)


def _bons(e: Entrees, le: date, r: ReglagesDimensionnement) -> Calcul:
    c = _calibrage(e, le, r)
    ratio = ratio_bons_de_commande(c.part_main_oeuvre, c.taux_effort, c.cout_horaire, le)
    heures = objectif_bons_de_commande(ratio, [c.montant_ht], r)
    formule = (
        f"{nombre_en_texte(ratio)}\u00a0h pour 1\u202f000\u00a0€ commandés"
        f" × {nombre_en_texte(c.montant_ht)}\u00a0€. L'objectif suit les commandes"
    )
    return Calcul(Cas.BONS, e.lues, heures, formule, ratio=ratio, calibrage=c)


def _tranches(e: Entrees, le: date, r: ReglagesDimensionnement) -> Calcul:
    ferme = _calibrage(e, le, r)
    detail = [("Tranche ferme", ferme.heures)]
    tranches = [Tranche(ferme.heures)]
    for rang in range(1, TRANCHES + 1):
        if not e.texte(f"tranche{rang}"):
            continue
        try:
            heures = _calibrage(e, le, r, f"tranche{rang}").heures
        except RegleViolee as refus:
            champ = f"tranche{rang}" if refus.champ == "montant_ht" else refus.champ
            raise RegleViolee(refus.message, champ=champ) from None
        affermie = bool(e.texte(f"affermie{rang}"))
        tranches.append(Tranche(heures, optionnelle=True, affermie_le=le if affermie else None))
        detail.append((f"Tranche optionnelle {rang}{', affermie' if affermie else ''}", heures))
    formule = "Une tranche optionnelle entre dans l'objectif le jour de son affermissement, pas avant"
    return Calcul(Cas.TRANCHES, e.lues, objectif_tranches(tranches, le), formule, detail=tuple(detail), calibrage=ferme)


def _reprise(e: Entrees, _: date, r: ReglagesDimensionnement) -> Calcul:
    totales, repris, taux = e.nombre("heures"), e.part("repris"), e.part("taux")
    if totales <= 0:
        raise RegleViolee("Le nombre d'heures doit être positif.", champ="heures")
    heures = objectif_reprise_personnel(totales, repris, taux, r)
    nouvelles = totales * (1 - repris)
    formule = (
        f"({nombre_en_texte(totales)}\u00a0h − {nombre_en_texte(repris * CENT)}\u00a0% de personnel repris)"
        f" × {nombre_en_texte(taux * CENT)}\u00a0%"
    )
    detail = (("Heures nouvelles, hors personnel repris", nouvelles),)
    return Calcul(Cas.REPRISE, e.lues, heures, formule, exact=(nouvelles * taux).quantize(CENT**-1), detail=detail)


def _anru(e: Entrees, _: date, r: ReglagesDimensionnement) -> Calcul:
    totales = e.nombre("heures")
    if totales <= 0:
        raise RegleViolee("Le nombre d'heures doit être positif.", champ="heures")
    heures = objectif_anru(totales, e.texte("volet"), r)
    formule = "Heures réservées aux habitants des quartiers, comptées à part de l'objectif du marché"
    return Calcul(Cas.ANRU, e.lues, heures, formule)


def partager(objectif: Decimal, parts: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Hours of each member of a groupement, to the hundredth, the sum being the target exactly (R22).

    `parts` are shares that add up to 1. The hundredths left by rounding go to the largest remainders.
    """
    if somme(parts.values()) != 1:
        raise RegleViolee("Les parts du groupement doivent faire 100 %.", champ="parts")
    centieme = CENT**-1
    bruts = {nom: objectif * part for nom, part in parts.items()}
    heures = {nom: brut.quantize(centieme, ROUND_DOWN) for nom, brut in bruts.items()}
    reste = int((objectif - somme(heures.values())) / centieme)
    ordre = sorted(bruts, key=lambda nom: heures[nom] - bruts[nom])
    for nom in ordre[:reste]:
        heures[nom] += centieme
    verifier_groupement(objectif, heures)
    return heures


def _groupement(e: Entrees, _: date, __: ReglagesDimensionnement) -> Calcul:
    objectif = e.nombre("heures")
    if objectif <= 0:
        raise RegleViolee("Le nombre d'heures doit être positif.", champ="heures")
    parts: dict[str, Decimal] = {}
    for rang in range(1, MEMBRES + 1):
        nom = e.texte(f"membre{rang}")
        if not nom and not e.texte(f"part{rang}"):
            continue
        nom = nom or ("Mandataire" if rang == 1 else f"Cotraitant {rang}")
        if nom in parts:
            raise RegleViolee("Deux membres portent le même nom.", champ=f"membre{rang}")
        part = e.part(f"part{rang}")
        if part <= 0:
            raise RegleViolee("Une part est positive.", champ=f"part{rang}")
        parts[nom] = part
    if not parts:
        raise RegleViolee("Donnez la part de chaque membre.", champ="part1")
    heures = partager(objectif, parts)
    formule = "La somme des parts fait l'objectif. Le mandataire solidaire répond du tout"
    return Calcul(Cas.GROUPEMENT, e.lues, objectif, formule, detail=tuple(heures.items()))


def _avenant(e: Entrees, le: date, r: ReglagesDimensionnement) -> Calcul:
    avant, montant, nouveau = e.nombre("heures"), e.nombre("montant"), e.nombre("nouveau")
    if avant < 0:
        raise RegleViolee("Un objectif ne peut pas être négatif.", champ="heures")
    if nouveau < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="nouveau")
    avenant = Avenant(le, "avenant", EffetHeures.PRORATA, montant, nouveau)
    revision = reviser(avant, avenant, arrondi_pas=r.arrondi_pas, arrondi_mode=r.arrondi_mode)
    formule = (
        f"{nombre_en_texte(avant)}\u00a0h × {nombre_en_texte(nouveau)}\u00a0€ ÷ {nombre_en_texte(montant)}\u00a0€,"
        " si l'avenant dit que l'objectif suit ; sinon l'objectif ne change pas"
    )
    return Calcul(Cas.AVENANT, e.lues, max(ZERO, revision.apres), formule)


_CALCULS: Mapping[Cas, Callable[[Entrees, date, ReglagesDimensionnement], Calcul]] = {
    Cas.MARCHE: _marche,
    Cas.BONS: _bons,
    Cas.TRANCHES: _tranches,
    Cas.REPRISE: _reprise,
    Cas.ANRU: _anru,
    Cas.GROUPEMENT: _groupement,
    Cas.AVENANT: _avenant,
}
