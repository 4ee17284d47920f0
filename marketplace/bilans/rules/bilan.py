"""The whole report of a period: every table of annexe 9, and those that partners ask for beside them (R99)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from marketplace.bilans.rules.axes import NOMS_DES_MARCHES, axe
from marketplace.bilans.rules.comptes import TRANCHES
from marketplace.bilans.rules.definitions import (
    ATTRIBUE,
    FOCUS_IAE,
    GENRES,
    MODALITE_DIRECTE,
    RESERVATIONS,
    SECTEURS_RESERVES,
    Definitions,
)
from marketplace.bilans.rules.registre import Faits, MarcheLu
from marketplace.bilans.rules.tableaux import (
    ORDRE_QPV,
    ZERO,
    Ligne,
    Registre,
    Reserves,
    Tableau,
    Totaux,
    assembler,
    totaliser,
)
from marketplace.comptes.effectifs import EFFECTIFS
from marketplace.personnes.rules.saisie import NIVEAUX

COMPARES = 3
"""The period and the two before are compared."""
_FAMILLES: Mapping[str, str] = {
    "ea": "Handicap",
    "eatt": "Handicap",
    "esat": "Handicap",
    "ei": "Insertion",
    "etti": "Insertion",
    "ai": "Insertion",
    "aci": "Insertion",
    "eiti": "Insertion",
    "geiq": "Insertion",
    "regie": "Insertion",
}


@dataclass(frozen=True, slots=True)
class Exceptionnelle:
    """A named opération that weighs on the period: its hours and their share of the whole, in percent, exact."""

    code: str
    libelle: str
    heures: Decimal
    part: Decimal
    embauche_directe: Decimal


@dataclass(frozen=True)
class Bilan:
    """A report: totals by rank of period, tables by code, and what stands beside them. Every figure is exact."""

    periodes: tuple[str, ...]
    totaux: tuple[Totaux, ...]
    tableaux: Mapping[str, Tableau]
    reserves: Reserves
    evolutions: Mapping[str, Decimal | None]
    exceptionnelles: tuple[Exceptionnelle, ...]
    contrats_sans_statut: int
    principal: str
    petit_effectif: int

    @property
    def vide(self) -> bool:
        """No hour and no marché followed: there is nothing to report."""
        return not (self.totaux[0].heures or self.totaux[0].marches)

    @property
    def heures_iae(self) -> Decimal:
        """Hours of the focus IAE: ETTI, AI, sub- and co-contracting; GEIQ left out (R18 of the Hérault)."""
        return sum((li.valeur("heures") for li in self.tableaux["modalite"].lignes if li.libelle in FOCUS_IAE), ZERO)

    @property
    def salaries_iae(self) -> Decimal:
        """People photographed in an IAE path."""
        ligne = self.tableaux["statut"].ligne("IAE")
        return ZERO if ligne is None else ligne.valeur("salaries")


def dresser(faits: Faits, definitions: Definitions) -> Bilan:
    """The report of these facts. Raises RegleViolee for a divisor that is no number of hours."""
    registre = Registre(faits, definitions)
    tableaux = (*_tableaux_des_marches(registre), *_tableaux_des_personnes(registre), *_tableaux_des_contrats(registre))
    totaux = totaliser(registre)
    return Bilan(
        tuple(p.libelle for p in faits.periodes),
        totaux,
        {t.code: t for t in tableaux},
        _reserves(registre),
        _evolutions(totaux, {t.code: t for t in tableaux}, definitions.principal),
        _exceptionnelles(registre, totaux[0].heures),
        sum(1 for c in _contrats_de_la_periode(faits) if not faits.contrats[c].statuts),
        definitions.principal,
        definitions.petit_effectif,
    )


def _contrats_de_la_periode(faits: Faits) -> set[int]:
    return {c for c, rang in zip(faits.contrat.tolist(), faits.rang.tolist(), strict=True) if rang == 0 and c}


def _tableaux_des_marches(registre: Registre) -> tuple[Tableau, ...]:
    tableaux = []
    for code, titre, entete, ordre in (
        ("acheteur", "Par maître d'ouvrage", "Maître d'ouvrage", "nom"),
        ("gestionnaire", "Par gestionnaire", "Gestionnaire", "nom"),
        ("secteur", "Par secteur d'activité", "Secteur", "heures"),
        ("nature", "Par nature de marché", "Nature", "heures"),
        ("operation", "Par opération", "Opération", "heures"),
    ):
        suivis = registre.suivis_par(lambda m, code=code: NOMS_DES_MARCHES[code](registre, m))  # type: ignore[misc]
        colonnes = {**suivis, "heures": registre.heures_par(axe(registre, code))}
        ordonnees = {m: colonnes[m] for m in ("operations", "marches", "heures")}
        tableaux.append(assembler(code, titre, entete, ordonnees, rangs=COMPARES, ordre=ordre))
    return tuple(tableaux)


PERSONNE_CHANGE = "Une personne dont la situation change d'un contrat à l'autre compte sur deux lignes."


def _tableaux_des_personnes(registre: Registre) -> tuple[Tableau, ...]:
    tableaux = []
    for code, titre, entete, ordre in (
        ("genre", "Par genre", "Genre", tuple(GENRES.values())),
        ("age", "Par âge au premier jour travaillé", "Tranche d'âge", TRANCHES[:3]),
        ("qpv", "Par quartier prioritaire de résidence", "Réside en QPV", ORDRE_QPV),
        ("niveau", "Par niveau de formation", "Niveau", tuple(NIVEAUX.values())),
        ("epci", "Par intercommunalité de résidence", "Intercommunalité", "heures"),
        ("prescripteur", "Par prescripteur", "Prescripteur", "heures"),
    ):
        colonne = axe(registre, code)
        change = code not in {"genre", "age"}
        colonnes = {"salaries": registre.distincts_par(colonne, "personne"), "heures": registre.heures_par(colonne)}
        note = PERSONNE_CHANGE if change else ""
        tableaux.append(assembler(code, titre, entete, colonnes, rangs=2, ordre=ordre, multivalue=change, note=note))
    statut = axe(registre, "statut")
    tableaux.append(
        assembler(
            "statut",
            "Par statut à l'entrée",
            "Statut",
            {
                "salaries": registre.distincts_par(statut, "personne"),
                "contrats": registre.distincts_par(statut, "contrat"),
                "heures": registre.heures_par(statut),
            },
            rangs=2,
            multivalue=True,
            note="Une personne peut avoir plusieurs statuts : la somme des lignes dépasse le total.",
        )
    )
    return tuple(tableaux)


def _tableaux_des_contrats(registre: Registre) -> tuple[Tableau, ...]:
    tableaux = []
    for code, titre, entete, ordre in (
        ("modalite", "Par modalité d'embauche", "Modalité", "heures"),
        ("type_contrat", "Par type de contrat", "Contrat", "heures"),
        ("taille", "Par taille d'entreprise", "Taille", tuple(EFFECTIFS.values())),
        ("employeur", "Par type d'employeur", "Employeur", "heures"),
    ):
        colonne = axe(registre, code)
        colonnes = {
            "heures": registre.heures_par(colonne),
            "salaries": registre.distincts_par(colonne, "personne"),
            "contrats": registre.distincts_par(colonne, "contrat"),
        }
        tableaux.append(
            assembler(
                code,
                titre,
                entete,
                colonnes,
                rangs=2,
                ordre=ordre,
                multivalue=True,
                note="Une personne peut avoir plusieurs contrats : elle compte alors sur plusieurs lignes.",
            )
        )
    return tuple(tableaux)


def _reserves(registre: Registre) -> Reserves:
    p = registre.faits.periodes[0]
    types: dict[str, dict[tuple[str, int], Decimal]] = {"montant_ttc": {}, "marches": {}}
    secteurs: dict[tuple[str, int], Decimal] = {}
    attribues: dict[str, Decimal] = {}
    for m in registre.faits.marches.values():
        if m.notifie_le is None or not p.debut <= m.notifie_le <= p.fin:
            continue
        nom, secteur = _famille(registre, m)
        if nom is None:
            continue
        montant = m.montant_ttc or ZERO
        for mesure, valeur in (("montant_ttc", montant), ("marches", Decimal(1))):
            types[mesure][nom, 0] = types[mesure].get((nom, 0), ZERO) + valeur
        secteurs[secteur, 0] = secteurs.get((secteur, 0), ZERO) + montant
        if nom == ATTRIBUE:
            attribues[secteur] = attribues.get(secteur, ZERO) + montant
    ordre = (*(r[0] for r in RESERVATIONS.values()), ATTRIBUE)
    return Reserves(
        assembler("reserves", "Marchés réservés ou attribués", "Type", types, ordre=ordre),
        assembler("reserves_secteurs", "Par famille", "Famille", {"montant_ttc": secteurs}, ordre=SECTEURS_RESERVES),
        {nom: attribues[nom] for nom in SECTEURS_RESERVES if nom in attribues},
    )


def _famille(registre: Registre, m: MarcheLu) -> tuple[str | None, str]:
    """Row and sector of a reserved marché, or of one won by an insertion, disability or ESS structure."""
    titulaire = registre.faits.organisations.get(m.titulaire_id or 0)
    de_qui = "" if titulaire is None else _FAMILLES.get(titulaire.type, "ESS" if titulaire.ess else "")
    if m.reservation is not None:
        cle = m.reservation if m.reservation in RESERVATIONS else ("handicap" if de_qui == "Handicap" else "insertion")
        nom, _, secteur = RESERVATIONS[cle]
        return nom, secteur
    return (ATTRIBUE, de_qui) if de_qui else (None, "")


def _evolutions(
    totaux: tuple[Totaux, ...], tableaux: Mapping[str, Tableau], principal: str
) -> dict[str, Decimal | None]:
    ligne = tableaux["acheteur"].ligne(principal) or Ligne("", "", {})

    def hausse(mesure: str) -> Decimal | None:
        avant = ligne.valeur(mesure, 1)
        return (ligne.valeur(mesure) - avant) * 100 / avant if avant else None

    return {
        "marches_principal": hausse("marches"),
        "heures_principal": hausse("heures"),
        "marches_total": (totaux[0].marches - totaux[1].marches) * 100 / totaux[1].marches
        if totaux[1].marches
        else None,
        "heures_total_de_n1": totaux[0].heures * 100 / totaux[1].heures if totaux[1].heures else None,
    }


def _exceptionnelles(registre: Registre, total: Decimal) -> tuple[Exceptionnelle, ...]:
    """The named opérations with hours in the period; several opérations may share a name."""
    faits = registre.faits
    if not faits.exceptionnelles:
        return ()
    codes = {o.code: o.libelle for o in faits.exceptionnelles.values()}

    def code(m: MarcheLu) -> str:
        nommee = faits.exceptionnelles.get(m.operation_id or 0)
        return nommee.code if nommee else ""

    colonne = registre.par_marche(code)
    tout = registre.heures_par(colonne)
    directe = [int(registre.nom_modalite(m) == MODALITE_DIRECTE) for m in faits.modalite]
    dont = registre.heures_par(colonne, np.array(directe, dtype=np.int64))
    return tuple(
        Exceptionnelle(c, libelle, tout[c, 0], tout[c, 0] * 100 / total if total else ZERO, dont.get((c, 0), ZERO))
        for c, libelle in sorted(codes.items())
        if tout.get((c, 0))
    )
