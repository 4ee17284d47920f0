"""Where the table of a sheet begins, what is a row, what is a total: a title, two rows of headers, blanks, sums."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from marketplace.reprise.rules.champs import (
    IGNOREE,
    MARCHES,
    PERSONNES,
    Colonne,
    est_sante,
    reconnaitre,
)
from marketplace.tableur import Feuille, LigneTableau
from marketplace.valeurs import cle

ENTETE_AVANT = 25
"""Rows looked at to find the headers."""
ETAGES = 3
_TOTAL = re.compile(r"(^| )((s|ss|sous) ?tota(l|ux)|tota(l|ux)|ensemble|cumul|st)( |$)")
_SOUS_TOTAL = re.compile(r"(^| )((s|ss|sous) ?tota(l|ux)|st)( |$)")
_INDISPENSABLES = {
    MARCHES: (("intitule", "operation", "lot", "numero"), ("heures_prevues", "heures_faites", "titulaire", "acheteur")),
    PERSONNES: (("nom", "nom_prenom"), ("heures_faites", "operation", "intitule", "lot", "numero")),
}
_QUI = {
    MARCHES: ("acheteur", "operation", "lot", "numero", "intitule", "titulaire"),
    PERSONNES: ("nom", "prenom", "nom_prenom", "operation", "lot", "numero", "intitule"),
}


@dataclass(frozen=True, slots=True)
class Ligne:
    """One row of the table: its number in the spreadsheet, its cells by rank of column."""

    numero: int
    cellules: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class LigneTotal:
    """A row of totals: what it says and whether it closes a part of the table only."""

    numero: int
    texte: str
    partiel: bool
    cellules: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Grille:
    """A sheet understood: its kind, its columns, its rows, its totals, the titles met, the columns never read."""

    nom: str
    genre: str
    colonnes: tuple[Colonne, ...]
    lignes: tuple[Ligne, ...] = ()
    totaux: tuple[LigneTotal, ...] = ()
    titres: tuple[str, ...] = ()
    intertitres: tuple[tuple[int, str], ...] = field(default=())

    def rangs(self, champ: str) -> tuple[int, ...]:
        """Ranks of the columns that hold this field."""
        return tuple(c.rang for c in self.colonnes if c.champ == champ)


def comprendre(
    feuille: Feuille,
    *,
    genre: str | None = None,
    imposees: Mapping[str, Mapping[str, str]] | None = None,
    nir: frozenset[int] = frozenset(),
) -> Grille:
    """The table of a sheet, of the kind asked for or of the one its headers tell; a sheet without either is left out.

    `imposees` gives, by kind, the fields of headers already decided; `nir` the ranks never to read (R106).
    """
    tete = feuille.lignes[:ENTETE_AVANT]
    genres = [genre] if genre is not None else [MARCHES, PERSONNES]
    essais: list[tuple[float, int, int, str, tuple[Colonne, ...]]] = []
    for g in genres:
        if g == IGNOREE:
            continue
        for haut in range(len(tete)):
            for etages in range(1, min(ETAGES, len(tete) - haut) + 1):
                bloc = tete[haut : haut + etages]
                # Past the first row, figures are data.
                if etages > 1 and _chiffres(bloc[-1]) > 2 and not _chiffres(bloc[0]):
                    break
                annee = _annee([feuille.nom, *(c for li in tete[:haut] for c in li.cellules)])
                colonnes = reconnaitre(_entetes(bloc), g, (imposees or {}).get(g), annee)
                essais.append((_note(colonnes, g, genre is not None) - 0.6 * etages, -haut, etages, g, colonnes))
    essais = [e for e in essais if e[0] > 0]
    titres = tuple(c for li in tete[:3] for c in li.cellules if c)
    if not essais:
        return Grille(feuille.nom, IGNOREE, (), titres=titres)
    _, moins_haut, etages, g, colonnes = max(essais, key=lambda e: (e[0], e[1]))
    haut = -moins_haut
    titres = tuple(c for li in feuille.lignes[:haut] for c in li.cellules if c)
    colonnes = tuple(_sure(c, nir) for c in colonnes)
    grille = Grille(feuille.nom, g, colonnes, titres=titres)
    repetees = {_empreinte(li) for li in feuille.lignes[haut : haut + etages]}
    return _trier(grille, [li for li in feuille.lignes[haut + etages :] if _empreinte(li) not in repetees])


def _sure(colonne: Colonne, nir: frozenset[int]) -> Colonne:
    if colonne.rang in nir:
        return Colonne(colonne.rang, colonne.entete, "", sensible="nir")
    if est_sante(colonne.entete) and colonne.champ not in ("lot", "intitule", "operation"):
        return Colonne(colonne.rang, colonne.entete, "", sensible="sante")
    return colonne


def _empreinte(ligne: LigneTableau) -> tuple[str, ...]:
    return tuple(cle(c) for c in ligne.cellules)


def _annee(textes: Sequence[str]) -> int | None:
    annees = {m for t in textes for m in re.findall(r"\b20\d\d\b", t)}
    return int(next(iter(annees))) if len(annees) == 1 else None


def _chiffres(ligne: LigneTableau) -> int:
    return sum(1 for c in ligne.cellules if re.fullmatch(r"[\d\s.,%€h/\-]+", c))


def _entetes(bloc: Sequence[LigneTableau]) -> list[list[str]]:
    """For each column: its own header, then its header under those above, a merged header covering what follows it."""
    largeur = max(len(li.cellules) for li in bloc)
    pile: list[list[str]] = [[] for _ in range(largeur)]
    for etage, ligne in enumerate(bloc):
        courant = ""
        for rang in range(largeur):
            texte = ligne.cellules[rang] if rang < len(ligne.cellules) else ""
            dernier = etage == len(bloc) - 1
            courant = texte or ("" if dernier else courant)
            # A merged title stops where the row below stands alone under nothing of its own.
            if courant:
                pile[rang].append(courant)
    return [[p[-1], " ".join(p)] if len(p) > 1 else p for p in pile]


def _note(colonnes: Sequence[Colonne], genre: str, force: bool) -> float:
    """How much a row of headers looks like one of this kind; negative when what it takes is not there."""
    champs = {c.champ for c in colonnes if c.champ}
    if not force and not all(champs & set(groupe) for groupe in _INDISPENSABLES[genre]):
        return -1
    return len(champs) + min(3, sum(1 for c in colonnes if c.periode)) * 0.5


def _trier(grille: Grille, lignes: Sequence[LigneTableau]) -> Grille:
    """Rows, totals and titles in the middle told apart; health and NIR cells never leave the sheet."""
    lus = {c.rang for c in grille.colonnes if not c.sensible}
    utiles = {c.rang for c in grille.colonnes if c.champ}
    heures = {*grille.rangs("heures_prevues"), *grille.rangs("heures_faites")}
    qui = {r for champ in _QUI[grille.genre] for r in grille.rangs(champ)}
    bonnes: list[Ligne] = []
    totaux: list[LigneTotal] = []
    titres: list[tuple[int, str]] = []
    for ligne in lignes:
        cellules = {r: c for r, c in enumerate(ligne.cellules) if c and r in lus}
        textes = [c for r, c in cellules.items() if r not in heures and re.search(r"[^\W\d]", c)]
        annonce = next((c for c in textes if _TOTAL.search(cle(c)) and len(cle(c).split()) <= 8), "")
        if annonce and (len(textes) <= 2 or cle(annonce).startswith(("total", "sous total"))):
            totaux.append(LigneTotal(ligne.numero, annonce, bool(_SOUS_TOTAL.search(cle(annonce))), cellules))
        elif len(cellules) == 1 and textes:
            titres.append((ligne.numero, textes[0]))
        elif {r for r in cellules if r in utiles} and (cellules.keys() & qui or not cellules.keys() & heures):
            bonnes.append(Ligne(ligne.numero, cellules))
        elif cellules.keys() & heures:
            # Figures alone under the table: a total nobody labelled.
            totaux.append(LigneTotal(ligne.numero, "", False, cellules))
    return Grille(grille.nom, grille.genre, grille.colonnes, tuple(bonnes), tuple(totaux), grille.titres, tuple(titres))
