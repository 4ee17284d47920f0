"""Who a file may speak of: the employer's marchés and contrats, and the words that designate them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz, process

from marketplace.heures.imports.correspondance import SELON_CONTRAT, TOUT_LE_RESTE, Correspondance, par_cle
from marketplace.valeurs import cle

SEUIL_CHANTIER = 92
SEUIL_NOM = 92
SEUIL_SUGGESTION = 80
"""Likeness (0 to 100) from which a marché or a person is proposed, and no longer set aside without a word."""

_FORMES = frozenset(
    {
        "sas",
        "sarl",
        "sa",
        "sasu",
        "eurl",
        "snc",
        "sci",
        "scop",
        "ets",
        "etablissement",
        "etablissements",
        "entreprise",
        "societe",
        "ste",
        "groupe",
        "agence",
        "cie",
    }
)


@dataclass(frozen=True, slots=True)
class ContratConnu:
    """A contrat of the employer that rows may speak of."""

    ref: str
    nom: str
    marche_ref: str
    debut: date
    fin: date | None
    personne_id: int = 0

    def couvre(self, du: date, au: date) -> bool:
        """Whether the contrat runs on one of these days."""
        return self.debut <= au and (self.fin is None or self.fin >= du)


@dataclass(frozen=True, slots=True)
class MarcheConnu:
    """A marché the employer works on, and the words that may name it in a file."""

    ref: str
    noms: tuple[str, ...]

    @property
    def intitule(self) -> str:
        """Its title."""
        return self.noms[0] if self.noms else self.ref


@dataclass(frozen=True, slots=True)
class Lieu:
    """For whom the hours of a row were worked: a folded key, what to show, and the words of each column."""

    cle: str
    texte: str
    mots: tuple[str, ...]


def lieu_de(cellules: Mapping[str, str]) -> Lieu:
    """The lieu of a row. A code, when there is one, is the key: the name beside it may vary."""
    client, chantier = cellules.get("client", ""), cellules.get("chantier", "")
    code_client, code_chantier = cellules.get("code_client", ""), cellules.get("code_chantier", "")
    mots = tuple(dict.fromkeys(m for m in (code_chantier, chantier, code_client, client) if m))
    texte = " · ".join(dict.fromkeys(m for m in (code_client, client, code_chantier, chantier) if m))
    return Lieu(cle(f"{code_client or client} {code_chantier or chantier}"), texte, mots)


def _sans_forme(nom: str) -> str:
    """A name without its legal form, sorted: « SAS Bâti Exemple » and « BATI EXEMPLE » are the same."""
    mots = cle(nom).split()
    return " ".join(sorted([m for m in mots if m not in _FORMES] or mots))


def _distinctifs(nom: str) -> set[str]:
    """What tells two near names apart: « lot 2 » is not « lot 3 », nor « bâtiment A » « bâtiment B »."""
    return {m for m in nom.split() if len(m) == 1 or any(c.isdigit() for c in m)}


def _sans_ordre(nom: str) -> str:
    return " ".join(sorted(cle(nom).split()))


class Annuaire:
    """The marchés and contrats of one employer, with the choices already made."""

    def __init__(self, marches: Sequence[MarcheConnu], contrats: Sequence[ContratConnu], choix: Correspondance) -> None:
        self.marches, self.contrats, self.choix = marches, contrats, choix
        self._lieux_choisis = par_cle(choix.chantiers)
        self._personnes_choisies = par_cle(choix.personnes)
        self._noms: dict[str, set[str]] = {}
        for marche in marches:
            for nom in marche.noms:
                if nom:
                    self._noms.setdefault(_sans_forme(nom), set()).add(marche.ref)
        self._liste_noms = list(self._noms)
        self._par_nom: dict[str, list[ContratConnu]] = {}
        for contrat in contrats:
            self._par_nom.setdefault(_sans_ordre(contrat.nom), []).append(contrat)
        self._liste_personnes = list(self._par_nom)

    def connu(self, role: str, valeur: str) -> bool:
        """Whether a value is a client or a name of ours: how a column without a title is recognised."""
        if role == "client":
            return cle(valeur) in self._lieux_choisis or bool(self._designes(valeur, SEUIL_CHANTIER))
        return cle(valeur) in self._personnes_choisies or _sans_ordre(valeur) in self._par_nom

    # --- marchés

    def marche_choisi(self, lieu: Lieu) -> tuple[bool, str | None]:
        """(True, ref or None) when somebody chose for this lieu."""
        for texte in (lieu.cle, *(cle(m) for m in lieu.mots)):
            if texte in self._lieux_choisis:
                return True, self._lieux_choisis[texte]
        return False, None

    def marche_reconnu(self, lieu: Lieu) -> str:
        """The one marché that the words of a lieu designate; empty when none or several do."""
        refs = self._refs(lieu, SEUIL_CHANTIER)
        return next(iter(refs)) if len(refs) == 1 else ""

    def marche_propose(self, lieu: Lieu) -> str:
        """The likest marché, SELON_CONTRAT when several share the name; empty when nothing looks like it."""
        exacts = self._refs(lieu, SEUIL_CHANTIER)
        if len(exacts) > 1:
            return SELON_CONTRAT
        proches: dict[str, float] = {}
        for mot in lieu.mots:
            for nom, note, _ in process.extract(
                _sans_forme(mot), self._liste_noms, scorer=fuzz.token_set_ratio, score_cutoff=SEUIL_SUGGESTION, limit=3
            ):
                if min(len(nom), len(_sans_forme(mot))) >= 4:
                    for ref in self._noms[nom]:
                        proches[ref] = max(proches.get(ref, 0), note)
        if not proches:
            return ""
        meilleurs = [ref for ref, note in proches.items() if note == max(proches.values())]
        return meilleurs[0] if len(meilleurs) == 1 else SELON_CONTRAT

    def ecarte_d_office(self, lieu: Lieu) -> bool:
        """Whether a lieu nobody named is set aside: by a choice on this file, or as last time if nothing is alike."""
        if TOUT_LE_RESTE in self.choix.chantiers:
            return True
        return self.choix.autres_clients and not self.marche_propose(lieu)

    def _refs(self, lieu: Lieu, seuil: int) -> set[str]:
        ensembles = [refs for mot in lieu.mots if (refs := self._designes(mot, seuil))]
        if not ensembles:
            return set()
        return set.intersection(*ensembles) or ensembles[0]

    def _designes(self, texte: str, seuil: int) -> set[str]:
        plat = f" {cle(texte)} "
        for marche in self.marches:
            if f" {cle(marche.ref)} " in plat:
                return {marche.ref}
        nom = _sans_forme(texte)
        if nom in self._noms:
            return self._noms[nom]
        proches = [
            (note, autre)
            for autre, note, _ in process.extract(
                nom, self._liste_noms, scorer=fuzz.token_sort_ratio, score_cutoff=seuil, limit=6
            )
            if not (marques := _distinctifs(nom)) or marques == _distinctifs(autre)
        ]
        return {ref for note, autre in proches if note == max(proches)[0] for ref in self._noms[autre]}

    # --- people

    def contrat_choisi(self, reperes: Sequence[str]) -> tuple[bool, str | None]:
        """(True, what was chosen) for the first of these words that somebody chose for."""
        for repere in reperes:
            if repere and cle(repere) in self._personnes_choisies:
                return True, self._personnes_choisies[cle(repere)]
        return False, None

    def contrats_nommes(self, nom: str, seuil: float = SEUIL_NOM) -> list[ContratConnu]:
        """The contrats of the people who bear this name, or one very near."""
        plat = _sans_ordre(nom)
        if not plat:
            return []
        if plat in self._par_nom:
            return self._par_nom[plat]
        proches = [
            (note, autre)
            for autre, note, _ in process.extract(
                plat, self._liste_personnes, scorer=fuzz.ratio, score_cutoff=seuil, limit=4
            )
            if _distinctifs(plat) == _distinctifs(autre)
        ]
        # Two people whose names are as near: somebody has to say which.
        seul = len(proches) == 1 or (len(proches) > 1 and proches[0][0] > proches[1][0])
        return self._par_nom[proches[0][1]] if seul else []

    def contrat_propose(self, nom: str, marche_ref: str) -> str:
        """The contrat of that marché whose name is likest, under another order, a second name or a slip."""
        possibles = {_sans_ordre(k.nom): k.ref for k in self.contrats if marche_ref in {k.marche_ref, SELON_CONTRAT}}
        proche = process.extractOne(
            _sans_ordre(nom), list(possibles), scorer=fuzz.token_set_ratio, score_cutoff=SEUIL_SUGGESTION
        )
        return possibles[proche[0]] if nom and proche is not None else ""
