"""The ledger of a period as plain values: hours credited by contrat and marché, and what describes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from marketplace.bilans.rules.periode import Periode

Entiers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ContratLu:
    """A contrat as the report needs it: the photograph of its entry, never what the person became since."""

    id: int
    ref: str
    personne_id: int
    employeur_id: int
    modalite: str | None
    type_contrat: str
    debut: date
    statuts: tuple[str, ...]
    qpv: str | None
    code_insee: str | None
    niveau: str | None
    prescripteur_id: int | None


@dataclass(frozen=True, slots=True)
class PersonneLue:
    """What a count needs of a person."""

    sexe: str | None
    naissance: date | None


@dataclass(frozen=True, slots=True)
class MarcheLu:
    """A marché as the report needs it. `clause`: it carries an hours target; `debut_suivi` None: never followed."""

    id: int
    ref: str
    intitule: str
    operation_id: int | None
    acheteur_id: int
    titulaire_id: int | None
    gestionnaire: str
    secteur: str
    nature: str
    notifie_le: date | None
    programme_le: date | None
    debut_suivi: date | None
    fin_suivi: date | None
    clause: bool
    montant_ttc: Decimal | None
    reservation: str | None


@dataclass(frozen=True, slots=True)
class OrganisationLue:
    """A buyer, an employer or a prescriber."""

    ref: str
    nom: str
    type: str
    effectif: str | None
    ess: bool


@dataclass(frozen=True, slots=True)
class OperationNommee:
    """An exceptional opération: its code and the row that names it."""

    code: str
    libelle: str


@dataclass(frozen=True)
class Faits:
    """One row by contrat × marché × period (contrat 0: hours taken over that name none). Ids; hours in hundredths.

    `rang`: 0 for the period asked for, 1 for the year before… `mois`: ordinal of the first month with hours.
    """

    periodes: tuple[Periode, ...]
    rang: Entiers
    contrat: Entiers
    personne: Entiers
    marche: Entiers
    heures: Entiers
    formation: Entiers
    malgre_tout: Entiers
    reprises: Entiers
    mois: Entiers
    modalite: tuple[str | None, ...]
    contrats: Mapping[int, ContratLu]
    personnes: Mapping[int, PersonneLue]
    marches: Mapping[int, MarcheLu]
    organisations: Mapping[int, OrganisationLue]
    exceptionnelles: Mapping[int, OperationNommee]
    operations: Mapping[int, str]
    epci: Mapping[str, str]
