"""The rows of an understood sheet as records: marchés with their hours, people with theirs, refused lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from marketplace.erreurs import LigneRefusee, RegleViolee
from marketplace.reprise.rules.cellules import Mois, lire_heures_source, lire_jour_source, lire_periode
from marketplace.reprise.rules.champs import LIBELLES, MARCHES
from marketplace.reprise.rules.grille import Grille, Ligne
from marketplace.valeurs import ajouter_mois, cle, lire_decimal, lire_siret, siret_valide

DATES = ("date_notification", "date_debut", "date_fin", "date_naissance")
REPORTES = {
    MARCHES: (("acheteur",), ("gestionnaire",), ("operation",)),
    "personnes": (("nom", "prenom", "nom_prenom", "date_naissance"),),
}
"""Fields whose merged cell covers the rows below: blank there, they say the same."""


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """One row read: where, its texts by field, its dates, its hours. `faites` pairs months (None: up to the day of the
    workbook) with hours.
    """

    feuille: str
    ligne: int
    textes: Mapping[str, str]
    dates: Mapping[str, date]
    prevues: Decimal | None
    faites: tuple[tuple[Mois | None, Decimal], ...]
    montant: Decimal | None = None
    siret: str = ""

    def texte(self, champ: str) -> str:
        """The text of a field, empty when the row has none."""
        return self.textes.get(champ, "")

    @property
    def total_fait(self) -> Decimal:
        """Hours done that the row says: its running total, else the sum of its months."""
        cumul = [h for m, h in self.faites if m is None]
        return max(cumul) if cumul else sum((h for _, h in self.faites), Decimal(0))


@dataclass(slots=True)
class Lecture:
    """Everything a sheet gave: good rows, refused ones, what was filled from the row above, dates left out."""

    grille: Grille
    bons: list[Enregistrement] = field(default_factory=list)
    refuses: list[LigneRefusee] = field(default_factory=list)
    avertissements: list[str] = field(default_factory=list)
    reportes: int = 0


def lire(grille: Grille, aujourdhui: date) -> Lecture:
    """Read every row. A row that cannot be read whole is refused with its first reason."""
    lecture = Lecture(grille)
    rangs = {c.champ: c.rang for c in grille.colonnes if c.champ and c.champ not in ("heures_faites", "heures_prevues")}
    dernier: dict[str, str] = {}
    for ligne in grille.lignes:
        textes = {champ: ligne.cellules[r].strip() for champ, r in rangs.items() if ligne.cellules.get(r, "").strip()}
        _reporter(grille, textes, dernier, lecture)
        try:
            lecture.bons.append(_enregistrement(grille, ligne, textes, lecture, aujourdhui))
        except RegleViolee as refus:
            champ = LIBELLES.get(refus.champ or "", "")
            motif = f"{champ} : {refus.message}" if champ else refus.message
            lecture.refuses.append(LigneRefusee(ligne.numero, grille.nom or "fichier", motif))
    return lecture


def _reporter(grille: Grille, textes: dict[str, str], dernier: dict[str, str], lecture: Lecture) -> None:
    """Fill what a merged cell says once for several rows."""
    for groupe in REPORTES.get(grille.genre, ()):
        if not any(textes.get(c) for c in groupe) and any(dernier.get(c) for c in groupe):
            textes |= {c: dernier[c] for c in groupe if dernier.get(c)}
            lecture.reportes += 1
        for champ in groupe:
            dernier[champ] = textes.get(champ, "")


def _enregistrement(
    grille: Grille, ligne: Ligne, textes: dict[str, str], lecture: Lecture, aujourdhui: date
) -> Enregistrement:
    dates = {}
    for champ in DATES:
        jour = lire_jour_source(textes[champ], champ=champ) if champ in textes else None
        if jour is not None and champ == "date_naissance" and jour > aujourdhui:
            # « 12/05/63 »: nobody is born in 2063.
            jour = ajouter_mois(jour, -1200)
        if jour is not None:
            dates[champ] = jour
        elif champ in textes:
            lecture.avertissements.append(f"Ligne {ligne.numero} : « {textes[champ]} » laissé de côté, sans date.")
    prevues = [
        lire_heures_source(ligne.cellules.get(r, ""), champ="heures_prevues") for r in grille.rangs("heures_prevues")
    ]
    return Enregistrement(
        feuille=grille.nom,
        ligne=ligne.numero,
        textes=_identite(textes),
        dates=dates,
        prevues=next((h for h in prevues if h is not None), None),
        faites=_faites(grille, ligne, textes),
        montant=_montant(textes.get("montant_ht", "")),
        siret=_siret(textes.get("siret", "")),
    )


def _faites(grille: Grille, ligne: Ligne, textes: Mapping[str, str]) -> tuple[tuple[Mois | None, Decimal], ...]:
    lues: list[tuple[Mois | None, Decimal]] = []
    mois = lire_periode(textes["mois"]) if "mois" in textes else None
    if "mois" in textes and mois is None:
        raise RegleViolee(f"« {textes['mois']} » n'est pas un mois.", champ="mois")
    for colonne in grille.colonnes:
        if colonne.champ != "heures_faites":
            continue
        heures = lire_heures_source(ligne.cellules.get(colonne.rang, ""), champ="heures_faites")
        if heures:
            lues.append((colonne.periode or mois, heures))
    return tuple(lues)


def _identite(textes: dict[str, str]) -> dict[str, str]:
    """A name in one cell cut in two: « DUPONT Léa » by its capitals, else the first word."""
    ensemble = textes.pop("nom_prenom", "")
    if ensemble and not textes.get("nom"):
        mots = ensemble.split()
        capitales = [m for m in mots if m.isupper() and len(m) > 1]
        if capitales and len(capitales) < len(mots):
            textes["nom"] = " ".join(capitales)
            textes["prenom"] = " ".join(m for m in mots if m not in capitales)
        else:
            textes["nom"], textes["prenom"] = mots[0], " ".join(mots[1:])
    return textes


def _montant(texte: str) -> Decimal | None:
    brut = re.sub(r"(?i)€|eur(os)?|ht|k€", "", texte).strip()
    if not re.search(r"\d", brut):
        return None
    montant = lire_decimal(brut, champ="montant_ht")
    if montant < 0:
        raise RegleViolee("Un montant ne peut pas être négatif.", champ="montant_ht")
    return montant.quantize(Decimal("0.01"))


def _siret(texte: str) -> str:
    chiffres = re.sub(r"[\s\u00a0\u202f.\-]", "", texte)
    if not re.search(r"\d", chiffres):
        return ""
    return chiffres if siret_valide(chiffres) else lire_siret(texte, champ="siret")


def lot_normalise(texte: str) -> str:
    """« Lot n°03 », « 3 », « 3 - Gros œuvre » → « 3 »: what tells lots of one opération apart."""
    mots = [m for m in cle(texte).split() if m not in ("lot", "n", "no", "numero")]
    if not mots:
        return ""
    if trouve := re.fullmatch(r"0*(\d+)([a-z]?)", mots[0]):
        suite = mots[1] if len(mots) > 1 and re.fullmatch(r"[a-z]", mots[1]) else ""
        return f"{trouve.group(1)}{trouve.group(2)}{suite}"
    return " ".join(mots)


def intitule_du_lot(texte: str) -> str:
    """The words after the number of a lot: « 3 - Gros œuvre » → « Gros œuvre »."""
    trouve = re.match(r"(?i)^\s*(?:lot\s*)?(?:n°?\s*)?\d+[a-z]?\s*[-:–.]\s*(\S.*)$", texte)
    return trouve.group(1).strip() if trouve else ""
