"""The tables of the report, from the facts of a period (annexe 9, R96, R99). Pure: facts in, tables out.

Every figure keeps its exact value; a cell shows the rounding of its own, so that columns may miss their total by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import numpy as np

from marketplace.bilans.rules.comptes import suivi_dans_la_periode, tranche_age
from marketplace.bilans.rules.definitions import (
    AUTRES,
    GENRES,
    NON_RENSEIGNE,
    QPV,
    Definitions,
)
from marketplace.bilans.rules.registre import ContratLu, Entiers, Faits, MarcheLu
from marketplace.erreurs import RegleViolee

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Ligne:
    """One row of a table: exact values by (measure, rank of the period). `cle` opens the lines that make it."""

    cle: str
    libelle: str
    valeurs: Mapping[tuple[str, int], Decimal]

    def valeur(self, mesure: str, rang: int = 0) -> Decimal:
        """The exact value of a cell; zero when nothing fell in it."""
        return self.valeurs.get((mesure, rang), ZERO)


@dataclass(frozen=True, slots=True)
class Tableau:
    """A table: what its rows are, the measures of its columns, how many periods it compares.

    `multivalue`: one person may stand on several rows, whose sum is no total.
    """

    code: str
    titre: str
    entete: str
    mesures: tuple[str, ...]
    lignes: tuple[Ligne, ...]
    rangs: int = 1
    multivalue: bool = False
    note: str = ""

    def ligne(self, libelle: str) -> Ligne | None:
        """The row of that name."""
        return next((li for li in self.lignes if li.libelle == libelle), None)


MESURES: Mapping[str, str] = {
    "operations": "Opérations",
    "marches": "Marchés suivis",
    "marches_actifs": "Marchés avec heures",
    "heures": "Heures",
    "salaries": "Salariés",
    "contrats": "Contrats",
    "montant_ttc": "Montant TTC",
}


@dataclass(frozen=True, slots=True)
class Axe:
    """A column of the ledger: a label by fact. `paires`: (fact, label) when a fact may have several."""

    libelles: tuple[str, ...]
    codes: Entiers
    paires: Entiers | None = None

    @property
    def faits(self) -> Entiers | None:
        """Indices of the facts, or None for each fact once, in order."""
        return self.paires


def heures(centiemes: int) -> Decimal:
    """Hundredths kept by the base → hours."""
    return Decimal(int(centiemes)).scaleb(-2)


class Registre:
    """Facts seen by column. Built once for a report; every table is then a count over its arrays."""

    def __init__(self, faits: Faits, definitions: Definitions) -> None:
        self.faits = faits
        self.definitions = definitions
        self.suivis: tuple[tuple[MarcheLu, ...], ...] = tuple(
            tuple(m for m in faits.marches.values() if _suivi(m, p.debut, p.fin)) for p in faits.periodes
        )

    # --- labels ------------------------------------------------------------------------------------------------

    def nom_acheteur(self, marche: MarcheLu) -> str:
        """Row of the buyer; an exceptional opération has its own. Without any named row, each buyer is its own."""
        nommee = self.faits.exceptionnelles.get(marche.operation_id or 0)
        if nommee is not None:
            return nommee.libelle
        if not self.definitions.acheteurs:
            organisation = self.faits.organisations.get(marche.acheteur_id)
            return organisation.nom if organisation else NON_RENSEIGNE
        return self.definitions.acheteurs.get(marche.acheteur_id, AUTRES)

    def nom_secteur(self, marche: MarcheLu) -> str:
        """Row of the sector."""
        return self.definitions.secteurs.get(marche.secteur, marche.secteur) or NON_RENSEIGNE

    def nom_gestionnaire(self, marche: MarcheLu) -> str:
        """Who manages the clause: the département, or an SDI."""
        return marche.gestionnaire or NON_RENSEIGNE

    def nom_modalite(self, modalite: str | None) -> str:
        """Row of the modality; unknown on some hours taken over."""
        return self.definitions.modalites.get(modalite, modalite) if modalite else NON_RENSEIGNE

    def statuts(self, contrat: ContratLu) -> tuple[str, ...]:
        """Rows of the categories photographed at entry, each once."""
        noms = dict.fromkeys(self.definitions.statuts.get(c, c) for c in contrat.statuts)
        return tuple(noms) or (NON_RENSEIGNE,)

    def public_principal(self, contrat: ContratLu) -> str:
        """Row of the one category that counts the person once: the first in the territory's order (R51)."""
        rangs = {code: rang for rang, code in enumerate(self.definitions.priorite)}
        siens = sorted(contrat.statuts, key=lambda c: (rangs.get(c, len(rangs)), c))
        return self.definitions.statuts.get(siens[0], siens[0]) if siens else NON_RENSEIGNE

    def _organisation(self, identifiant: int | None, champ: Callable[[str, str | None], str]) -> str:
        o = self.faits.organisations.get(identifiant or 0)
        return NON_RENSEIGNE if o is None else champ(o.nom, o.effectif)

    # --- columns -----------------------------------------------------------------------------------------------

    def par_marche(self, nom: Callable[[MarcheLu], str]) -> Axe:
        """A column that depends on the marché; hours that name none are « non renseigné »."""
        marches = self.faits.marches
        noms = {i: nom(marches[i]) if i in marches else NON_RENSEIGNE for i in np.unique(self.faits.marche).tolist()}
        return _axe(self.faits.marche, noms)

    def par_contrat(self, nom: Callable[[ContratLu], str]) -> Axe:
        """A column that depends on the contrat."""
        contrats = self.faits.contrats
        noms = {i: nom(contrats[i]) if i else NON_RENSEIGNE for i in np.unique(self.faits.contrat).tolist()}
        return _axe(self.faits.contrat, noms)

    def par_personne(self, nom: Callable[[int], str]) -> Axe:
        """A column that depends on the person."""
        noms = {i: nom(i) if i else NON_RENSEIGNE for i in np.unique(self.faits.personne).tolist()}
        return _axe(self.faits.personne, noms)

    def axe_statut(self) -> Axe:
        """The rows of the statuses: several by contrat."""
        libelles: dict[str, int] = {}
        paires: list[int] = []
        codes: list[int] = []
        par_contrat = {
            i: [libelles.setdefault(n, len(libelles)) for n in self.statuts(c)] for i, c in self.faits.contrats.items()
        }
        sans = [libelles.setdefault(NON_RENSEIGNE, len(libelles))]
        for rang, contrat in enumerate(self.faits.contrat.tolist()):
            for code in par_contrat.get(contrat, sans):
                paires.append(rang)
                codes.append(code)
        return Axe(tuple(libelles), np.array(codes, dtype=np.int64), np.array(paires, dtype=np.int64))

    def axe_age(self) -> Axe:
        """Age band at the first day worked in each period: a person may change band from one year to the next."""
        faits = self.faits
        premiers: dict[tuple[int, int], int] = {}
        debuts = {i: c.debut.toordinal() for i, c in faits.contrats.items()}
        for rang, personne, contrat, mois in zip(
            faits.rang.tolist(), faits.personne.tolist(), faits.contrat.tolist(), faits.mois.tolist(), strict=True
        ):
            jour = max(mois, debuts.get(contrat, mois))
            cle = (rang, personne)
            premiers[cle] = min(premiers.get(cle, jour), jour)
        noms = []
        for rang, personne in zip(faits.rang.tolist(), faits.personne.tolist(), strict=True):
            fiche = faits.personnes.get(personne)
            noms.append(
                tranche_age(fiche.naissance if fiche else None, date.fromordinal(premiers[rang, personne])).capitalize()
            )
        libelles = {n: i for i, n in enumerate(dict.fromkeys(noms))}
        return Axe(tuple(libelles), np.array([libelles[n] for n in noms], dtype=np.int64))

    def axe_modalite(self) -> Axe:
        """The rows of the modalities."""
        noms = [self.nom_modalite(m) for m in self.faits.modalite]
        libelles = {n: i for i, n in enumerate(dict.fromkeys(noms))}
        return Axe(tuple(libelles), np.array([libelles[n] for n in noms], dtype=np.int64))

    # --- counts ------------------------------------------------------------------------------------------------

    def heures_par(self, axe: Axe, filtre: Entiers | None = None) -> dict[tuple[str, int], Decimal]:
        """Hours by (label, rank)."""
        totaux = self.sommes(axe, self.faits.heures if filtre is None else self.faits.heures * filtre)
        return {cle: heures(v) for cle, v in totaux.items() if v}

    def distincts_par(self, axe: Axe, quoi: str) -> dict[tuple[str, int], Decimal]:
        """Distinct people, contrats or marchés by (label, rank): those whose hours there, corrections made, stay above
        zero.
        """
        faits = self.faits
        ids: Entiers = getattr(faits, quoi)
        indices = axe.paires if axe.paires is not None else np.arange(len(faits.rang))
        identifiants, rangs = ids[indices], faits.rang[indices]
        largeur = int(ids.max(initial=0)) + 1
        cles = (rangs * max(len(axe.libelles), 1) + axe.codes) * largeur + identifiants
        uniques, inverse = np.unique(cles, return_inverse=True)
        totaux = np.zeros(len(uniques), dtype=np.int64)
        np.add.at(totaux, inverse, faits.heures[indices])
        gardes = uniques[(totaux > 0) & (uniques % largeur > 0)] // largeur
        resultat: dict[tuple[str, int], Decimal] = {}
        for cle, nombre in zip(*np.unique(gardes, return_counts=True), strict=True):
            rang, code = divmod(int(cle), max(len(axe.libelles), 1))
            resultat[axe.libelles[code], rang] = Decimal(int(nombre))
        return resultat

    def suivis_par(self, nom: Callable[[MarcheLu], str]) -> dict[str, dict[tuple[str, int], Decimal]]:
        """Marchés followed and their opérations by (label, rank), whether or not they had hours."""
        marches: dict[tuple[str, int], Decimal] = {}
        operations: dict[tuple[str, int], set[int]] = {}
        for rang, suivis in enumerate(self.suivis):
            for m in suivis:
                cle = (nom(m), rang)
                marches[cle] = marches.get(cle, ZERO) + 1
                if m.operation_id is not None:
                    operations.setdefault(cle, set()).add(m.operation_id)
        return {"marches": marches, "operations": {k: Decimal(len(v)) for k, v in operations.items()}}

    def sommes(self, axe: Axe, poids: Entiers) -> dict[tuple[str, int], int]:
        """Sums of hundredths by (label, rank)."""
        indices = axe.paires if axe.paires is not None else np.arange(len(self.faits.rang))
        n = max(len(axe.libelles), 1)
        totaux = np.zeros(n * len(self.faits.periodes), dtype=np.int64)
        np.add.at(totaux, self.faits.rang[indices] * n + axe.codes, poids[indices])
        return {(axe.libelles[i % n], i // n): int(v) for i, v in enumerate(totaux.tolist()) if v}


def _suivi(marche: MarcheLu, debut: date, fin: date) -> bool:
    """A marché counts when its clause was followed at least one day (`domaine-herault` §3.4)."""
    return marche.debut_suivi is not None and suivi_dans_la_periode(marche.debut_suivi, marche.fin_suivi, debut, fin)


def _axe(ids: Entiers, noms: Mapping[int, str]) -> Axe:
    libelles = {n: i for i, n in enumerate(dict.fromkeys(noms.values()))}
    cles = np.array(list(noms), dtype=np.int64)
    codes = np.array([libelles[n] for n in noms.values()], dtype=np.int64)
    return Axe(tuple(libelles), codes[np.searchsorted(cles, ids)] if len(ids) else np.zeros(0, dtype=np.int64))


def assembler(
    code: str,
    titre: str,
    entete: str,
    colonnes: Mapping[str, Mapping[tuple[str, int], Decimal]],
    *,
    rangs: int = 1,
    ordre: Sequence[str] | str = "heures",
    multivalue: bool = False,
    note: str = "",
) -> Tableau:
    """A table from its measures. `ordre`: the rows in that order, or by one measure, largest first, or « nom »; what is
    not known always comes last.
    """
    noms = dict.fromkeys(n for valeurs in colonnes.values() for n, rang in valeurs if rang < rangs)
    lignes = [
        Ligne(
            nom,
            nom,
            {(m, r): v for m, valeurs in colonnes.items() for (n, r), v in valeurs.items() if n == nom and r < rangs},
        )
        for nom in noms
    ]
    lignes.sort(key=lambda li: _rang_de(li, ordre))
    return Tableau(code, titre, entete, tuple(colonnes), tuple(lignes), rangs, multivalue, note)


def _rang_de(ligne: Ligne, ordre: Sequence[str] | str) -> tuple[int, Decimal, str]:
    dernier = {AUTRES: 1, NON_RENSEIGNE: 2}.get(ligne.libelle, 0)
    if ordre == "nom":
        return dernier, ZERO, ligne.libelle
    if isinstance(ordre, str):
        return dernier, -ligne.valeur(ordre), ligne.libelle
    connus = list(ordre)
    rang = connus.index(ligne.libelle) if ligne.libelle in connus else len(connus)
    return dernier, Decimal(rang), ligne.libelle


@dataclass(frozen=True)
class Totaux:
    """The first line of the report for one period, exact."""

    periode: str
    operations: Decimal = ZERO
    marches: Decimal = ZERO
    marches_actifs: Decimal = ZERO
    heures: Decimal = ZERO
    formation: Decimal = ZERO
    malgre_tout: Decimal = ZERO
    reprises: Decimal = ZERO
    salaries: Decimal = ZERO
    contrats: Decimal = ZERO
    etp: Decimal = ZERO
    etp_diviseur: Decimal = Decimal(1600)
    etp_decimales: int = 1
    nouveaux: Decimal = ZERO


@dataclass(frozen=True)
class Reserves:
    """Reserved contracts notified in the period, and those an insertion, disability or ESS structure won unreserved."""

    types: Tableau
    secteurs: Tableau
    attribues: Mapping[str, Decimal] = field(default_factory=dict)


def totaliser(registre: Registre) -> tuple[Totaux, ...]:
    """Totals of each period, by rank."""
    faits, definitions = registre.faits, registre.definitions
    axe = Axe(("tout",), np.zeros(len(faits.rang), dtype=np.int64))
    sommes = {
        champ: registre.sommes(axe, getattr(faits, champ))
        for champ in ("heures", "formation", "malgre_tout", "reprises")
    }
    distincts = {quoi: registre.distincts_par(axe, quoi) for quoi in ("personne", "contrat", "marche")}
    resultat = []
    for rang, p in enumerate(faits.periodes):
        total = {champ: heures(v.get(("tout", rang), 0)) for champ, v in sommes.items()}
        diviseur, decimales = definitions.etp[rang]
        if diviseur <= 0:
            raise RegleViolee("Le diviseur d'un ETP est un nombre d'heures positif.", champ="diviseur")
        suivis = registre.suivis[rang]
        resultat.append(
            Totaux(
                p.libelle,
                operations=Decimal(len({m.operation_id for m in suivis if m.operation_id is not None})),
                marches=Decimal(len(suivis)),
                marches_actifs=distincts["marche"].get(("tout", rang), ZERO),
                salaries=distincts["personne"].get(("tout", rang), ZERO),
                contrats=distincts["contrat"].get(("tout", rang), ZERO),
                etp=total["heures"] / diviseur,
                etp_diviseur=diviseur,
                etp_decimales=decimales,
                nouveaux=Decimal(_nouveaux(registre, p.debut, p.fin)),
                **total,
            )
        )
    return tuple(resultat)


def _nouveaux(registre: Registre, debut: date, fin: date) -> int:
    """Marchés of the main buyer whose clause was decided in the period, exceptional opérations left out."""
    return sum(
        m.clause
        and m.programme_le is not None
        and debut <= m.programme_le <= fin
        and registre.nom_acheteur(m) == registre.definitions.principal
        for m in registre.faits.marches.values()
    )


def noms_presents(libelles: Iterable[str], voulus: Mapping[str, str]) -> tuple[str, ...]:
    """The labels of a closed list, in its order."""
    presents = set(libelles)
    return tuple(v for v in dict.fromkeys(voulus.values()) if v in presents)


ORDRE_GENRE = tuple(GENRES.values())
ORDRE_QPV = ("NON", "OUI", QPV["a_verifier"])
